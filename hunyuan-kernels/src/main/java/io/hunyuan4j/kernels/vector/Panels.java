package io.hunyuan4j.kernels.vector;

import static io.hunyuan4j.kernels.vector.Lanes.N;
import static io.hunyuan4j.kernels.vector.Lanes.PANEL;
import static io.hunyuan4j.kernels.vector.PanelTiles.TOKENS;

import io.hunyuan4j.kernels.Bf16Matrix;
import io.hunyuan4j.kernels.FloatMatrix;
import io.hunyuan4j.kernels.RowMatrix;
import io.hunyuan4j.kernels.scalar.SixteenSums;
import java.util.Arrays;

/**
 * Matrix product of many rows: outer products of packed panels, vectorised across outputs.
 *
 * <p>Both operands are packed with k in the order of the sixteen running sums: all {@code k ≡ 0
 * (mod 16)} first, then 8, 4, 12, 2, 10, … A tile of {@link PanelTiles} runs one running sum after
 * the other, each a chain of {@code fma} in ascending k, and adds finished sums by the tree: the
 * bits of the sixteen-sum rule in the form that keeps the fma units busy. For this order the
 * residues are the bit-reversed numbers, and the tree adds like a binary counter carries.
 */
final class Panels {
  /**
   * Tokens of the tiles that run the same running sum one after the other, so that they read its
   * panel from the nearest cache, all but the first: with 2048 columns the panel has 16 KB, and the
   * tiles' x 12.
   */
  private static final int TOGETHER = 24 / TOKENS * TOKENS;

  private static final int TILES = TOGETHER * PANEL;

  /** Sums that wait for their partner, at most: four levels of the tree and the running one. */
  private static final int LEVELS = 5;

  /** Columns that are packed at a time, so that they stay in the nearest caches. */
  private static final int COLS = 512;

  /** Distance of decoded rows: at a power of two they would share lines of the cache. */
  private static final int ROW = COLS + 16;

  /** When the running sum of column {@code k mod 16} comes. */
  private static final int[] INDICES = new int[16];

  static {
    for (int index = 0; index < 16; index++) {
      INDICES[SixteenSums.residue(index)] = index;
    }
  }

  private Panels() {}

  static int packedLength(int rows, int cols) {
    return Math.multiplyExact(PanelTiles.allTokens(rows), 16 * SixteenSums.steps(cols, 0));
  }

  /**
   * Packs rows of x as {@code [tile][running sum][k in order][token of the tile]}, with as much
   * room for every running sum; missing tokens of the last tile are zeros.
   */
  static void pack(float[] packed, FloatMatrix x, int from, int to) {
    for (int first = from - from % TOKENS; first < to; first += TOKENS) {
      packTile(packed, x, first, Math.max(first, from), Math.min(first + TOKENS, to));
    }
  }

  /** Sixteen columns of all tokens at a time: what is written stays in the nearest cache. */
  private static void packTile(float[] packed, FloatMatrix x, int first, int from, int to) {
    int cols = x.cols();
    int tokens = PanelTiles.tokens(x.rows() - first);
    int missing = PanelTiles.missing(first, to, x.rows());
    int steps = SixteenSums.steps(cols, 0);
    int length = steps * tokens; // of a running sum
    int tile = first * 16 * steps;
    for (int k = 0; k < cols; k += 16) {
      int n = Math.min(16, cols - k);
      int step = tile + k / 16 * tokens;
      for (int t = from; t < to; t++) {
        int row = x.rowOffset(t) + k;
        int at = step + t - first;
        for (int j = 0; j < n; j++) {
          packed[at + INDICES[j] * length] = x.data()[row + j];
        }
      }
      for (int j = 0; j < n && missing > 0; j++) {
        int at = step + to - first + INDICES[j] * length;
        Arrays.fill(packed, at, at + missing, 0f);
      }
    }
  }

  /** Room for one thread's panel, tiles, and rows while they are transposed. */
  static int scratchLength(int cols) {
    return tilesAt(cols) + LEVELS * TILES + PANEL * ROW + Transposition.SQUARE;
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
      packWeights(weights, first, present, scratch, places, tiles + LEVELS * TILES);
      for (int token = 0; token < out.rows(); token += TOGETHER) {
        int tokens = Math.min(TOGETHER, out.rows() - token);
        sums(tokens, scratch, packed, token * 16 * SixteenSums.steps(cols, 0), cols, tiles);
        for (int m = 0; m < tokens; m++) {
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

  /** Outputs of some tiles, left at {@code tiles} in scratch as {@code [token][output]}. */
  private static void sums(
      int tokens, float[] scratch, float[] packed, int xAt, int cols, int tiles) {
    int length = PanelTiles.allTokens(tokens) * PANEL;
    int most = SixteenSums.steps(cols, 0);
    int panelAt = 0;
    int top = tiles;
    for (int index = 0; index < 16; index++) {
      int steps = SixteenSums.steps(cols, index);
      for (int t = 0; t < tokens; t += TOKENS) {
        int n = PanelTiles.tokens(tokens - t);
        int at = xAt + (16 * t + n * index) * most;
        PanelTiles.chain(n, scratch, panelAt, packed, at, steps, top + t * PANEL);
      }
      panelAt += chainLength(cols);
      for (int carry = index; (carry & 1) == 1; carry >>= 1) {
        top -= length;
        Elementwise.add(scratch, top, scratch, top + length, length);
      }
      top += length;
    }
  }
}
