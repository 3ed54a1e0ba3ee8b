package io.hunyuan4j.loader;

import java.nio.file.Path;
import java.util.List;

/**
 * One tensor as a safetensors header declares it.
 *
 * @param name its published name
 * @param dtype the type of its elements
 * @param shape its sizes, outermost first; empty for a scalar
 * @param file the file that holds it
 * @param byteOffset where its bytes start, from the start of the file
 * @param byteSize how many bytes it has
 * @param headerOffset the byte of the file where the header declares it, for messages
 */
public record TensorEntry(
    String name,
    Dtype dtype,
    List<Long> shape,
    Path file,
    long byteOffset,
    long byteSize,
    long headerOffset) {

  /** Copies the shape. */
  public TensorEntry {
    shape = List.copyOf(shape);
  }

  /** Number of elements. */
  public long elementCount() {
    return byteSize * Byte.SIZE / dtype.bits();
  }

  /** Type and shape as messages show them, for example {@code BF16 [16, 640]}. */
  public String typeAndShape() {
    return dtype + " " + shape;
  }
}
