package io.hunyuan4j.kernels.vector;

import static io.hunyuan4j.kernels.BlockMatrix.BLOCK_COLS;
import static io.hunyuan4j.kernels.BlockMatrix.SCALES_BYTES;
import static io.hunyuan4j.kernels.BlockMatrix.TILE_ROWS;
import static io.hunyuan4j.kernels.Q8Matrix.BLOCK_BYTES;
import static io.hunyuan4j.kernels.vector.Lanes.FLOAT;
import static io.hunyuan4j.kernels.vector.Lanes.INT;
import static io.hunyuan4j.kernels.vector.Lanes.N;
import static io.hunyuan4j.kernels.vector.Lanes.PANEL;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/** Loops over the tiles of a {@link io.hunyuan4j.kernels.Q8Matrix}. */
final class Q8Tiles {
  private static final int LINE_BYTES = Short.BYTES * TILE_ROWS;
  private static final int LINES = BLOCK_COLS / 2;
  private static final int SCALES_AT = BLOCK_BYTES - SCALES_BYTES;

  /** What the offsets of x add to the sum of a block: 32 768 for each line. */
  private static final int EXCESS = LINES << 15;

  private Q8Tiles() {}

  private static ShortVector broadcast(int[] twins, int at) {
    return IntVector.broadcast(INT, twins[at]).reinterpretAsShorts();
  }

  /**
   * {@code Σ (u − 128) · x} of every block and row of a tile to {@code out[block][row]}, rows
   * shuffled. The products of one line fit 16 bits; the offset makes them positive, so that the
   * ints they share add up: the odd rows by a shift, the even ones as what is left of the whole.
   *
   * <p>Block after block: a tile does not fit the first cache, and of a line a vector may take but
   * a part.
   */
  static void sums(
      MemorySegment data,
      long tile,
      int blocks,
      int[] twins,
      int[] offsets,
      int xAt,
      float[] out,
      int outAt) {
    for (int b = 0; b < blocks; b++, tile += BLOCK_BYTES) {
      for (int rows = 0; rows < TILE_ROWS; rows += PANEL) {
        long block = tile + (long) Short.BYTES * rows;
        IntVector both = IntVector.zero(INT);
        IntVector odd = both;
        int k = xAt + b * BLOCK_COLS;
        int o = k / 2;
        for (int j = 0; j < LINES; j++, k += 2, o++) {
          IntVector line =
              IntVector.fromMemorySegment(INT, data, block + (long) j * LINE_BYTES, LITTLE_ENDIAN);
          ShortVector first = line.reinterpretAsShorts().and((short) 255);
          ShortVector second = line.reinterpretAsShorts().lanewise(VectorOperators.LSHR, 8);
          IntVector pair =
              broadcast(offsets, o)
                  .add(first.mul(broadcast(twins, k)))
                  .add(second.mul(broadcast(twins, k + 1)))
                  .reinterpretAsInts();
          both = both.add(pair);
          odd = odd.add(pair.lanewise(VectorOperators.LSHR, 16));
        }
        IntVector even = both.sub(odd.lanewise(VectorOperators.LSHL, 16)).sub(EXCESS);
        odd = odd.sub(EXCESS);
        int at = outAt + b * TILE_ROWS + rows;
        ((FloatVector) even.convert(VectorOperators.I2F, 0)).intoArray(out, at);
        ((FloatVector) odd.convert(VectorOperators.I2F, 0)).intoArray(out, at + N);
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
      float[] xScales,
      int xBlock,
      float[] p,
      int sumsAt) {
    for (int rows = 0; rows < TILE_ROWS; rows += PANEL) {
      long scalesAt = tile + SCALES_AT + (long) Short.BYTES * rows;
      for (int b = 0; b < blocks; b++, scalesAt += BLOCK_BYTES) {
        IntVector scales = IntVector.fromMemorySegment(INT, data, scalesAt, LITTLE_ENDIAN);
        FloatVector xScale = FloatVector.broadcast(FLOAT, xScales[xBlock + b]);
        int at = sumsAt + b * TILE_ROWS + rows;
        int to = b % 16 * TILE_ROWS + rows;
        FloatVector.fromArray(FLOAT, p, at)
            .mul(Lanes.evenScales(scales))
            .fma(xScale, FloatVector.fromArray(FLOAT, p, to))
            .intoArray(p, to);
        FloatVector.fromArray(FLOAT, p, at + N)
            .mul(Lanes.oddScales(scales))
            .fma(xScale, FloatVector.fromArray(FLOAT, p, to + N))
            .intoArray(p, to + N);
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
      FloatVector evenZero = even.mul(-128f);
      FloatVector oddZero = odd.mul(-128f);
      for (int j = 0; j < LINES; j++, at += 2 * PANEL) {
        IntVector line =
            IntVector.fromMemorySegment(INT, data, block + (long) j * LINE_BYTES, LITTLE_ENDIAN);
        number(line).fma(even, evenZero).intoArray(out, at);
        number(line.lanewise(VectorOperators.LSHR, 16)).fma(odd, oddZero).intoArray(out, at + N);
        IntVector next = line.lanewise(VectorOperators.LSHR, 8);
        number(next).fma(even, evenZero).intoArray(out, at + PANEL);
        number(next.lanewise(VectorOperators.LSHR, 16))
            .fma(odd, oddZero)
            .intoArray(out, at + PANEL + N);
      }
    }
  }

  private static FloatVector number(IntVector bits) {
    return (FloatVector) bits.and(255).convert(VectorOperators.I2F, 0);
  }
}
