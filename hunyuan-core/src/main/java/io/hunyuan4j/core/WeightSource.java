package io.hunyuan4j.core;

import io.hunyuan4j.kernels.Matrix;
import java.util.Optional;

/**
 * A checkpoint's weights by their published names. The shape is always stated; a tensor that is
 * absent, has another shape or a format without arithmetic here is an exception that names file,
 * tensor, both values and the place.
 */
public interface WeightSource {

  /** Whether there is a tensor of that name. */
  boolean has(String name);

  /** The weights {@code [rows, cols]}, not copied. */
  Matrix matrix(String name, int rows, int cols);

  /** A tensor {@code [length]} as floats: norm weights and biases. */
  float[] vector(String name, int length);

  /** Who is told which experts' weights come next; empty where all weights are in memory. */
  default Optional<Readahead> readahead() {
    return Optional.empty();
  }

  /** The same weights, with another to be told which experts' weights come next. */
  default WeightSource withReadahead(Readahead readahead) {
    return new WeightView(this, "", Optional.of(readahead));
  }

  /** The part of this source whose names start with {@code prefix} and a dot. */
  default WeightSource at(String prefix) {
    return new WeightView(this, prefix + ".", readahead());
  }
}
