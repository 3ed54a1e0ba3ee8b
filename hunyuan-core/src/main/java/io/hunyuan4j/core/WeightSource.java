package io.hunyuan4j.core;

import io.hunyuan4j.kernels.Matrix;

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

  /** The part of this source whose names start with {@code prefix} and a dot. */
  default WeightSource at(String prefix) {
    WeightSource outer = this;
    return new WeightSource() {
      @Override
      public boolean has(String name) {
        return outer.has(prefix + "." + name);
      }

      @Override
      public Matrix matrix(String name, int rows, int cols) {
        return outer.matrix(prefix + "." + name, rows, cols);
      }

      @Override
      public float[] vector(String name, int length) {
        return outer.vector(prefix + "." + name, length);
      }
    };
  }
}
