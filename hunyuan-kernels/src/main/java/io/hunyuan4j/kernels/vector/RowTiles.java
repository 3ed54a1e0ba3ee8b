package io.hunyuan4j.kernels.vector;

import static io.hunyuan4j.kernels.vector.Lanes.N;

import io.hunyuan4j.kernels.Bf16Matrix;
import io.hunyuan4j.kernels.FloatMatrix;
import io.hunyuan4j.kernels.RangeKernels;
import io.hunyuan4j.kernels.RowMatrix;
import io.hunyuan4j.kernels.scalar.Decode;
import java.util.Arrays;

/**
 * Products of more than one row of x where vectors hold the running sums of an output: neither the
 * weights nor x have to be transposed, and bfloat16 is decoded on the way from memory to the sums.
 *
 * <p>A tile is some rows of weights by a group of four or two rows of x. A vector of 512 bits holds
 * all sixteen sums of an output, shorter ones those of even or of odd columns, in the order of
 * {@link Pairs}; what the tree makes of either meets in its last step. With four rows of x there
 * are too few registers for both: such a tile is done in two parts, first all even columns of some
 * tiles, then their odd ones.
 */
final class RowTiles {
  /** The fewest outputs of {@link #multiply}. */
  static final int LEAST_OUTPUTS = 4;

  /** Rows of x of a group, unless one or two are left. */
  private static final int TOKENS = 4;

  /** Kinds of columns that are apart: even and odd ones. */
  private static final int KINDS = Pairs.SPLIT ? 2 : 1;

  /** Vectors of an output and a kind. */
  private static final int VECTORS = 16 / (KINDS * N);

  /** Rows of weights of a tile. */
  private static final int ROWS = Pairs.SPLIT ? 2 : 4;

  /** Vectors of sums that fill half of the registers. */
  private static final int CHAINS = ROWS * TOKENS;

  /** Sums of a part of a tile, in vectors one after the other. */
  private static final int SUMS = VECTORS * CHAINS * N;

  /** Where the even columns of all tiles wait for the odd ones, behind the sums. */
  private static final int WAITING = SUMS;

  /** Where the columns that do not fill sixteen sums are decoded to. */
  private static final int TAIL =
      WAITING + (KINDS - 1) * CHAINS * (RangeKernels.OUTPUTS / ROWS + 1);

  /** Where all other columns are decoded to, unless the tile does that. */
  private static final int DECODED = TAIL + 16;

  /** Bytes of weights that are read for all parts and groups while they are in the cache. */
  private static final int NEAR_BYTES = 128 << 10;

  /** The most rows of x: more are as fast in panels, many faster; docs/performance.md. */
  private static final int MOST_TOKENS = Pairs.SPLIT ? 32 : RangeKernels.SOME_ROWS;

  private RowTiles() {}

  /** Whether these loops are the fastest for so many rows of x. */
  static boolean suit(int rows) {
    return rows > 1 && rows <= MOST_TOKENS;
  }

  /** Rows of x of the group that begins at {@code t}: what is missing of the last is zeros. */
  private static int groupRows(int t, int tokens) {
    return tokens - t > 2 ? TOKENS : 2;
  }

  /** Parts that a tile with such a group is done in. */
  private static int parts(int groupRows) {
    return groupRows == TOKENS ? KINDS : 1;
  }

  /** Floats of x that a group and a vector of sums have of every sixteen columns. */
  private static int step(int groupRows) {
    return KINDS / parts(groupRows) * groupRows * N;
  }

  static int packedLength(int tokens, int cols) {
    return Math.multiplyExact(tokens + TOKENS - 1 & -TOKENS, cols & -16);
  }

  /**
   * Packs rows of x as {@code [group][part][vector][columns / 16][kind of the part][row of the
   * group][N]}.
   */
  static void pack(float[] packed, FloatMatrix x, int from, int to) {
    int whole = x.cols() & -16;
    for (int t = from; t < to; t++) {
      int first = t - t % TOKENS;
      int rows = groupRows(first, x.rows());
      int step = step(rows);
      int even = first * whole + N * (t - first);
      int odd = even + (parts(rows) == 1 ? rows * N : VECTORS * step * (whole / 16));
      Pairs.spread(x.data(), x.rowOffset(t), whole, packed, even, odd, step);
      if (t == x.rows() - 1 && t - first + 1 < rows) {
        int end = (first + rows) * whole;
        for (int at = even + N; at < end; at += rows * N) {
          Arrays.fill(packed, at, at + N, 0f);
        }
      }
    }
  }

  /** Distance of decoded rows: at a power of two they would share lines of the cache. */
  private static int rowDistance(int cols) {
    return (cols & -16) + 16;
  }

  private static boolean areDecodedFirst(RowMatrix weights) {
    return !(weights instanceof Bf16Matrix);
  }

  /** Outputs done together. */
  private static int near(RowMatrix weights) {
    long rowBytes =
        areDecodedFirst(weights)
            ? (long) Float.BYTES * rowDistance(weights.cols())
            : weights.rowBytes();
    long outputs = KINDS == 1 ? RangeKernels.OUTPUTS : NEAR_BYTES / Math.max(1, rowBytes);
    return Math.clamp(outputs & -LEAST_OUTPUTS, LEAST_OUTPUTS, RangeKernels.OUTPUTS);
  }

  /** Room for one thread. */
  static int scratchLength(RowMatrix weights) {
    int decoded = areDecodedFirst(weights) ? near(weights) : 0;
    return DECODED + Math.multiplyExact(decoded, rowDistance(weights.cols()));
  }

  /** Outputs {@code from … to}, at least {@value #LEAST_OUTPUTS}, of all rows of x. */
  static void multiply(
      FloatMatrix out,
      FloatMatrix x,
      float[] packed,
      RowMatrix weights,
      int from,
      int to,
      float[] scratch) {
    int near = near(weights);
    for (int first = from; first < to; first += near) {
      int end = Math.min(first + near, to);
      int start = Math.min(first, end - LEAST_OUTPUTS); // repeats some
      if (areDecodedFirst(weights)) {
        decode(weights, start, end, scratch);
      }
      for (int t = 0; t < x.rows(); t += TOKENS) {
        group(out, x, t, packed, weights, start, end, scratch);
      }
    }
  }

  private static void decode(RowMatrix weights, int from, int to, float[] scratch) {
    int whole = weights.cols() & -16;
    for (int row = from; row < to; row++) {
      int at = DECODED + (row - from) * rowDistance(whole);
      Rows.decodePairs(weights, row * weights.rowBytes(), whole, scratch, at);
    }
  }

  private static void group(
      FloatMatrix out,
      FloatMatrix x,
      int t,
      float[] packed,
      RowMatrix weights,
      int from,
      int to,
      float[] scratch) {
    int apart = (to - from) / ROWS; // rows of a tile are far apart, each a stream from memory
    for (int part = 0; part < parts(groupRows(t, x.rows())); part++) {
      int waiting = WAITING;
      for (int row = from; row < from + apart; row++, waiting += CHAINS) {
        sums(x, t, packed, part, weights, from, row, apart, scratch);
        finish(out, x, t, part, row, apart, scratch, waiting);
      }
      if ((to - from) % ROWS != 0) { // repeats some
        sums(x, t, packed, part, weights, from, to - ROWS, 1, scratch);
        finish(out, x, t, part, to - ROWS, 1, scratch, waiting);
      }
    }
  }

  /** The sums of a part of a tile: rows {@code row, row + apart, …} of the weights. */
  private static void sums(
      FloatMatrix x,
      int t,
      float[] packed,
      int part,
      RowMatrix weights,
      int from,
      int row,
      int apart,
      float[] scratch) {
    int whole = weights.cols() & -16;
    int rows = groupRows(t, x.rows());
    int length = step(rows) * (whole / 16);
    for (int v = 0; v < VECTORS; v++) {
      int xAt = t * whole + (part * VECTORS + v) * length;
      int at = v * CHAINS * N;
      if (weights instanceof Bf16Matrix m) {
        long offset = row * m.rowBytes() + v * Integer.BYTES * N;
        long distance = apart * m.rowBytes();
        if (!Pairs.SPLIT) {
          Bf16Tiles.sums(m.data(), offset, distance, whole, packed, xAt, rows, scratch);
        } else if (rows < TOKENS) {
          Bf16Halves.two(m.data(), offset, distance, length, packed, xAt, scratch, at);
        } else if (part == 0) {
          Bf16Halves.evenFour(m.data(), offset, distance, length, packed, xAt, scratch, at);
        } else {
          Bf16Halves.oddFour(m.data(), offset, distance, length, packed, xAt, scratch, at);
        }
      } else {
        int offset = DECODED + (row - from) * rowDistance(whole) + (2 * v + part) * N;
        int distance = apart * rowDistance(whole);
        if (!Pairs.SPLIT) {
          FloatTiles.sums(scratch, offset, distance, whole, packed, xAt, rows);
        } else if (rows < TOKENS) {
          FloatHalves.two(scratch, offset, distance, length, packed, xAt, at);
        } else {
          FloatHalves.four(scratch, offset, distance, length, packed, xAt, at);
        }
      }
    }
    if (whole < weights.cols()) {
      addTail(x, t, part, weights, row, apart, scratch);
    }
  }

  /** Adds the products of the columns that do not fill sixteen sums. */
  private static void addTail(
      FloatMatrix x, int t, int part, RowMatrix weights, int row, int apart, float[] scratch) {
    int whole = weights.cols() & -16;
    int n = weights.cols() - whole;
    int rows = groupRows(t, x.rows());
    int present = Math.min(rows, x.rows() - t);
    int kinds = KINDS / parts(rows); // of a part
    for (int r = 0; r < ROWS; r++) {
      long at =
          (row + r * apart) * weights.rowBytes() + weights.rowBytes() / weights.cols() * whole;
      Decode.numbers(weights, at, n, scratch, TAIL);
      for (int i = 0; i < present; i++) {
        int xAt = x.rowOffset(t + i) + whole;
        for (int k = part; k < n; k += parts(rows)) {
          int chain = k / (KINDS * N) * CHAINS + k % kinds * ROWS * rows + r * rows + i;
          int s = chain * N + k % (KINDS * N) / KINDS;
          scratch[s] = Math.fma(scratch[TAIL + k], x.data()[xAt + k], scratch[s]);
        }
      }
    }
  }

  /** The trees of a part of a tile, and after the last part its outputs. */
  private static void finish(
      FloatMatrix out,
      FloatMatrix x,
      int t,
      int part,
      int row,
      int apart,
      float[] scratch,
      int waiting) {
    int rows = groupRows(t, x.rows());
    for (int v = 1; v < VECTORS; v++) { // two at most: the step + 8
      Elementwise.add(scratch, 0, scratch, v * CHAINS * N, CHAINS * N);
    }
    Tree.sums(scratch, 0, CHAINS);
    if (part < parts(rows) - 1) {
      System.arraycopy(scratch, 0, scratch, waiting, CHAINS);
      return;
    }
    if (parts(rows) == 2) {
      Elementwise.add(scratch, 0, scratch, waiting, CHAINS);
    } else if (KINDS == 2) {
      Elementwise.add(scratch, 0, scratch, ROWS * rows, ROWS * rows);
    }
    int present = Math.min(rows, x.rows() - t);
    for (int i = 0; i < present; i++) {
      int at = out.rowOffset(t + i) + row;
      for (int r = 0; r < ROWS; r++) {
        out.data()[at + r * apart] = scratch[r * rows + i];
      }
    }
  }
}
