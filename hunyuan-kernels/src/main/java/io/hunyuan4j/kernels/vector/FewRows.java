package io.hunyuan4j.kernels.vector;

import static io.hunyuan4j.kernels.vector.Lanes.FLOAT;
import static io.hunyuan4j.kernels.vector.Lanes.N;

import io.hunyuan4j.kernels.FloatMatrix;
import io.hunyuan4j.kernels.RowMatrix;
import io.hunyuan4j.kernels.scalar.SixteenSums;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * Products of some rows of x, too few for panels: {@value #TOKENS} rows of x with {@value #PAIR}
 * rows of weights, {@value #COLS} columns at a time, so that this part of x stays in the first
 * cache while the weights pass by. Each weight is decoded once for the {@value #TOKENS} rows.
 */
final class FewRows {
  /** Rows of x at a time. */
  static final int TOKENS = 4;

  /** Rows of weights at a time: with {@value #TOKENS} of x they take eight vectors of sums. */
  private static final int PAIR = 2;

  /** Columns at a time, a multiple of 16. */
  private static final int COLS = 512;

  /** Rows of weights whose sums wait for the next columns. */
  private static final int ROWS = 16;

  /** Where sums begin in the scratch, behind decoded weights. */
  private static final int SUMS = PAIR * COLS;

  private FewRows() {}

  /** Room for one thread and so many rows of x. */
  static int scratchLength(int tokens) {
    return SUMS + ROWS * sumsOfRow(tokens);
  }

  /** Sums of a row of weights: sixteen for each row of x. */
  private static int sumsOfRow(int tokens) {
    return 16 * tokens;
  }

  /**
   * Packs rows of x as {@code [columns / }{@value #COLS}{@code ][row][column in the order of
   * Pairs]}: at their distance in x, rows would share lines of the cache.
   */
  static void pack(float[] packed, FloatMatrix x, int from, int to) {
    for (int t = from; t < to; t++) {
      for (int k = 0; k < x.cols(); k += COLS) {
        int n = Math.min(COLS, x.cols() - k);
        Pairs.order(x.data(), x.rowOffset(t) + k, n, packed, k * x.rows() + t * n);
      }
    }
  }

  /**
   * Outputs {@code from … to} of all rows of x, at least {@link #TOKENS}.
   *
   * @param packed see {@link #pack}
   */
  static void multiply(
      FloatMatrix out,
      FloatMatrix x,
      float[] packed,
      RowMatrix weights,
      int from,
      int to,
      float[] scratch) {
    for (int first = from; first < to; first += ROWS) {
      int end = Math.min(first + ROWS, to);
      Arrays.fill(scratch, SUMS, scratchLength(x.rows()), 0f);
      for (int k = 0; k < weights.cols(); k += COLS) {
        addProducts(packed, x.rows(), weights, k, first, end, scratch);
      }
      finish(out, x, weights, first, end, scratch);
    }
  }

  /** Adds the products of the columns from {@code k} on, as far as they fill sixteen sums. */
  private static void addProducts(
      float[] packed, int tokens, RowMatrix weights, int k, int first, int end, float[] scratch) {
    int cols = Math.min(COLS, weights.cols() - k);
    int n = cols & -16;
    int rowSums = sumsOfRow(tokens);
    long rowBytes = weights.rowBytes();
    for (int row = first; row < end; row += PAIR) {
      long offset = row * rowBytes + rowBytes / weights.cols() * k;
      Rows.decodePairs(weights, offset, n, scratch, 0);
      if (row + 1 < end) { // otherwise nobody uses the sums of what was there before
        Rows.decodePairs(weights, offset + rowBytes, n, scratch, COLS);
      }
      int sums = SUMS + (row - first) * rowSums;
      int t = 0;
      int xAt = k * tokens;
      for (; t + TOKENS <= tokens; t += TOKENS, xAt += TOKENS * cols) {
        for (int j = 0; j < 16; j += N) {
          chains(scratch, sums + 16 * t + j, rowSums, n, packed, xAt + j, cols, j);
        }
      }
      for (; t < tokens; t++, xAt += cols) {
        for (int j = 0; j < 16; j += N) {
          chain(scratch, sums + 16 * t + j, rowSums, n, packed, xAt + j, j);
        }
      }
    }
  }

  /** The columns that are left, and the tree. */
  private static void finish(
      FloatMatrix out, FloatMatrix x, RowMatrix weights, int first, int end, float[] scratch) {
    int cols = weights.cols();
    int whole = cols & -16;
    int rowSums = sumsOfRow(x.rows());
    Pairs.unpack(scratch, SUMS, (end - first) * rowSums);
    for (int row = first; row < end; row++) {
      long offset = row * weights.rowBytes() + weights.rowBytes() / cols * whole;
      Rows.decode(weights, offset, cols - whole, scratch, 0);
      for (int t = 0; t < x.rows(); t++) {
        int sums = SUMS + (row - first) * rowSums + 16 * t;
        int xAt = x.rowOffset(t) + whole;
        SixteenSums.addProducts(scratch, sums, scratch, 0, x.data(), xAt, 0, cols - whole);
        out.data()[out.rowOffset(t) + row] = Tree.sum(scratch, sums);
      }
    }
  }

  /** A vector of the sixteen sums of two rows of weights with four rows of x. */
  private static void chains(
      float[] scratch, int sums, int rowSums, int length, float[] x, int xAt, int xStride, int w) {
    FloatVector s00 = FloatVector.fromArray(FLOAT, scratch, sums);
    FloatVector s01 = FloatVector.fromArray(FLOAT, scratch, sums + 16);
    FloatVector s02 = FloatVector.fromArray(FLOAT, scratch, sums + 32);
    FloatVector s03 = FloatVector.fromArray(FLOAT, scratch, sums + 48);
    FloatVector s10 = FloatVector.fromArray(FLOAT, scratch, sums + rowSums);
    FloatVector s11 = FloatVector.fromArray(FLOAT, scratch, sums + rowSums + 16);
    FloatVector s12 = FloatVector.fromArray(FLOAT, scratch, sums + rowSums + 32);
    FloatVector s13 = FloatVector.fromArray(FLOAT, scratch, sums + rowSums + 48);
    for (int k = 0; k < length; k += 16) {
      FloatVector w0 = FloatVector.fromArray(FLOAT, scratch, w + k);
      FloatVector w1 = FloatVector.fromArray(FLOAT, scratch, w + k + COLS);
      FloatVector v = FloatVector.fromArray(FLOAT, x, xAt + k);
      s00 = w0.fma(v, s00);
      s10 = w1.fma(v, s10);
      v = FloatVector.fromArray(FLOAT, x, xAt + k + xStride);
      s01 = w0.fma(v, s01);
      s11 = w1.fma(v, s11);
      v = FloatVector.fromArray(FLOAT, x, xAt + k + 2 * xStride);
      s02 = w0.fma(v, s02);
      s12 = w1.fma(v, s12);
      v = FloatVector.fromArray(FLOAT, x, xAt + k + 3 * xStride);
      s03 = w0.fma(v, s03);
      s13 = w1.fma(v, s13);
    }
    s00.intoArray(scratch, sums);
    s01.intoArray(scratch, sums + 16);
    s02.intoArray(scratch, sums + 32);
    s03.intoArray(scratch, sums + 48);
    s10.intoArray(scratch, sums + rowSums);
    s11.intoArray(scratch, sums + rowSums + 16);
    s12.intoArray(scratch, sums + rowSums + 32);
    s13.intoArray(scratch, sums + rowSums + 48);
  }

  /** The same of one row of x. */
  private static void chain(
      float[] scratch, int sums, int rowSums, int length, float[] x, int xAt, int w) {
    FloatVector s0 = FloatVector.fromArray(FLOAT, scratch, sums);
    FloatVector s1 = FloatVector.fromArray(FLOAT, scratch, sums + rowSums);
    for (int k = 0; k < length; k += 16) {
      FloatVector v = FloatVector.fromArray(FLOAT, x, xAt + k);
      s0 = FloatVector.fromArray(FLOAT, scratch, w + k).fma(v, s0);
      s1 = FloatVector.fromArray(FLOAT, scratch, w + k + COLS).fma(v, s1);
    }
    s0.intoArray(scratch, sums);
    s1.intoArray(scratch, sums + rowSums);
  }
}
