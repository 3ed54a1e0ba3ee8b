package io.hunyuan4j.kernels;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * Weights as published checkpoints hold them: numbers of one size, row after row. A product decodes
 * them and follows the sixteen-sum rule.
 */
public sealed interface RowMatrix extends Matrix permits F32Matrix, Bf16Matrix, F16Matrix {

  /** Bytes from one row to the next; {@link #data} has exactly {@code rows · rowBytes}. */
  long rowBytes();

  @Override
  RowMatrix rows(int from, int to);

  /** What every record checks of itself. */
  static void check(MemorySegment data, int rows, int cols, long rowBytes) {
    if (rows < 0 || cols < 0) {
      throw new IllegalArgumentException("bad matrix shape [%d, %d]".formatted(rows, cols));
    }
    if (data.byteSize() != rows * rowBytes) {
      throw new IllegalArgumentException(
          "matrix [%d, %d] of %d bytes a row needs %d bytes, its memory has %d"
              .formatted(rows, cols, rowBytes, rows * rowBytes, data.byteSize()));
    }
  }

  /** The memory of rows {@code from} to {@code to} of {@code matrix}. */
  static MemorySegment slice(RowMatrix matrix, int from, int to) {
    Objects.checkFromToIndex(from, to, matrix.rows());
    return matrix.data().asSlice(from * matrix.rowBytes(), (to - from) * matrix.rowBytes());
  }
}
