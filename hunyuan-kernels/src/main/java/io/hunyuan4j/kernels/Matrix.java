package io.hunyuan4j.kernels;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * Weights: {@code rows × cols} numbers in native memory, row after row, in one of the formats
 * below.
 *
 * <p>Read-only and a view: nothing is copied, and the memory belongs to whoever mapped it. A format
 * is an exact rule from bytes to float; {@code docs/numerics.md} lists them. A new format is one
 * more record here; the compiler then names every switch that lacks it.
 */
public sealed interface Matrix permits F32Matrix, Bf16Matrix, F16Matrix {

  /** The bytes, exactly {@code rows · rowBytes}, little-endian, at any alignment. */
  MemorySegment data();

  /** Number of rows: the outputs of a product with this matrix. */
  int rows();

  /** Number of columns: the inputs of a product with this matrix. */
  int cols();

  /** Bytes from one row to the next. */
  long rowBytes();

  /** The format's name as checkpoints spell it, for example {@code BF16}. */
  String format();

  /** Rows {@code from} (inclusive) to {@code to} (exclusive), sharing the memory. */
  Matrix rows(int from, int to);

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
  static MemorySegment slice(Matrix matrix, int from, int to) {
    Objects.checkFromToIndex(from, to, matrix.rows());
    return matrix.data().asSlice(from * matrix.rowBytes(), (to - from) * matrix.rowBytes());
  }
}
