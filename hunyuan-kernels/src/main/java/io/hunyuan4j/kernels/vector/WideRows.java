package io.hunyuan4j.kernels.vector;

import static io.hunyuan4j.kernels.vector.Lanes.FLOAT;
import static io.hunyuan4j.kernels.vector.Lanes.N;

import io.hunyuan4j.kernels.FloatMatrix;
import io.hunyuan4j.kernels.RowMatrix;
import io.hunyuan4j.kernels.scalar.SixteenSums;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * Products of some rows of x where a vector holds sixteen floats, the sixteen running sums of an
 * output: neither the weights nor x have to be transposed.
 *
 * <p>{@value #ROWS} rows of weights are decoded at a time and run over tiles of {@value #TOKENS}
 * rows of x, up to {@value #COLS} columns at a time. The sums of a tile are 24 of the 32 registers;
 * six loads of weights and four of x feed 24 {@code fma}. All distances are constants: with
 * variables, C2 checks each index apart and keeps a sum in memory.
 */
final class WideRows {
  /** More rows of x than this are faster in panels, whose packing they pay for. */
  private static final int MOST_TOKENS = 96;

  /** Rows of weights of a tile. */
  private static final int ROWS = 6;

  /** Outputs of a piece. */
  static final int OUTPUTS = 8 * ROWS;

  /** Rows of x of a tile. */
  private static final int TOKENS = 4;

  /** Sums of a tile. */
  private static final int TILE = ROWS * TOKENS;

  /** Columns at a time, and the distance of rows of x. */
  private static final int COLS = 2048;

  /** Distance of decoded rows: at a power of two they would share lines of the cache. */
  private static final int ROW = COLS + 16;

  private WideRows() {}

  /** Whether these loops are the fastest for x of this shape. */
  static boolean suit(int rows, int cols) {
    return N == 16 && rows >= TOKENS && rows <= MOST_TOKENS && cols >= COLS / 2;
  }

  private static int tiles(int tokens) {
    return (tokens + TOKENS - 1) / TOKENS;
  }

  private static int colBlocks(int cols) {
    return (cols + COLS - 1) / COLS;
  }

  static int packedLength(int rows, int cols) {
    return Math.multiplyExact(TOKENS * tiles(rows) * COLS, colBlocks(cols));
  }

  /**
   * Packs rows of x as {@code [columns / }{@value #COLS}{@code ][row][}{@value #COLS}{@code ]};
   * what is missing of the last columns and the last tile is arbitrary.
   */
  static void pack(float[] packed, FloatMatrix x, int from, int to) {
    int block = TOKENS * tiles(x.rows()) * COLS;
    for (int t = from; t < to; t++) {
      int at = t * COLS;
      for (int k = 0; k < x.cols(); k += COLS, at += block) {
        int n = Math.min(COLS, x.cols() - k);
        System.arraycopy(x.data(), x.rowOffset(t) + k, packed, at, n);
      }
    }
  }

  /** Where sums {@code [tile][row][token][16]} begin in the scratch, behind decoded weights. */
  private static int sumsAt(int cols) {
    return colBlocks(cols) * ROWS * ROW;
  }

  /** Room for the sums, so that trees of sixteen find sixteen. */
  private static int sumsLength(int tokens) {
    return (TILE * tiles(tokens) + 15) / 16 * 16 * 16;
  }

  /** Room for one thread. */
  static int scratchLength(int tokens, int cols) {
    return sumsAt(cols) + sumsLength(tokens);
  }

  /** Outputs {@code from … to} of all rows of x. */
  static void multiply(
      FloatMatrix out,
      FloatMatrix x,
      float[] packed,
      RowMatrix weights,
      int from,
      int to,
      float[] scratch) {
    int cols = weights.cols();
    int sums = sumsAt(cols);
    for (int row = from; row < to; row += ROWS) {
      int present = Math.min(ROWS, to - row);
      decode(weights, row, present, scratch);
      Arrays.fill(scratch, sums, sums + sumsLength(x.rows()), 0f);
      for (int block = 0; block < colBlocks(cols); block++) {
        int xAt = block * TOKENS * tiles(x.rows()) * COLS;
        int length = Math.min(COLS, cols - block * COLS) & -16;
        addProducts(packed, xAt, x.rows(), length, scratch, block * ROWS * ROW, sums);
      }
      finish(out, x, row, present, cols, scratch);
    }
  }

  /** Decodes rows as {@code [columns / }{@value #COLS}{@code ][row][column]}. */
  private static void decode(RowMatrix weights, int first, int present, float[] scratch) {
    int cols = weights.cols();
    for (int row = 0; row < present; row++) { // nobody uses the sums of what the others hold
      long offset = (first + row) * weights.rowBytes();
      for (int k = 0; k < cols; k += COLS) {
        int at = (k / COLS * ROWS + row) * ROW;
        long from = offset + weights.rowBytes() / cols * k;
        Rows.decode(weights, from, Math.min(COLS, cols - k), scratch, at);
      }
    }
  }

  /** Adds the products of some columns, as far as they fill sixteen sums. */
  private static void addProducts(
      float[] packed, int xAt, int tokens, int length, float[] scratch, int w, int sums) {
    for (int t = 0; t < tokens; t += TOKENS, xAt += TOKENS * COLS, sums += TILE * 16) {
      if (tokens - t > 2) {
        four(scratch, w, sums, packed, xAt, length);
      } else {
        two(scratch, w, sums, packed, xAt, length);
      }
    }
  }

  /** The columns that are left, and the trees. */
  private static void finish(
      FloatMatrix out, FloatMatrix x, int first, int present, int cols, float[] scratch) {
    int whole = cols & -16;
    int sums = sumsAt(cols);
    for (int row = 0; row < present && whole < cols; row++) {
      int w = (whole / COLS * ROWS + row) * ROW + whole % COLS;
      for (int t = 0; t < x.rows(); t++) {
        int at = sums + 16 * sum(t, row);
        int xAt = x.rowOffset(t) + whole;
        SixteenSums.addProducts(scratch, at, scratch, w, x.data(), xAt, 0, cols - whole);
      }
    }
    for (int i = 0; i < TILE * tiles(x.rows()); i += 16) {
      Tree.sums(scratch, sums + 16 * i, sums + i);
    }
    for (int t = 0; t < x.rows(); t++) {
      int at = out.rowOffset(t) + first;
      for (int row = 0; row < present; row++) {
        out.data()[at + row] = scratch[sums + sum(t, row)];
      }
    }
  }

  /** Which sum is that of a row of x and a row of weights. */
  private static int sum(int token, int row) {
    return token / TOKENS * TILE + row * TOKENS + token % TOKENS;
  }

  /** Adds {@code length} columns of six rows of weights and four of x to their sums. */
  private static void four(float[] s, int weights, int sums, float[] x, int xAt, int length) {
    FloatVector s00 = FloatVector.fromArray(FLOAT, s, sums);
    FloatVector s01 = FloatVector.fromArray(FLOAT, s, sums + 16);
    FloatVector s02 = FloatVector.fromArray(FLOAT, s, sums + 32);
    FloatVector s03 = FloatVector.fromArray(FLOAT, s, sums + 48);
    FloatVector s10 = FloatVector.fromArray(FLOAT, s, sums + 64);
    FloatVector s11 = FloatVector.fromArray(FLOAT, s, sums + 80);
    FloatVector s12 = FloatVector.fromArray(FLOAT, s, sums + 96);
    FloatVector s13 = FloatVector.fromArray(FLOAT, s, sums + 112);
    FloatVector s20 = FloatVector.fromArray(FLOAT, s, sums + 128);
    FloatVector s21 = FloatVector.fromArray(FLOAT, s, sums + 144);
    FloatVector s22 = FloatVector.fromArray(FLOAT, s, sums + 160);
    FloatVector s23 = FloatVector.fromArray(FLOAT, s, sums + 176);
    FloatVector s30 = FloatVector.fromArray(FLOAT, s, sums + 192);
    FloatVector s31 = FloatVector.fromArray(FLOAT, s, sums + 208);
    FloatVector s32 = FloatVector.fromArray(FLOAT, s, sums + 224);
    FloatVector s33 = FloatVector.fromArray(FLOAT, s, sums + 240);
    FloatVector s40 = FloatVector.fromArray(FLOAT, s, sums + 256);
    FloatVector s41 = FloatVector.fromArray(FLOAT, s, sums + 272);
    FloatVector s42 = FloatVector.fromArray(FLOAT, s, sums + 288);
    FloatVector s43 = FloatVector.fromArray(FLOAT, s, sums + 304);
    FloatVector s50 = FloatVector.fromArray(FLOAT, s, sums + 320);
    FloatVector s51 = FloatVector.fromArray(FLOAT, s, sums + 336);
    FloatVector s52 = FloatVector.fromArray(FLOAT, s, sums + 352);
    FloatVector s53 = FloatVector.fromArray(FLOAT, s, sums + 368);
    for (int k = 0; k < length; k += 16) {
      FloatVector x0 = FloatVector.fromArray(FLOAT, x, xAt + k);
      FloatVector x1 = FloatVector.fromArray(FLOAT, x, xAt + k + COLS);
      FloatVector x2 = FloatVector.fromArray(FLOAT, x, xAt + k + 2 * COLS);
      FloatVector x3 = FloatVector.fromArray(FLOAT, x, xAt + k + 3 * COLS);
      FloatVector w = FloatVector.fromArray(FLOAT, s, weights + k);
      s00 = w.fma(x0, s00);
      s01 = w.fma(x1, s01);
      s02 = w.fma(x2, s02);
      s03 = w.fma(x3, s03);
      w = FloatVector.fromArray(FLOAT, s, weights + k + ROW);
      s10 = w.fma(x0, s10);
      s11 = w.fma(x1, s11);
      s12 = w.fma(x2, s12);
      s13 = w.fma(x3, s13);
      w = FloatVector.fromArray(FLOAT, s, weights + k + 2 * ROW);
      s20 = w.fma(x0, s20);
      s21 = w.fma(x1, s21);
      s22 = w.fma(x2, s22);
      s23 = w.fma(x3, s23);
      w = FloatVector.fromArray(FLOAT, s, weights + k + 3 * ROW);
      s30 = w.fma(x0, s30);
      s31 = w.fma(x1, s31);
      s32 = w.fma(x2, s32);
      s33 = w.fma(x3, s33);
      w = FloatVector.fromArray(FLOAT, s, weights + k + 4 * ROW);
      s40 = w.fma(x0, s40);
      s41 = w.fma(x1, s41);
      s42 = w.fma(x2, s42);
      s43 = w.fma(x3, s43);
      w = FloatVector.fromArray(FLOAT, s, weights + k + 5 * ROW);
      s50 = w.fma(x0, s50);
      s51 = w.fma(x1, s51);
      s52 = w.fma(x2, s52);
      s53 = w.fma(x3, s53);
    }
    s00.intoArray(s, sums);
    s01.intoArray(s, sums + 16);
    s02.intoArray(s, sums + 32);
    s03.intoArray(s, sums + 48);
    s10.intoArray(s, sums + 64);
    s11.intoArray(s, sums + 80);
    s12.intoArray(s, sums + 96);
    s13.intoArray(s, sums + 112);
    s20.intoArray(s, sums + 128);
    s21.intoArray(s, sums + 144);
    s22.intoArray(s, sums + 160);
    s23.intoArray(s, sums + 176);
    s30.intoArray(s, sums + 192);
    s31.intoArray(s, sums + 208);
    s32.intoArray(s, sums + 224);
    s33.intoArray(s, sums + 240);
    s40.intoArray(s, sums + 256);
    s41.intoArray(s, sums + 272);
    s42.intoArray(s, sums + 288);
    s43.intoArray(s, sums + 304);
    s50.intoArray(s, sums + 320);
    s51.intoArray(s, sums + 336);
    s52.intoArray(s, sums + 352);
    s53.intoArray(s, sums + 368);
  }

  /** The same of two rows of x. */
  private static void two(float[] s, int weights, int sums, float[] x, int xAt, int length) {
    FloatVector s00 = FloatVector.fromArray(FLOAT, s, sums);
    FloatVector s01 = FloatVector.fromArray(FLOAT, s, sums + 16);
    FloatVector s10 = FloatVector.fromArray(FLOAT, s, sums + 64);
    FloatVector s11 = FloatVector.fromArray(FLOAT, s, sums + 80);
    FloatVector s20 = FloatVector.fromArray(FLOAT, s, sums + 128);
    FloatVector s21 = FloatVector.fromArray(FLOAT, s, sums + 144);
    FloatVector s30 = FloatVector.fromArray(FLOAT, s, sums + 192);
    FloatVector s31 = FloatVector.fromArray(FLOAT, s, sums + 208);
    FloatVector s40 = FloatVector.fromArray(FLOAT, s, sums + 256);
    FloatVector s41 = FloatVector.fromArray(FLOAT, s, sums + 272);
    FloatVector s50 = FloatVector.fromArray(FLOAT, s, sums + 320);
    FloatVector s51 = FloatVector.fromArray(FLOAT, s, sums + 336);
    for (int k = 0; k < length; k += 16) {
      FloatVector x0 = FloatVector.fromArray(FLOAT, x, xAt + k);
      FloatVector x1 = FloatVector.fromArray(FLOAT, x, xAt + k + COLS);
      FloatVector w = FloatVector.fromArray(FLOAT, s, weights + k);
      s00 = w.fma(x0, s00);
      s01 = w.fma(x1, s01);
      w = FloatVector.fromArray(FLOAT, s, weights + k + ROW);
      s10 = w.fma(x0, s10);
      s11 = w.fma(x1, s11);
      w = FloatVector.fromArray(FLOAT, s, weights + k + 2 * ROW);
      s20 = w.fma(x0, s20);
      s21 = w.fma(x1, s21);
      w = FloatVector.fromArray(FLOAT, s, weights + k + 3 * ROW);
      s30 = w.fma(x0, s30);
      s31 = w.fma(x1, s31);
      w = FloatVector.fromArray(FLOAT, s, weights + k + 4 * ROW);
      s40 = w.fma(x0, s40);
      s41 = w.fma(x1, s41);
      w = FloatVector.fromArray(FLOAT, s, weights + k + 5 * ROW);
      s50 = w.fma(x0, s50);
      s51 = w.fma(x1, s51);
    }
    s00.intoArray(s, sums);
    s01.intoArray(s, sums + 16);
    s10.intoArray(s, sums + 64);
    s11.intoArray(s, sums + 80);
    s20.intoArray(s, sums + 128);
    s21.intoArray(s, sums + 144);
    s30.intoArray(s, sums + 192);
    s31.intoArray(s, sums + 208);
    s40.intoArray(s, sums + 256);
    s41.intoArray(s, sums + 272);
    s50.intoArray(s, sums + 320);
    s51.intoArray(s, sums + 336);
  }
}
