package io.hunyuan4j.kernels.vector;

import static io.hunyuan4j.kernels.BlockMatrix.TILE_ROWS;
import static io.hunyuan4j.kernels.vector.Lanes.FLOAT;
import static io.hunyuan4j.kernels.vector.Lanes.N;
import static io.hunyuan4j.kernels.vector.Lanes.PANEL;

import io.hunyuan4j.kernels.BlockMatrix;
import io.hunyuan4j.kernels.FloatMatrix;
import io.hunyuan4j.kernels.Q4Matrix;
import io.hunyuan4j.kernels.Q8Matrix;
import io.hunyuan4j.kernels.QuantizedRows;
import io.hunyuan4j.kernels.scalar.Blocks;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;

/**
 * Products of rows of x with weights in blocks as they lie: whole-number sums of a run of blocks,
 * with one row of x of all blocks, then their scales.
 *
 * <p>A register holds the same columns of many rows, so that no sum runs across it. Two rows share
 * an int: sums leave the even rows of a register first, then the odd ones, and only the outputs are
 * put back in order.
 *
 * <p>One row of x goes over up to {@value #TILES} tiles side by side, two of them at a time: a
 * number of x is fetched once for both, and memory is read in as many streams, which processors
 * foresee further than one. Of Q4, four rows of x go over two tiles, and two over up to {@value
 * #TILES}, where a weight is taken out of its line once for all rows.
 */
final class TileDots {
  /** Tiles that go side by side. */
  static final int TILES = 4;

  /** Blocks of a run: one for each running sum. */
  static final int RUN = Blocks.SUMS;

  /** The sixteen running sums of a tile: {@code [block mod 16][row]}, rows shuffled. */
  static final int TILE_SUMS = Blocks.SUMS * TILE_ROWS;

  private static final int FOUR = 4;

  /** Running sums of four rows of x and two tiles, or of two and four. */
  private static final int RUNNING = 2 * FOUR * TILE_SUMS;

  private static final VectorShuffle<Float> LOWER = VectorShuffle.makeZip(FLOAT, 0);
  private static final VectorShuffle<Float> UPPER = VectorShuffle.makeZip(FLOAT, 1);

  private TileDots() {}

  /** Room for one thread: the running sums, then the sums of blocks. */
  static int scratchLength(int blocks) {
    return RUNNING + Math.max(RUNNING, Math.multiplyExact(TILES * TILE_ROWS, blocks));
  }

  /** Outputs {@code from … to} of all rows of x. */
  static void multiply(
      FloatMatrix out, QuantizedRows x, BlockMatrix weights, int from, int to, float[] scratch) {
    boolean together = weights instanceof Q4Matrix;
    // Three rows go as four: QuantizedRows has room for another one.
    int fours = together ? (x.rows() + 1) / FOUR * FOUR : 0;
    int end;
    for (int row = from; row < to; row = end) {
      int lane = (weights.firstRow() + row) % TILE_ROWS;
      end = Math.min(to, row + TILES * TILE_ROWS - lane);
      int tiles = BlockMatrix.tiles(lane + end - row);
      for (int tile = 0; tile < tiles; tile += 2) {
        for (int t = 0; t < fours; t += FOUR) {
          int count = Math.min(2, tiles - tile);
          multiply(out, x, t, FOUR, weights, tile, count, row, end, scratch);
        }
      }
      int paired = together && x.rows() - fours == 2 ? tiles & -2 : 0; // tiles
      if (paired > 0) {
        multiply(out, x, fours, 2, weights, 0, paired, row, end, scratch);
      }
      for (int t = fours; t < x.rows() && paired < tiles; t++) {
        multiply(out, x, t, 1, weights, paired, tiles - paired, row, end, scratch);
      }
    }
  }

  /**
   * Outputs {@code from … to}, as far as they are of certain tiles, of one, two or four rows of x.
   *
   * @param t the first row of x
   * @param tile the first of the tiles, counted from that of output {@code from}
   */
  private static void multiply(
      FloatMatrix out,
      QuantizedRows x,
      int t,
      int rows,
      BlockMatrix weights,
      int tile,
      int tiles,
      int from,
      int to,
      float[] scratch) {
    long first = weights.tileOffset(from) + tile * weights.tileBytes();
    Arrays.fill(scratch, 0, tiles * rows * TILE_SUMS, 0f);
    int run = rows == 1 ? x.blocks() : RUN; // without a stop, memory is read faster
    for (int b = 0; b < x.blocks(); b += run) {
      int blocks = Math.min(run, x.blocks() - b);
      long at = first + (long) b * weights.blockBytes();
      int xBlock = t * x.blocks() + b;
      switch (weights) {
        case Q8Matrix m -> q8(m, at, tiles, x, xBlock, blocks, scratch);
        case Q4Matrix m when rows == FOUR -> q4Four(m, at, tiles, x, xBlock, blocks, scratch);
        case Q4Matrix m when rows == 2 -> q4Two(m, at, tiles, x, xBlock, blocks, scratch);
        case Q4Matrix m -> q4(m, at, tiles, x, xBlock, blocks, scratch);
      }
    }
    int firstRow = from - (weights.firstRow() + from) % TILE_ROWS + tile * TILE_ROWS;
    for (int i = 0; i < tiles; i++) {
      for (int m = 0; m < rows; m++) {
        int at = (i * rows + m) * TILE_SUMS;
        finish(scratch, at);
        if (t + m < x.rows()) {
          write(out, t + m, firstRow + i * TILE_ROWS, from, to, scratch, at);
        }
      }
    }
  }

  private static void q8(
      Q8Matrix m, long at, int tiles, QuantizedRows x, int xBlock, int blocks, float[] scratch) {
    long apart = m.tileBytes();
    int sums = blocks * Q8Tiles.BLOCK_SUMS;
    Q8Tiles.sums(m.data(), at, apart, tiles, x, xBlock, blocks, scratch, RUNNING, sums);
    for (int i = 0; i < tiles; i++) {
      for (int b = 0; b < blocks; b += RUN) {
        int run = Math.min(RUN, blocks - b);
        long block = at + i * apart + (long) b * Q8Matrix.BLOCK_BYTES;
        int from = RUNNING + i * sums + b * Q8Tiles.BLOCK_SUMS;
        Q8Tiles.scale(m.data(), block, x, xBlock + b, run, scratch, from, i * TILE_SUMS);
      }
    }
  }

  private static void q4(
      Q4Matrix m, long at, int tiles, QuantizedRows x, int xBlock, int blocks, float[] scratch) {
    long apart = m.tileBytes();
    int sums = blocks * Q4Tiles.BLOCK_SUMS;
    Q4Tiles.sums(m.data(), at, apart, tiles, x, xBlock, blocks, scratch, RUNNING, sums);
    for (int i = 0; i < tiles; i++) {
      for (int b = 0; b < blocks; b += RUN) {
        int run = Math.min(RUN, blocks - b);
        long block = at + i * apart + (long) b * Q4Matrix.BLOCK_BYTES;
        int from = RUNNING + i * sums + b * Q4Tiles.BLOCK_SUMS;
        Q4Tiles.scale(m.data(), block, x, xBlock + b, run, scratch, from, i * TILE_SUMS);
      }
    }
  }

  private static void q4Two(
      Q4Matrix m, long at, int tiles, QuantizedRows x, int xBlock, int blocks, float[] scratch) {
    long apart = m.tileBytes();
    Q4Groups.sumsOfTwo(m.data(), at, apart, tiles, x, xBlock, blocks, scratch, RUNNING);
    for (int i = 0; i < 2 * tiles; i++) {
      long tile = at + i / 2 * apart;
      int block = xBlock + i % 2 * x.blocks();
      int sums = RUNNING + i * Q4Groups.SUMS;
      Q4Tiles.scale(m.data(), tile, x, block, blocks, scratch, sums, i * TILE_SUMS);
    }
  }

  private static void q4Four(
      Q4Matrix m, long at, int tiles, QuantizedRows x, int xBlock, int blocks, float[] scratch) {
    long apart = m.tileBytes();
    Q4Groups.sumsOfFour(m.data(), at, apart, tiles, x, xBlock, blocks, scratch, RUNNING);
    for (int i = 0; i < tiles; i++) {
      int sums = RUNNING + i * FOUR * Q4Groups.SUMS;
      int p = i * FOUR * TILE_SUMS;
      Q4Groups.scaleFour(m.data(), at + i * apart, x, xBlock, blocks, scratch, sums, p);
    }
  }

  /**
   * Takes those products of a tile from row {@code first} on that are outputs {@code from … to}.
   */
  private static void write(
      FloatMatrix out, int t, int first, int from, int to, float[] products, int at) {
    int row = Math.max(first, from);
    int end = Math.min(first + TILE_ROWS, to);
    System.arraycopy(products, at + row - first, out.data(), out.rowOffset(t) + row, end - row);
  }

  /** The tree of the sixteen sums, lane by lane, and the rows put back in order. */
  private static void finish(float[] sums, int at) {
    for (int width = TILE_SUMS / 2; width >= TILE_ROWS; width /= 2) {
      for (int i = at; i < at + width; i += N) {
        FloatVector.fromArray(FLOAT, sums, i)
            .add(FloatVector.fromArray(FLOAT, sums, i + width))
            .intoArray(sums, i);
      }
    }
    for (int i = at; i < at + TILE_ROWS; i += PANEL) {
      unshuffle(sums, i);
    }
  }

  /**
   * Puts a panel of rows back in order: where two rows share an int, the even ones lie first, then
   * the odd ones.
   */
  static void unshuffle(float[] rows, int at) {
    FloatVector even = FloatVector.fromArray(FLOAT, rows, at);
    FloatVector odd = FloatVector.fromArray(FLOAT, rows, at + N);
    even.rearrange(LOWER, odd).intoArray(rows, at);
    even.rearrange(UPPER, odd).intoArray(rows, at + N);
  }
}
