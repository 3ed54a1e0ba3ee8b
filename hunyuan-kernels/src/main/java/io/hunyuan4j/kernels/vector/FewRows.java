package io.hunyuan4j.kernels.vector;

import static io.hunyuan4j.kernels.vector.Lanes.FLOAT;
import static io.hunyuan4j.kernels.vector.Lanes.N;

import io.hunyuan4j.kernels.FloatMatrix;
import io.hunyuan4j.kernels.RowMatrix;
import io.hunyuan4j.kernels.scalar.SixteenSums;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * Products of some rows of x, too few for panels: {@value #TOKENS} rows of x at a time, {@value
 * #COLS} columns at a time, so that this part of x stays in the first cache while the weights pass
 * by. Each weight is decoded once for the {@value #TOKENS} rows.
 */
final class FewRows {
  /** Rows of x at a time: with two vectors of sums each they fill eight registers. */
  static final int TOKENS = 4;

  /** Columns at a time, a multiple of 16. */
  private static final int COLS = 512;

  /** Rows of weights at a time, whose sums wait for the next columns. */
  private static final int ROWS = 32;

  /** Sums of a row of weights with {@link #TOKENS} rows of x. */
  private static final int SUMS = 16 * TOKENS;

  /** Where decoded weights lie in the scratch, behind the sums. */
  private static final int DECODED = ROWS * SUMS;

  private FewRows() {}

  /** Room for one thread. */
  static int scratchLength() {
    return DECODED + COLS;
  }

  /** Outputs {@code from … to} of all rows of x, at least {@link #TOKENS}. */
  static void multiply(
      FloatMatrix out, FloatMatrix x, RowMatrix weights, int from, int to, float[] scratch) {
    for (int first = from; first < to; first += ROWS) {
      int end = Math.min(first + ROWS, to);
      for (int next = 0; next < x.rows(); next += TOKENS) {
        int t = Math.min(next, x.rows() - TOKENS); // the last step may repeat some rows of x
        multiply(out, x, t, weights, first, end, scratch);
      }
    }
  }

  private static void multiply(
      FloatMatrix out,
      FloatMatrix x,
      int t,
      RowMatrix weights,
      int first,
      int end,
      float[] scratch) {
    int cols = weights.cols();
    Arrays.fill(scratch, 0, DECODED, 0f);
    for (int k = 0; k < cols; k += COLS) {
      int n = Math.min(COLS, cols - k);
      long at = first * weights.rowBytes() + weights.rowBytes() / cols * k;
      for (int row = first; row < end; row++, at += weights.rowBytes()) {
        Rows.decode(weights, at, n, scratch, DECODED);
        int sums = (row - first) * SUMS;
        products(scratch, sums, n & -16, x.data(), x.rowOffset(t) + k, x.stride());
        for (int i = 0; i < TOKENS && n % 16 != 0; i++) {
          int xAt = x.rowOffset(t + i) + k;
          SixteenSums.addProducts(
              scratch, sums + 16 * i, scratch, DECODED, x.data(), xAt, n & -16, n);
        }
      }
    }
    for (int row = first; row < end; row++) {
      for (int i = 0; i < TOKENS; i++) {
        int sums = (row - first) * SUMS + 16 * i;
        out.data()[out.rowOffset(t + i) + row] = Tree.sum(scratch, sums);
      }
    }
  }

  /** Adds the products of the decoded weights with four rows of x to their sixteen sums each. */
  private static void products(
      float[] scratch, int sums, int length, float[] x, int xAt, int xStride) {
    if (N == 16) {
      whole(scratch, sums, length, x, xAt, xStride);
    } else {
      for (int j = 0; j < 16; j += 2 * N) {
        half(scratch, sums + j, length, x, xAt + j, xStride, DECODED + j);
      }
    }
  }

  /** Where a vector holds all sixteen sums. */
  private static void whole(
      float[] scratch, int sums, int length, float[] x, int xAt, int xStride) {
    FloatVector s0 = FloatVector.fromArray(FLOAT, scratch, sums);
    FloatVector s1 = FloatVector.fromArray(FLOAT, scratch, sums + 16);
    FloatVector s2 = FloatVector.fromArray(FLOAT, scratch, sums + 32);
    FloatVector s3 = FloatVector.fromArray(FLOAT, scratch, sums + 48);
    for (int k = 0; k < length; k += 16) {
      FloatVector weight = FloatVector.fromArray(FLOAT, scratch, DECODED + k);
      int at = xAt + k;
      s0 = weight.fma(FloatVector.fromArray(FLOAT, x, at), s0);
      s1 = weight.fma(FloatVector.fromArray(FLOAT, x, at + xStride), s1);
      s2 = weight.fma(FloatVector.fromArray(FLOAT, x, at + 2 * xStride), s2);
      s3 = weight.fma(FloatVector.fromArray(FLOAT, x, at + 3 * xStride), s3);
    }
    s0.intoArray(scratch, sums);
    s1.intoArray(scratch, sums + 16);
    s2.intoArray(scratch, sums + 32);
    s3.intoArray(scratch, sums + 48);
  }

  /** Some of the sixteen sums, two vectors for each row of x. */
  private static void half(
      float[] scratch, int sums, int length, float[] x, int xAt, int xStride, int w) {
    FloatVector s00 = FloatVector.fromArray(FLOAT, scratch, sums);
    FloatVector s01 = FloatVector.fromArray(FLOAT, scratch, sums + N);
    FloatVector s10 = FloatVector.fromArray(FLOAT, scratch, sums + 16);
    FloatVector s11 = FloatVector.fromArray(FLOAT, scratch, sums + 16 + N);
    FloatVector s20 = FloatVector.fromArray(FLOAT, scratch, sums + 32);
    FloatVector s21 = FloatVector.fromArray(FLOAT, scratch, sums + 32 + N);
    FloatVector s30 = FloatVector.fromArray(FLOAT, scratch, sums + 48);
    FloatVector s31 = FloatVector.fromArray(FLOAT, scratch, sums + 48 + N);
    for (int k = 0; k < length; k += 16) {
      FloatVector w0 = FloatVector.fromArray(FLOAT, scratch, w + k);
      FloatVector w1 = FloatVector.fromArray(FLOAT, scratch, w + k + N);
      int at = xAt + k;
      s00 = w0.fma(FloatVector.fromArray(FLOAT, x, at), s00);
      s01 = w1.fma(FloatVector.fromArray(FLOAT, x, at + N), s01);
      at += xStride;
      s10 = w0.fma(FloatVector.fromArray(FLOAT, x, at), s10);
      s11 = w1.fma(FloatVector.fromArray(FLOAT, x, at + N), s11);
      at += xStride;
      s20 = w0.fma(FloatVector.fromArray(FLOAT, x, at), s20);
      s21 = w1.fma(FloatVector.fromArray(FLOAT, x, at + N), s21);
      at += xStride;
      s30 = w0.fma(FloatVector.fromArray(FLOAT, x, at), s30);
      s31 = w1.fma(FloatVector.fromArray(FLOAT, x, at + N), s31);
    }
    s00.intoArray(scratch, sums);
    s01.intoArray(scratch, sums + N);
    s10.intoArray(scratch, sums + 16);
    s11.intoArray(scratch, sums + 16 + N);
    s20.intoArray(scratch, sums + 32);
    s21.intoArray(scratch, sums + 32 + N);
    s30.intoArray(scratch, sums + 48);
    s31.intoArray(scratch, sums + 48 + N);
  }
}
