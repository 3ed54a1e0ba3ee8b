package io.hunyuan4j.kernels;

import java.lang.foreign.MemorySegment;

/**
 * Weights as IEEE binary16: {@code decode(h) = Float.float16ToFloat(h)}, exact, subnormals and
 * infinities included.
 */
public record F16Matrix(MemorySegment data, int rows, int cols) implements RowMatrix {

  /** Checks that the memory has the size of the shape. */
  public F16Matrix {
    RowMatrix.check(data, rows, cols, 2L * cols);
  }

  @Override
  public long rowBytes() {
    return 2L * cols;
  }

  @Override
  public String format() {
    return "F16";
  }

  @Override
  public F16Matrix rows(int from, int to) {
    return new F16Matrix(RowMatrix.slice(this, from, to), to - from, cols);
  }
}
