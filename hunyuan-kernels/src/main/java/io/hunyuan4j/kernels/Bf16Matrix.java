package io.hunyuan4j.kernels;

import java.lang.foreign.MemorySegment;

/**
 * Weights as bfloat16, the upper half of a binary32: {@code decode(b) = intBitsToFloat(b << 16)},
 * exact.
 */
public record Bf16Matrix(MemorySegment data, int rows, int cols) implements RowMatrix {

  /** Checks that the memory has the size of the shape. */
  public Bf16Matrix {
    RowMatrix.check(data, rows, cols, 2L * cols);
  }

  @Override
  public long rowBytes() {
    return 2L * cols;
  }

  @Override
  public String format() {
    return "BF16";
  }

  @Override
  public Bf16Matrix rows(int from, int to) {
    return new Bf16Matrix(RowMatrix.slice(this, from, to), to - from, cols);
  }
}
