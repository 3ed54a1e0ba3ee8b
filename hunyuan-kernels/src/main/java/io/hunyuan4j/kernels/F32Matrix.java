package io.hunyuan4j.kernels;

import java.lang.foreign.MemorySegment;

/** Weights as IEEE binary32: decode is the identity. */
public record F32Matrix(MemorySegment data, int rows, int cols) implements RowMatrix {

  /** Checks that the memory has the size of the shape. */
  public F32Matrix {
    RowMatrix.check(data, rows, cols, 4L * cols);
  }

  @Override
  public long rowBytes() {
    return 4L * cols;
  }

  @Override
  public String format() {
    return "F32";
  }

  @Override
  public F32Matrix rows(int from, int to) {
    return new F32Matrix(RowMatrix.slice(this, from, to), to - from, cols);
  }
}
