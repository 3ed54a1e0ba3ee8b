package io.hunyuan4j.kernels.vector;

import static io.hunyuan4j.kernels.vector.Lanes.FLOAT;
import static io.hunyuan4j.kernels.vector.Lanes.N;
import static io.hunyuan4j.kernels.vector.Lanes.PANEL;

import io.hunyuan4j.kernels.Bf16Matrix;
import io.hunyuan4j.kernels.FloatMatrix;
import io.hunyuan4j.kernels.RowMatrix;
import io.hunyuan4j.kernels.scalar.SixteenSums;
import jdk.incubator.vector.FloatVector;

/**
 * Matrix product of many rows: outer products of packed panels, vectorised across outputs.
 *
 * <p>Both operands are packed with k in the order of the sixteen running sums: all {@code k ≡ 0
 * (mod 16)} first, then 8, 4, 12, 2, 10, … A tile of {@value #TOKENS} tokens × two vectors of
 * outputs runs one running sum after the other, each a chain of {@code fma} in ascending k, and
 * adds finished sums by the tree: the bits of the sixteen-sum rule in the form that keeps the fma
 * units busy. For this order the residues are the bit-reversed numbers, and the tree adds like a
 * binary counter carries.
 */
final class Panels {
  /**
   * Tokens of a tile: five by two vectors of sums leave six of sixteen registers for what they
   * multiply. With six tokens C2 takes one register too many, and one sum goes through memory: half
   * of the speed, but only without loop strip mining, which G1 has and the serial collector has
   * not.
   */
  static final int TOKENS = 5;

  private static final int TILE = TOKENS * PANEL;

  /** Sums that wait for their partner, at most: four levels of the tree and the running one. */
  private static final int LEVELS = 5;

  /** Columns that are packed at a time, so that they stay in the nearest caches. */
  private static final int COLS = 512;

  /** Distance of decoded rows: at a power of two they would share lines of the cache. */
  private static final int ROW = COLS + 16;

  private Panels() {}

  static int packedLength(int rows, int cols) {
    return Math.multiplyExact((rows + TOKENS - 1) / TOKENS * TOKENS, cols);
  }

  /**
   * Packs rows of x as {@code [tile][k in order][token of the tile]}; missing tokens of the last
   * tile are zeros.
   */
  static void pack(float[] packed, FloatMatrix x, int from, int to) {
    int cols = x.cols();
    for (int t = from; t < to; t++) {
      int at = t / TOKENS * TOKENS * cols + t % TOKENS;
      int row = x.rowOffset(t);
      for (int index = 0; index < 16; index++) {
        for (int k = SixteenSums.residue(index); k < cols; k += 16, at += TOKENS) {
          packed[at] = x.data()[row + k];
        }
      }
    }
    for (int t = to; to == x.rows() && t % TOKENS != 0; t++) {
      int at = t / TOKENS * TOKENS * cols + t % TOKENS;
      for (int k = 0; k < cols; k++, at += TOKENS) {
        packed[at] = 0f;
      }
    }
  }

  /** Room for one thread's panel, tiles, and rows while they are transposed. */
  static int scratchLength(int cols) {
    return tilesAt(cols) + LEVELS * TILE + PANEL * ROW + Transposition.SQUARE;
  }

  /** Where the panel of a running sum ends and the next begins; a place of its own in the cache. */
  private static int chainLength(int cols) {
    return (cols + 15) / 16 * PANEL + PANEL;
  }

  private static int tilesAt(int cols) {
    return 16 * chainLength(cols);
  }

  /** Outputs {@code from … to} of all rows of x. */
  static void multiply(
      FloatMatrix out, float[] packed, RowMatrix weights, int from, int to, float[] scratch) {
    int cols = weights.cols();
    int tiles = tilesAt(cols);
    int[] places = places(cols);
    for (int first = from; first < to; first += PANEL) {
      int present = Math.min(PANEL, to - first);
      packWeights(weights, first, present, scratch, places, tiles + LEVELS * TILE);
      for (int token = 0; token < out.rows(); token += TOKENS) {
        tile(scratch, packed, token * cols, cols, tiles);
        for (int m = 0; m < TOKENS && token + m < out.rows(); m++) {
          int outAt = out.rowOffset(token + m) + first;
          System.arraycopy(scratch, tiles + m * PANEL, out.data(), outAt, present);
        }
      }
    }
  }

  /** Where column {@code k mod 16} begins in a panel. */
  private static int[] places(int cols) {
    int[] places = new int[16];
    for (int index = 0; index < 16; index++) {
      places[SixteenSums.residue(index)] = index * chainLength(cols);
    }
    return places;
  }

  /**
   * Packs rows as {@code [k in order][output]} at the start of scratch, decoded; missing outputs
   * are arbitrary.
   */
  private static void packWeights(
      RowMatrix weights, int first, int present, float[] scratch, int[] places, int rows) {
    int cols = weights.cols();
    int done = 0;
    if (weights instanceof Bf16Matrix bf16 && present == PANEL) {
      done = cols & -Bf16Columns.COLS;
      packPairs(bf16, first, done, scratch, places, rows);
    }
    for (int from = done; from < cols; from += COLS) {
      int n = Math.min(COLS, cols - from);
      long offset = first * weights.rowBytes() + weights.rowBytes() / cols * from;
      for (int r = 0; r < present; r++, offset += weights.rowBytes()) {
        Rows.decode(weights, offset, n, scratch, rows + r * ROW);
      }
      for (int k = 0; k < n; k += N) {
        int to = (from + k) / 16 * PANEL;
        for (int r = 0; r < PANEL; r += N) {
          int at = rows + r * ROW + k;
          int place = (from + k) % 16;
          Transposition.columns(scratch, at, ROW, rows + PANEL * ROW, to + r, places, place);
        }
      }
    }
  }

  /**
   * The same of the first columns of a full panel, as many as fill squares, without decoding them
   * before.
   */
  private static void packPairs(
      Bf16Matrix weights, int first, int cols, float[] scratch, int[] places, int work) {
    long rowBytes = weights.rowBytes();
    for (int from = 0; from < cols; from += COLS) {
      int to = Math.min(cols, from + COLS);
      for (int r = 0; r < PANEL; r += N) {
        long row = (first + r) * rowBytes;
        for (int k = from; k < to; k += Bf16Columns.COLS) {
          long offset = row + (long) Short.BYTES * k;
          Bf16Columns.write(weights.data(), offset, rowBytes, scratch, work, r, places, k);
        }
      }
    }
  }

  /** One tile of outputs, left at {@code tiles} in scratch. */
  private static void tile(float[] scratch, float[] packed, int xAt, int cols, int tiles) {
    int panelAt = 0;
    int top = 0;
    for (int index = 0; index < 16; index++) {
      int steps = (cols - SixteenSums.residue(index) + 15) >> 4;
      chain(scratch, panelAt, packed, xAt, steps, tiles + top * TILE);
      panelAt += chainLength(cols);
      xAt += steps * TOKENS;
      for (int carry = index; (carry & 1) == 1; carry >>= 1) {
        top--;
        Elementwise.add(scratch, tiles + top * TILE, scratch, tiles + (top + 1) * TILE, TILE);
      }
      top++;
    }
  }

  /** One running sum of a tile: {@code tile[m][r] = Σ_k panel[k][r] · x[k][m]}, an fma a step. */
  private static void chain(
      float[] scratch, int panelAt, float[] packed, int xAt, int steps, int tileAt) {
    FloatVector s00 = FloatVector.zero(FLOAT);
    FloatVector s01 = s00;
    FloatVector s10 = s00;
    FloatVector s11 = s00;
    FloatVector s20 = s00;
    FloatVector s21 = s00;
    FloatVector s30 = s00;
    FloatVector s31 = s00;
    FloatVector s40 = s00;
    FloatVector s41 = s00;
    // Two indices that step: computed from one counter, they cost half of the speed.
    int at = xAt;
    for (int w = panelAt; w < panelAt + steps * PANEL; w += PANEL, at += TOKENS) {
      FloatVector w0 = FloatVector.fromArray(FLOAT, scratch, w);
      FloatVector w1 = FloatVector.fromArray(FLOAT, scratch, w + N);
      FloatVector x = FloatVector.broadcast(FLOAT, packed[at]);
      s00 = w0.fma(x, s00);
      s01 = w1.fma(x, s01);
      x = FloatVector.broadcast(FLOAT, packed[at + 1]);
      s10 = w0.fma(x, s10);
      s11 = w1.fma(x, s11);
      x = FloatVector.broadcast(FLOAT, packed[at + 2]);
      s20 = w0.fma(x, s20);
      s21 = w1.fma(x, s21);
      x = FloatVector.broadcast(FLOAT, packed[at + 3]);
      s30 = w0.fma(x, s30);
      s31 = w1.fma(x, s31);
      x = FloatVector.broadcast(FLOAT, packed[at + 4]);
      s40 = w0.fma(x, s40);
      s41 = w1.fma(x, s41);
    }
    s00.intoArray(scratch, tileAt);
    s01.intoArray(scratch, tileAt + N);
    s10.intoArray(scratch, tileAt + PANEL);
    s11.intoArray(scratch, tileAt + PANEL + N);
    s20.intoArray(scratch, tileAt + 2 * PANEL);
    s21.intoArray(scratch, tileAt + 2 * PANEL + N);
    s30.intoArray(scratch, tileAt + 3 * PANEL);
    s31.intoArray(scratch, tileAt + 3 * PANEL + N);
    s40.intoArray(scratch, tileAt + 4 * PANEL);
    s41.intoArray(scratch, tileAt + 4 * PANEL + N);
  }
}
