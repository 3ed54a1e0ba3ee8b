package io.hunyuan4j.kernels;

import java.util.Objects;

/**
 * Activations: {@code rows × cols} floats of an array, row {@code r} starting at {@code offset + r
 * · stride}.
 *
 * <p>A view: slices share the array. Equality is identity of the view, not of the numbers.
 *
 * @param data the array that holds the numbers
 * @param offset index of element (0, 0)
 * @param rows number of rows, for example tokens
 * @param cols number of columns, for example the hidden size
 * @param stride distance of two rows in elements, at least {@code cols}
 */
public record FloatMatrix(float[] data, int offset, int rows, int cols, int stride) {

  /**
   * Checks that every element lies inside the array.
   *
   * @throws IllegalArgumentException if one does not
   */
  public FloatMatrix {
    Objects.requireNonNull(data, "data");
    if (offset < 0 || rows < 0 || cols < 0 || stride < cols) {
      throw new IllegalArgumentException(
          "bad view: offset %d, shape [%d, %d], stride %d".formatted(offset, rows, cols, stride));
    }
    long end = rows == 0 ? offset : offset + (rows - 1L) * stride + cols;
    if (end > data.length) {
      throw new IllegalArgumentException(
          "view [%d, %d] at offset %d with stride %d ends at %d, past the %d elements of its array"
              .formatted(rows, cols, offset, stride, end, data.length));
    }
  }

  /** A new matrix of zeros. */
  public static FloatMatrix zeros(int rows, int cols) {
    return of(new float[Math.multiplyExact(rows, cols)], rows, cols);
  }

  /** The first {@code rows · cols} elements of {@code data} as a dense matrix. */
  public static FloatMatrix of(float[] data, int rows, int cols) {
    return new FloatMatrix(data, 0, rows, cols, cols);
  }

  /** Index in {@link #data} of the first element of row {@code row}. */
  public int rowOffset(int row) {
    return offset + row * stride;
  }

  /** Element ({@code row}, {@code col}). */
  public float get(int row, int col) {
    Objects.checkIndex(row, rows);
    return data[rowOffset(row) + Objects.checkIndex(col, cols)];
  }

  /** Rows {@code from} (inclusive) to {@code to} (exclusive), sharing the array. */
  public FloatMatrix rows(int from, int to) {
    Objects.checkFromToIndex(from, to, rows);
    if (to - from == rows) {
      return this;
    }
    return new FloatMatrix(data, from == to ? offset : rowOffset(from), to - from, cols, stride);
  }

  /** Columns {@code from} (inclusive) to {@code to} (exclusive), sharing the array. */
  public FloatMatrix columns(int from, int to) {
    Objects.checkFromToIndex(from, to, cols);
    if (to - from == cols) {
      return this;
    }
    return new FloatMatrix(data, rows == 0 ? offset : offset + from, rows, to - from, stride);
  }

  /** A copy of one row. */
  public float[] row(int row) {
    Objects.checkIndex(row, rows);
    float[] copy = new float[cols];
    System.arraycopy(data, rowOffset(row), copy, 0, cols);
    return copy;
  }

  @Override
  public String toString() {
    return "[" + rows + ", " + cols + "]";
  }
}
