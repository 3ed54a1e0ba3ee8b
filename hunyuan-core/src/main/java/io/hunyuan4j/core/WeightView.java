package io.hunyuan4j.core;

import io.hunyuan4j.kernels.Matrix;
import java.util.Optional;

/** The weights of another source whose names start with {@code prefix}, under the rest of it. */
record WeightView(WeightSource outer, String prefix, Optional<Readahead> readahead)
    implements WeightSource {

  @Override
  public boolean has(String name) {
    return outer.has(prefix + name);
  }

  @Override
  public Matrix matrix(String name, int rows, int cols) {
    return outer.matrix(prefix + name, rows, cols);
  }

  @Override
  public float[] vector(String name, int length) {
    return outer.vector(prefix + name, length);
  }
}
