package io.hunyuan4j.loader;

import java.util.List;

/**
 * One tensor of a checkpoint as a weight. For most it says what the file says; weights in blocks
 * (see {@link BlockTensors}) have a name, a format and a shape that differ from those of the bytes.
 *
 * @param name the name that a model asks for
 * @param format as {@code inspect} shows it, for example {@code BF16} or {@code Q4}
 * @param shape the weight's sizes, outermost first
 * @param stored the tensor of the file that holds it
 */
public record WeightEntry(String name, String format, List<Long> shape, TensorEntry stored) {

  /** Copies the shape. */
  public WeightEntry {
    shape = List.copyOf(shape);
  }

  /** Number of weights. */
  public long elementCount() {
    return shape.stream().reduce(1L, (a, b) -> a * b);
  }

  /** Format and shape as messages show them, for example {@code Q4 [16, 640]}. */
  public String formatAndShape() {
    return format + " " + shape;
  }
}
