package io.hunyuan4j.kernels.vector;

import static io.hunyuan4j.kernels.BlockMatrix.TILE_ROWS;
import static io.hunyuan4j.kernels.vector.Lanes.FLOAT;
import static io.hunyuan4j.kernels.vector.Lanes.N;

import io.hunyuan4j.kernels.BlockMatrix;
import io.hunyuan4j.kernels.FloatMatrix;
import io.hunyuan4j.kernels.Q4Matrix;
import io.hunyuan4j.kernels.Q8Matrix;
import io.hunyuan4j.kernels.QuantizedRows;
import io.hunyuan4j.kernels.scalar.Blocks;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * Products of a few rows of x with weights in blocks: first the whole-number sums of all blocks,
 * then the scales.
 *
 * <p>A register holds the same columns of many rows, so that no sum runs across it. Two rows share
 * an int: sums leave the even rows of a register first, then the odd ones, and only the outputs are
 * put back in order.
 *
 * <p>Up to {@value #TILES} tiles go side by side, two of them at a time: a number of x is fetched
 * once for both, and memory is read in as many streams, which processors foresee further than one.
 */
final class TileDots {
  /** Tiles that go side by side. */
  static final int TILES = 4;

  /** Rows of x that go side by side over a tile of Q4. */
  private static final int FOUR = 4;

  /** The sixteen running sums of a tile: {@code [block mod 16][row]}, rows shuffled. */
  private static final int TILE_SUMS = Blocks.SUMS * TILE_ROWS;

  private TileDots() {}

  /** Room for one thread: the running sums of a tile, then the sums of all blocks of some tiles. */
  static int scratchLength(int blocks) {
    return TILE_SUMS + TILES * blocks * TILE_ROWS;
  }

  /** Outputs {@code from … to} of all rows of x. */
  static void multiply(
      FloatMatrix out, QuantizedRows x, BlockMatrix weights, int from, int to, float[] scratch) {
    int end;
    for (int row = from; row < to; row = end) {
      int lane = (weights.firstRow() + row) % TILE_ROWS;
      end = Math.min(to, row + TILES * TILE_ROWS - lane);
      long first = weights.tileOffset(row);
      int tiles = BlockMatrix.tiles(lane + end - row);
      int t = 0;
      if (weights instanceof Q4Matrix m) {
        for (; t + FOUR <= x.rows(); t += FOUR) {
          for (int tile = 0; tile < tiles; tile++) {
            long at = first + tile * weights.tileBytes();
            Q4Tiles.sumsOfFour(m.data(), at, x, t, scratch, TILE_SUMS);
            for (int i = 0; i < FOUR; i++) {
              scale(x, t + i, weights, at, i, scratch);
              write(out, t + i, row - lane + tile * TILE_ROWS, row, end, scratch);
            }
          }
        }
      }
      for (; t < x.rows(); t++) {
        sums(x, t, weights, first, tiles, scratch);
        for (int tile = 0; tile < tiles; tile++) {
          scale(x, t, weights, first + tile * weights.tileBytes(), tile, scratch);
          write(out, t, row - lane + tile * TILE_ROWS, row, end, scratch);
        }
      }
    }
  }

  /**
   * Takes those products of a tile from row {@code first} on that are outputs {@code from … to}.
   */
  private static void write(FloatMatrix out, int t, int first, int from, int to, float[] products) {
    int end = Math.min(first + TILE_ROWS, to);
    for (int row = Math.max(first, from); row < end; row++) {
      out.data()[out.rowOffset(t) + row] = products[Lanes.shuffled(row - first)];
    }
  }

  /** Leaves the sums of all blocks of some tiles behind the running sums. */
  private static void sums(
      QuantizedRows x, int t, BlockMatrix weights, long first, int tiles, float[] scratch) {
    int k = x.rowOffset(t);
    long apart = weights.tileBytes();
    switch (weights) {
      case Q8Matrix m -> Q8Tiles.sums(m.data(), first, apart, tiles, x, k, scratch, TILE_SUMS);
      case Q4Matrix m -> Q4Tiles.sums(m.data(), first, apart, tiles, x, k, scratch, TILE_SUMS);
    }
  }

  /**
   * Leaves the products of a tile with one row of x in the first elements of scratch, shuffled.
   *
   * @param place where among the sums of blocks those of this tile and row lie
   */
  private static void scale(
      QuantizedRows x, int t, BlockMatrix weights, long at, int place, float[] scratch) {
    Arrays.fill(scratch, 0, TILE_SUMS, 0f);
    int blocks = x.blocks();
    int sums = TILE_SUMS + place * blocks * TILE_ROWS;
    switch (weights) {
      case Q8Matrix m -> Q8Tiles.scale(m.data(), at, x, t * blocks, scratch, sums);
      case Q4Matrix m -> Q4Tiles.scale(m.data(), at, x, t * blocks, scratch, sums);
    }
    addSums(scratch);
  }

  /** The tree of the sixteen sums, lane by lane. */
  private static void addSums(float[] sums) {
    for (int width = TILE_SUMS / 2; width >= TILE_ROWS; width /= 2) {
      for (int i = 0; i < width; i += N) {
        FloatVector.fromArray(FLOAT, sums, i)
            .add(FloatVector.fromArray(FLOAT, sums, i + width))
            .intoArray(sums, i);
      }
    }
  }
}
