package io.hunyuan4j.loader;

import java.util.Arrays;
import java.util.List;

/**
 * A tensor to be written: its name, type and shape.
 *
 * @param name its name
 * @param dtype the type of its elements
 * @param shape its sizes, outermost first; empty for a scalar
 */
public record TensorSpec(String name, Dtype dtype, List<Long> shape) {

  /**
   * Checks that a file can hold it.
   *
   * @throws IllegalArgumentException if it cannot
   */
  public TensorSpec {
    shape = List.copyOf(shape);
    if (name.equals(SafetensorsHeader.METADATA) || JsonReader.hasLoneSurrogate(name)) {
      throw new IllegalArgumentException(
          "expected a tensor name in Unicode other than %s, found %s"
              .formatted(SafetensorsHeader.METADATA, CheckpointFormatException.quote(name)));
    }
    if (shape.size() > SafetensorsHeader.MAX_RANK
        || shape.stream().anyMatch(size -> size < 0)
        || dtype.byteSize(shape).isEmpty()) {
      throw new IllegalArgumentException(
          "tensor %s: expected at most %d sizes that make a whole number of bytes, found %s %s"
              .formatted(
                  CheckpointFormatException.quote(name), SafetensorsHeader.MAX_RANK, dtype, shape));
    }
  }

  /** For example {@code TensorSpec.of("logits", Dtype.F32, 12, 384)}. */
  public static TensorSpec of(String name, Dtype dtype, long... shape) {
    return new TensorSpec(name, dtype, Arrays.stream(shape).boxed().toList());
  }

  /** How many bytes it has. */
  public long byteSize() {
    return dtype.byteSize(shape).orElseThrow();
  }
}
