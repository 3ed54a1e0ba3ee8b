package io.hunyuan4j.kernels;

import java.lang.foreign.MemorySegment;

/** Formats that weights can be converted to. {@code docs/weight-formats.md} has every bit. */
public enum WeightFormat {
  /** bfloat16, rounded to nearest, ties to even. */
  BF16,
  /** IEEE binary16, rounded to nearest, ties to even. */
  F16,
  /** {@link Q8Matrix}. */
  Q8,
  /** {@link Q4Matrix}. */
  Q4;

  /** Bytes of a matrix of that shape. */
  public long bytes(int rows, int cols) {
    return switch (this) {
      case BF16, F16 -> (long) Short.BYTES * rows * cols;
      case Q8 -> BlockMatrix.bytes(rows, cols, Q8Matrix.BLOCK_BYTES);
      case Q4 -> BlockMatrix.bytes(rows, cols, Q4Matrix.BLOCK_BYTES);
    };
  }

  /** A matrix of this format over memory of exactly {@link #bytes}. */
  public Matrix matrix(MemorySegment data, int rows, int cols) {
    return switch (this) {
      case BF16 -> new Bf16Matrix(data, rows, cols);
      case F16 -> new F16Matrix(data, rows, cols);
      case Q8 -> new Q8Matrix(data, 0, rows, cols);
      case Q4 -> new Q4Matrix(data, 0, rows, cols);
    };
  }
}
