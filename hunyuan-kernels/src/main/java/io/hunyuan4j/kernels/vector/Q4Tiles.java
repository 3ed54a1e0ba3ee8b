package io.hunyuan4j.kernels.vector;

import static io.hunyuan4j.kernels.BlockMatrix.BLOCK_COLS;
import static io.hunyuan4j.kernels.BlockMatrix.SCALES_BYTES;
import static io.hunyuan4j.kernels.BlockMatrix.TILE_ROWS;
import static io.hunyuan4j.kernels.Q4Matrix.BLOCK_BYTES;
import static io.hunyuan4j.kernels.vector.Lanes.FLOAT;
import static io.hunyuan4j.kernels.vector.Lanes.HALF_TILE;
import static io.hunyuan4j.kernels.vector.Lanes.INT;
import static io.hunyuan4j.kernels.vector.Lanes.N;
import static io.hunyuan4j.kernels.vector.Lanes.PANEL;
import static io.hunyuan4j.kernels.vector.Lanes.SHORTS;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.hunyuan4j.kernels.QuantizedRows;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Loops over the tiles of a {@link io.hunyuan4j.kernels.Q4Matrix} with one row of x: sums of whole
 * numbers, then what they add to the running sums.
 *
 * <p>{@code Σ (q − 8) · x} of a block is at most 32 · 8 · 127, it fits 16 bits, so that sums that
 * run over come back. For the same reason nothing masks the weights of a line, see {@link
 * QuantizedRows#factors4}.
 *
 * <p>A row of sums is {@code [block][row / 2]}, two rows to an int; the ints lie in floats as their
 * bits.
 */
final class Q4Tiles {
  /** Elements of the sums of a block. */
  static final int BLOCK_SUMS = TILE_ROWS / 2;

  static final int LINE_BYTES = Short.BYTES * TILE_ROWS;
  static final int LINES = BLOCK_COLS / 4;
  static final int SCALES_AT = BLOCK_BYTES - SCALES_BYTES;
  static final int HALF_BYTES = Short.BYTES * HALF_TILE;

  private Q4Tiles() {}

  /** What all shorts are multiplied with. */
  static ShortVector broadcast(int[] twins, int at) {
    return IntVector.broadcast(INT, twins[at]).reinterpretAsShorts();
  }

  static ShortVector line(MemorySegment data, long at) {
    return ShortVector.fromMemorySegment(SHORTS, data, at, LITTLE_ENDIAN);
  }

  /** Where sums of {@code q · x} start to become sums of {@code (q − 8) · x}. */
  static ShortVector start(int xSum) {
    return IntVector.broadcast(INT, (-8 * xSum & 0xFFFF) * 0x10001).reinterpretAsShorts();
  }

  /**
   * The sums of some blocks of some tiles with one row of x, as {@code out[tile][block][row / 2]}.
   *
   * @param first where the first block of the first tile begins
   * @param apart bytes from tile to tile
   * @param xBlock the block of x that belongs to it
   * @param outApart elements from tile to tile
   */
  static void sums(
      MemorySegment data,
      long first,
      long apart,
      int tiles,
      QuantizedRows x,
      int xBlock,
      int blocks,
      float[] out,
      int outAt,
      int outApart) {
    int pairs = tiles & -2;
    pairs(data, first, apart, pairs, TILE_ROWS, x, xBlock, blocks, out, outAt, outApart);
    if (pairs == tiles) {
      return;
    }
    long last = first + pairs * apart;
    int at = outAt + pairs * outApart;
    if (HALF_TILE >= PANEL) { // its halves are a pair
      int half = HALF_TILE / 2;
      pairs(data, last, HALF_BYTES, 2, HALF_TILE, x, xBlock, blocks, out, at, half);
    } else {
      lone(data, last, x, xBlock, blocks, out, at);
    }
  }

  /**
   * The sums of two tiles at a time, of {@code numRows} rows each, block by block.
   *
   * @param outApart distance of the sums of two tiles
   */
  private static void pairs(
      MemorySegment data,
      long first,
      long apart,
      int tiles,
      int numRows,
      QuantizedRows x,
      int xBlock,
      int blocks,
      float[] out,
      int outAt,
      int outApart) {
    int[] factors = x.factors4();
    for (int b = 0; b < blocks; b++) {
      ShortVector start = start(x.sums()[xBlock + b]);
      for (int tile = 0; tile < tiles; tile += 2) {
        for (int rows = 0; rows < numRows; rows += PANEL) {
          long block = first + tile * apart + (long) b * BLOCK_BYTES + Short.BYTES * rows;
          int k = (xBlock + b) * BLOCK_COLS;
          ShortVector s0 = start;
          ShortVector s1 = start;
          for (int j = 0; j < LINES; j++, k += 4) {
            ShortVector w0 = line(data, block + j * LINE_BYTES);
            ShortVector w1 = line(data, block + j * LINE_BYTES + apart);
            ShortVector x0 = broadcast(factors, k);
            s0 = s0.add(w0.mul(x0));
            s1 = s1.add(w1.mul(x0));
            x0 = broadcast(factors, k + 1);
            s0 = s0.add(w0.lanewise(VectorOperators.LSHR, 4).mul(x0));
            s1 = s1.add(w1.lanewise(VectorOperators.LSHR, 4).mul(x0));
            x0 = broadcast(factors, k + 2);
            s0 = s0.add(w0.lanewise(VectorOperators.LSHR, 8).mul(x0));
            s1 = s1.add(w1.lanewise(VectorOperators.LSHR, 8).mul(x0));
            x0 = broadcast(factors, k + 3);
            s0 = s0.add(w0.lanewise(VectorOperators.LSHR, 12).mul(x0));
            s1 = s1.add(w1.lanewise(VectorOperators.LSHR, 12).mul(x0));
          }
          int at = outAt + tile * outApart + b * BLOCK_SUMS + rows / 2;
          s0.reinterpretAsFloats().intoArray(out, at);
          s1.reinterpretAsFloats().intoArray(out, at + outApart);
        }
      }
    }
  }

  /** The sums of one tile that fills a vector of shorts. */
  private static void lone(
      MemorySegment data,
      long first,
      QuantizedRows x,
      int xBlock,
      int blocks,
      float[] out,
      int outAt) {
    int[] factors = x.factors4();
    for (int b = 0; b < blocks; b++) {
      long block = first + (long) b * BLOCK_BYTES;
      int k = (xBlock + b) * BLOCK_COLS;
      ShortVector s0 = start(x.sums()[xBlock + b]);
      ShortVector s1 = start(0);
      for (int j = 0; j < LINES; j++, k += 4) {
        ShortVector w = line(data, block + j * LINE_BYTES);
        s0 = s0.add(w.mul(broadcast(factors, k)));
        s1 = s1.add(w.lanewise(VectorOperators.LSHR, 4).mul(broadcast(factors, k + 1)));
        s0 = s0.add(w.lanewise(VectorOperators.LSHR, 8).mul(broadcast(factors, k + 2)));
        s1 = s1.add(w.lanewise(VectorOperators.LSHR, 12).mul(broadcast(factors, k + 3)));
      }
      s0.add(s1).reinterpretAsFloats().intoArray(out, outAt + b * BLOCK_SUMS);
    }
  }

  /**
   * Adds the scaled sums of some blocks of a tile with one row of x, {@code p[block][row / 2]} at
   * {@code sumsAt}, to the running sums {@code p[block][row]} at {@code to}, rows shuffled.
   *
   * <p>{@code Σ (q − z/8) · x = Σ (q − 8) · x − (z − 64) · Σ x / 8}, every step exact. All of it in
   * one method, and again in {@link Q4Groups}: one method deeper, C2 does not inline conversions
   * and boxes; and the loops there with a number of rows of one are a tenth slower.
   */
  static void scale(
      MemorySegment data,
      long first,
      QuantizedRows x,
      int xBlock,
      int blocks,
      float[] p,
      int sumsAt,
      int to) {
    float[] eighths = x.eighths();
    float[] xScales = x.scales();
    for (int rows = 0; rows < TILE_ROWS; rows += PANEL) {
      for (int b = 0; b < blocks; b++) {
        long scalesAt = first + (long) b * BLOCK_BYTES + SCALES_AT + Short.BYTES * rows;
        IntVector scales = IntVector.fromMemorySegment(INT, data, scalesAt, LITTLE_ENDIAN);
        FloatVector evenScale = Lanes.evenScales(scales);
        FloatVector oddScale = Lanes.oddScales(scales);
        FloatVector evenZero =
            (FloatVector) scales.and(127).sub(64).convert(VectorOperators.I2F, 0);
        IntVector upper = scales.lanewise(VectorOperators.LSHR, 16);
        FloatVector oddZero = (FloatVector) upper.and(127).sub(64).convert(VectorOperators.I2F, 0);
        int blockOfX = xBlock + b;
        int sumAt = sumsAt + b * BLOCK_SUMS + rows / 2;
        int at = to + b * TILE_ROWS + rows;
        IntVector sums = FloatVector.fromArray(FLOAT, p, sumAt).reinterpretAsInts();
        FloatVector eighth = FloatVector.broadcast(FLOAT, eighths[blockOfX]);
        FloatVector scale = FloatVector.broadcast(FLOAT, xScales[blockOfX]);
        IntVector even = sums.lanewise(VectorOperators.LSHL, 16);
        FloatVector sum =
            (FloatVector) even.lanewise(VectorOperators.ASHR, 16).convert(VectorOperators.I2F, 0);
        evenZero
            .fma(eighth, sum)
            .mul(evenScale)
            .fma(scale, FloatVector.fromArray(FLOAT, p, at))
            .intoArray(p, at);
        sum = (FloatVector) sums.lanewise(VectorOperators.ASHR, 16).convert(VectorOperators.I2F, 0);
        oddZero
            .fma(eighth, sum)
            .mul(oddScale)
            .fma(scale, FloatVector.fromArray(FLOAT, p, at + N))
            .intoArray(p, at + N);
      }
    }
  }
}
