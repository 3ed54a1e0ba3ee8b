package io.hunyuan4j.kernels.vector;

import static io.hunyuan4j.kernels.BlockMatrix.BLOCK_COLS;
import static io.hunyuan4j.kernels.BlockMatrix.SCALES_BYTES;
import static io.hunyuan4j.kernels.BlockMatrix.TILE_ROWS;
import static io.hunyuan4j.kernels.Q4Matrix.BLOCK_BYTES;
import static io.hunyuan4j.kernels.vector.Lanes.FLOAT;
import static io.hunyuan4j.kernels.vector.Lanes.INT;
import static io.hunyuan4j.kernels.vector.Lanes.N;
import static io.hunyuan4j.kernels.vector.Lanes.PANEL;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.hunyuan4j.kernels.QuantizedRows;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/** Loops over the tiles of a {@link io.hunyuan4j.kernels.Q4Matrix}. */
final class Q4Tiles {
  private static final int LINE_BYTES = Short.BYTES * TILE_ROWS;
  private static final int SCALES_AT = BLOCK_BYTES - SCALES_BYTES;

  private Q4Tiles() {}

  /** A number of x in every short. */
  private static ShortVector broadcast(int[] twins, int at) {
    return IntVector.broadcast(INT, twins[at]).reinterpretAsShorts();
  }

  /** Products of the lowest four bits of every short. */
  private static ShortVector times(IntVector bits, IntVector mask, ShortVector x) {
    return bits.and(mask).reinterpretAsShorts().mul(x);
  }

  /**
   * {@code Σ (q − 8) · x} of every block and row of a tile to {@code out[block][row]}, two rows to
   * an int: at most 32 · 8 · 127, it fits 16 bits, so that sums that run over come back. The ints
   * lie in floats as their bits.
   */
  static void sums(
      MemorySegment data,
      long tile,
      int blocks,
      int[] twins,
      int xAt,
      int[] xSums,
      int xSumsAt,
      float[] out,
      int outAt) {
    IntVector mask = IntVector.broadcast(INT, 0x000F_000F);
    for (int b = 0; b < blocks; b++, tile += BLOCK_BYTES) {
      for (int rows = 0; rows < TILE_ROWS; rows += PANEL) {
        long block = tile + (long) Short.BYTES * rows;
        ShortVector sum =
            IntVector.broadcast(INT, (-8 * xSums[xSumsAt + b] & 0xFFFF) * 0x10001)
                .reinterpretAsShorts();
        // One vector a step: with two, C2 stops inlining at the last product and boxes everything.
        int k = xAt + b * BLOCK_COLS;
        for (int j = 0; j < BLOCK_COLS / 4; j++, k += 4) {
          IntVector line =
              IntVector.fromMemorySegment(INT, data, block + (long) j * LINE_BYTES, LITTLE_ENDIAN);
          sum =
              sum.add(
                  times(line, mask, broadcast(twins, k))
                      .add(
                          times(
                              line.lanewise(VectorOperators.LSHR, 4),
                              mask,
                              broadcast(twins, k + 1))));
          line = line.lanewise(VectorOperators.LSHR, 8);
          sum =
              sum.add(
                  times(line, mask, broadcast(twins, k + 2))
                      .add(
                          times(
                              line.lanewise(VectorOperators.LSHR, 4),
                              mask,
                              broadcast(twins, k + 3))));
        }
        sum.reinterpretAsFloats().intoArray(out, outAt + (b * TILE_ROWS + rows) / 2);
      }
    }
  }

  /**
   * Adds the scaled sums of every block, which {@link #sums} left in p, to the running sums {@code
   * p[b mod 16][row]}, rows shuffled.
   */
  static void scale(
      MemorySegment data,
      long tile,
      int blocks,
      QuantizedRows x,
      int xBlock,
      float[] p,
      int sumsAt) {
    int[] xSums = x.sums();
    float[] xScales = x.scales();
    for (int rows = 0; rows < TILE_ROWS; rows += PANEL) {
      long scalesAt = tile + SCALES_AT + (long) Short.BYTES * rows;
      for (int b = 0; b < blocks; b++, scalesAt += BLOCK_BYTES) {
        IntVector scales = IntVector.fromMemorySegment(INT, data, scalesAt, LITTLE_ENDIAN);
        IntVector both =
            FloatVector.fromArray(FLOAT, p, sumsAt + (b * TILE_ROWS + rows) / 2)
                .reinterpretAsInts();
        FloatVector eight = FloatVector.broadcast(FLOAT, 8f * xSums[xBlock + b]);
        FloatVector minusEighth = FloatVector.broadcast(FLOAT, -0.125f * xSums[xBlock + b]);
        FloatVector xScale = FloatVector.broadcast(FLOAT, xScales[xBlock + b]);
        int at = b % 16 * TILE_ROWS + rows;
        // Σ (q − z/8) · x = Σ (q − 8) · x + 8 Σ x − z/8 Σ x, every step exact.
        FloatVector even =
            (FloatVector)
                both.lanewise(VectorOperators.LSHL, 16)
                    .lanewise(VectorOperators.ASHR, 16)
                    .convert(VectorOperators.I2F, 0);
        FloatVector zero = (FloatVector) scales.and(127).convert(VectorOperators.I2F, 0);
        zero.fma(minusEighth, even.add(eight))
            .mul(Lanes.evenScales(scales))
            .fma(xScale, FloatVector.fromArray(FLOAT, p, at))
            .intoArray(p, at);
        FloatVector odd =
            (FloatVector) both.lanewise(VectorOperators.ASHR, 16).convert(VectorOperators.I2F, 0);
        zero =
            (FloatVector)
                scales.lanewise(VectorOperators.LSHR, 16).and(127).convert(VectorOperators.I2F, 0);
        zero.fma(minusEighth, odd.add(eight))
            .mul(Lanes.oddScales(scales))
            .fma(xScale, FloatVector.fromArray(FLOAT, p, at + N))
            .intoArray(p, at + N);
      }
    }
  }

  /**
   * Decodes {@link Lanes#PANEL} rows of a tile from row {@code row} on to {@code out[column][row]},
   * rows shuffled.
   */
  static void decode(MemorySegment data, long tile, int row, int blocks, float[] out) {
    long block = tile + (long) Short.BYTES * row;
    int at = 0;
    for (int b = 0; b < blocks; b++, block += BLOCK_BYTES) {
      IntVector scales = IntVector.fromMemorySegment(INT, data, block + SCALES_AT, LITTLE_ENDIAN);
      FloatVector even = Lanes.evenScales(scales);
      FloatVector odd = Lanes.oddScales(scales);
      FloatVector evenZero =
          ((FloatVector) scales.and(127).convert(VectorOperators.I2F, 0)).mul(-0.125f).mul(even);
      FloatVector oddZero =
          ((FloatVector)
                  scales
                      .lanewise(VectorOperators.LSHR, 16)
                      .and(127)
                      .convert(VectorOperators.I2F, 0))
              .mul(-0.125f)
              .mul(odd);
      for (int j = 0; j < BLOCK_COLS / 4; j++) {
        IntVector line =
            IntVector.fromMemorySegment(INT, data, block + (long) j * LINE_BYTES, LITTLE_ENDIAN);
        for (int i = 0; i < 4; i++, at += PANEL) {
          number(line).fma(even, evenZero).intoArray(out, at);
          number(line.lanewise(VectorOperators.LSHR, 16)).fma(odd, oddZero).intoArray(out, at + N);
          line = line.lanewise(VectorOperators.LSHR, 4);
        }
      }
    }
  }

  private static FloatVector number(IntVector bits) {
    return (FloatVector) bits.and(15).convert(VectorOperators.I2F, 0);
  }
}
