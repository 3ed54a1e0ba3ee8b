package io.hunyuan4j.kernels.vector;

import static io.hunyuan4j.kernels.vector.Lanes.N;

import io.hunyuan4j.kernels.Bf16Matrix;
import io.hunyuan4j.kernels.FloatMatrix;
import io.hunyuan4j.kernels.RangeKernels;
import io.hunyuan4j.kernels.RowMatrix;
import io.hunyuan4j.kernels.scalar.Decode;
import io.hunyuan4j.kernels.scalar.SixteenSums;
import java.util.Arrays;

/**
 * Products of more than one row of x where a vector holds sixteen floats, the sixteen running sums
 * of an output: neither the weights nor x have to be transposed, and bfloat16 is decoded on the way
 * from memory to the sums.
 *
 * <p>A tile is {@value #ROWS} rows of weights by four or two rows of x; with four, four loads of
 * each feed sixteen {@code fma}, which take as long as all the rest together.
 */
final class WideRows {
  /** Rows of weights of a tile. */
  static final int ROWS = 4;

  /** Rows of x of a tile: a group. */
  private static final int TOKENS = 4;

  /** Sums of a tile, sixteen floats each. */
  private static final int SUMS = ROWS * TOKENS;

  /** Where the columns that do not fill sixteen sums are decoded to, behind the sums. */
  private static final int TAIL = 16 * SUMS;

  /** Where all other columns are decoded to, unless the tile does that. */
  private static final int DECODED = TAIL + 16;

  private WideRows() {}

  /** Whether these loops are the fastest; more rows are as fast in panels, long ones faster. */
  static boolean suit(int rows) {
    return N == 16 && rows > 1 && rows <= RangeKernels.SOME_ROWS;
  }

  /** Rows of x of the group that begins at {@code t}: what is missing of the last is zeros. */
  private static int groupRows(int t, int tokens) {
    return tokens - t > 2 ? TOKENS : 2;
  }

  static int packedLength(int tokens, int cols) {
    return Math.multiplyExact(tokens + 3 & -TOKENS, cols & -16);
  }

  /** Packs rows of x as {@code [group][columns / 16][row of the group][16]}. */
  static void pack(float[] packed, FloatMatrix x, int from, int to) {
    int whole = x.cols() & -16;
    for (int t = from; t < to; t++) {
      int first = t - t % TOKENS;
      int rows = groupRows(first, x.rows());
      int at = first * whole + 16 * (t - first);
      for (int k = 0; k < whole; k += 16, at += 16 * rows) {
        System.arraycopy(x.data(), x.rowOffset(t) + k, packed, at, 16);
      }
      if (t == x.rows() - 1 && t - first + 1 < rows) {
        at = first * whole + 16 * (t - first + 1);
        for (int k = 0; k < whole; k += 16, at += 16 * rows) {
          Arrays.fill(packed, at, at + 16, 0f);
        }
      }
    }
  }

  /** Distance of decoded rows: at a power of two they would share lines of the cache. */
  private static int rowDistance(int cols) {
    return (cols & -16) + 16;
  }

  /** Room for one thread and so many outputs. */
  static int scratchLength(RowMatrix weights, int outputs) {
    boolean decodes = !(weights instanceof Bf16Matrix);
    return DECODED + (decodes ? Math.multiplyExact(outputs, rowDistance(weights.cols())) : 0);
  }

  /** Outputs {@code from … to}, at least {@value #ROWS}, of all rows of x. */
  static void multiply(
      FloatMatrix out,
      FloatMatrix x,
      float[] packed,
      RowMatrix weights,
      int from,
      int to,
      float[] scratch) {
    int whole = weights.cols() & -16;
    if (!(weights instanceof Bf16Matrix)) {
      for (int row = from; row < to; row++) {
        int at = DECODED + (row - from) * rowDistance(whole);
        Rows.decode(weights, row * weights.rowBytes(), whole, scratch, at);
      }
    }
    int step = (to - from) / ROWS; // rows of a tile are far apart, each a stream from memory
    for (int t = 0; t < x.rows(); t += TOKENS) {
      for (int row = from; row < from + step; row++) {
        tile(out, x, t, packed, weights, from, row, step, scratch);
      }
      if ((to - from) % ROWS != 0) {
        tile(out, x, t, packed, weights, from, to - ROWS, 1, scratch); // repeats some
      }
    }
  }

  /** Outputs {@code row, row + step, …} of a group. */
  private static void tile(
      FloatMatrix out,
      FloatMatrix x,
      int t,
      float[] packed,
      RowMatrix weights,
      int from,
      int row,
      int step,
      float[] scratch) {
    int whole = weights.cols() & -16;
    int rows = groupRows(t, x.rows());
    if (weights instanceof Bf16Matrix m) {
      long at = row * m.rowBytes();
      if (rows == TOKENS) {
        Bf16Tiles.four(m.data(), at, step * m.rowBytes(), whole, packed, t * whole, scratch);
      } else {
        Bf16Tiles.two(m.data(), at, step * m.rowBytes(), whole, packed, t * whole, scratch);
      }
    } else {
      int distance = rowDistance(whole);
      int at = DECODED + (row - from) * distance;
      if (rows == TOKENS) {
        FloatTiles.four(scratch, at, step * distance, whole, packed, t * whole);
      } else {
        FloatTiles.two(scratch, at, step * distance, whole, packed, t * whole);
      }
    }
    int present = Math.min(TOKENS, x.rows() - t);
    if (whole < weights.cols()) {
      addTail(x, t, present, weights, row, step, scratch);
    }
    Tree.sums(scratch, 0, 0);
    for (int i = 0; i < present; i++) {
      int at = out.rowOffset(t + i) + row;
      for (int r = 0; r < ROWS; r++) {
        out.data()[at + r * step] = scratch[r * rows + i];
      }
    }
  }

  /** Adds the products of the columns that do not fill sixteen sums. */
  private static void addTail(
      FloatMatrix x, int t, int present, RowMatrix weights, int row, int step, float[] scratch) {
    int whole = weights.cols() & -16;
    int n = weights.cols() - whole;
    int rows = groupRows(t, x.rows());
    for (int r = 0; r < ROWS; r++) {
      long at = (row + r * step) * weights.rowBytes() + weights.rowBytes() / weights.cols() * whole;
      Decode.numbers(weights, at, n, scratch, TAIL);
      for (int i = 0; i < present; i++) {
        int sums = 16 * (r * rows + i);
        int xAt = x.rowOffset(t + i) + whole;
        SixteenSums.addProducts(scratch, sums, scratch, TAIL, x.data(), xAt, 0, n);
      }
    }
  }
}
