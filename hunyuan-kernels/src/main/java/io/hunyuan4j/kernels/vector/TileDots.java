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
 * Products of a few rows of x with weights in blocks: a tile of {@value BlockMatrix#TILE_ROWS}
 * outputs at once, first the whole-number sums of all its blocks, then the scales.
 *
 * <p>A register holds the same columns of many rows, so that no sum runs across it. Two rows share
 * an int: sums leave the even rows of a register first, then the odd ones, and only the outputs are
 * put back in order.
 */
final class TileDots {
  private static final int SUMS_LENGTH = Blocks.SUMS * TILE_ROWS;

  private TileDots() {}

  /** Room for one thread: the sixteen sums of a tile, then the sums of its blocks. */
  static int scratchLength(int blocks) {
    return SUMS_LENGTH + blocks * TILE_ROWS;
  }

  /** Outputs {@code from … to} of all rows of x. */
  static void multiply(
      FloatMatrix out, QuantizedRows x, BlockMatrix weights, int from, int to, float[] scratch) {
    int next;
    for (int row = from; row < to; row = next) {
      int lane = (weights.firstRow() + row) % TILE_ROWS;
      next = Math.min(to, row + TILE_ROWS - lane);
      long tile = weights.tileOffset(row);
      for (int t = 0; t < x.rows(); t++) {
        tile(x, t, weights, tile, scratch);
        int outAt = out.rowOffset(t) + row;
        for (int r = row; r < next; r++) {
          out.data()[outAt + r - row] = scratch[Lanes.shuffled(lane + r - row)];
        }
      }
    }
  }

  /** Leaves the products of a tile with one row of x in the first elements of scratch, shuffled. */
  private static void tile(
      QuantizedRows x, int t, BlockMatrix weights, long tile, float[] scratch) {
    Arrays.fill(scratch, 0, SUMS_LENGTH, 0f);
    int blocks = x.blocks();
    int xAt = x.rowOffset(t);
    int blockAt = t * blocks;
    switch (weights) {
      case Q8Matrix m -> {
        Q8Tiles.sums(m.data(), tile, blocks, x.twins(), x.offsets(), xAt, scratch, SUMS_LENGTH);
        Q8Tiles.scale(m.data(), tile, blocks, x.scales(), blockAt, scratch, SUMS_LENGTH);
      }
      case Q4Matrix m -> {
        Q4Tiles.sums(
            m.data(), tile, blocks, x.twins(), xAt, x.sums(), blockAt, scratch, SUMS_LENGTH);
        Q4Tiles.scale(m.data(), tile, blocks, x, blockAt, scratch, SUMS_LENGTH);
      }
    }
    addSums(scratch);
  }

  /** The tree of the sixteen sums, lane by lane. */
  private static void addSums(float[] sums) {
    for (int width = SUMS_LENGTH / 2; width >= TILE_ROWS; width /= 2) {
      for (int i = 0; i < width; i += N) {
        FloatVector.fromArray(FLOAT, sums, i)
            .add(FloatVector.fromArray(FLOAT, sums, i + width))
            .intoArray(sums, i);
      }
    }
  }
}
