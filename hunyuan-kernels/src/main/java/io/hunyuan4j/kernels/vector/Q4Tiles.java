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
import io.hunyuan4j.kernels.scalar.Blocks;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/** Loops over the tiles of a {@link io.hunyuan4j.kernels.Q4Matrix}. */
final class Q4Tiles {
  private static final int LINE_BYTES = Short.BYTES * TILE_ROWS;
  private static final int SCALES_AT = BLOCK_BYTES - SCALES_BYTES;

  /** The lowest four bits of every short; an array, since C2 loads constants at every use. */
  private static final int[] MASK = Lanes.filled(0x000F_000F);

  private Q4Tiles() {}

  /** A number of x in every short. */
  private static ShortVector broadcast(int[] twins, int at) {
    return IntVector.broadcast(INT, twins[at]).reinterpretAsShorts();
  }

  /**
   * Leaves {@code Σ (q − 8) · x} of all blocks and rows of some tiles, {@code apart} bytes from
   * each other, as {@code out[tile][block][row]}, two rows to an int: at most 32 · 8 · 127, it fits
   * 16 bits, so that sums that run over come back. The ints lie in floats as their bits.
   */
  static void sums(
      MemorySegment data,
      long first,
      long apart,
      int tiles,
      QuantizedRows x,
      int xAt,
      float[] out,
      int outAt) {
    int blocks = x.blocks();
    for (int b = 0; b < blocks; b++) {
      int k = xAt + b * BLOCK_COLS;
      int xSum = x.sums()[k / BLOCK_COLS];
      long at = first + (long) b * BLOCK_BYTES;
      int to = outAt + b * TILE_ROWS;
      int tile = 0;
      for (; tile + 1 < tiles; tile += 2, at += 2 * apart, to += 2 * blocks * TILE_ROWS) {
        int other = to + blocks * TILE_ROWS;
        pair(data, at, at + apart, TILE_ROWS, x.twins(), k, xSum, out, to, other);
      }
      if (tile < tiles && HALF_TILE >= PANEL) { // its halves are a pair
        long half = at + Short.BYTES * HALF_TILE;
        pair(data, at, half, HALF_TILE, x.twins(), k, xSum, out, to, to + HALF_TILE / 2);
      } else if (tile < tiles) {
        lone(data, at, x.twins(), k, xSum, out, to);
      }
    }
  }

  /**
   * The sums of a block of two tiles.
   *
   * @param first where the block of the first tile begins
   * @param second where that of the second begins
   * @param numRows rows of each
   * @param k where the numbers of x begin
   * @param xSum their sum
   * @param out takes the rows of the first tile at {@code to}, those of the second at {@code other}
   */
  private static void pair(
      MemorySegment data,
      long first,
      long second,
      int numRows,
      int[] twins,
      int k,
      int xSum,
      float[] out,
      int to,
      int other) {
    ShortVector start = start(xSum);
    ShortVector mask = IntVector.fromArray(INT, MASK, 0).reinterpretAsShorts();
    long apart = second - first;
    for (int rows = 0; rows < numRows; rows += PANEL) {
      ShortVector s0 = start;
      ShortVector s1 = start;
      long at = first + (long) Short.BYTES * rows;
      for (int i = k; i < k + BLOCK_COLS; i += 4, at += LINE_BYTES) {
        ShortVector w0 = ShortVector.fromMemorySegment(SHORTS, data, at, LITTLE_ENDIAN);
        ShortVector w1 = ShortVector.fromMemorySegment(SHORTS, data, at + apart, LITTLE_ENDIAN);
        ShortVector x = broadcast(twins, i);
        s0 = s0.add(w0.and(mask).mul(x));
        s1 = s1.add(w1.and(mask).mul(x));
        x = broadcast(twins, i + 1);
        s0 = s0.add(w0.lanewise(VectorOperators.LSHR, 4).and(mask).mul(x));
        s1 = s1.add(w1.lanewise(VectorOperators.LSHR, 4).and(mask).mul(x));
        x = broadcast(twins, i + 2);
        s0 = s0.add(w0.lanewise(VectorOperators.LSHR, 8).and(mask).mul(x));
        s1 = s1.add(w1.lanewise(VectorOperators.LSHR, 8).and(mask).mul(x));
        x = broadcast(twins, i + 3);
        s0 = s0.add(w0.lanewise(VectorOperators.LSHR, 12).mul(x));
        s1 = s1.add(w1.lanewise(VectorOperators.LSHR, 12).mul(x));
      }
      s0.reinterpretAsFloats().intoArray(out, to + rows / 2);
      s1.reinterpretAsFloats().intoArray(out, other + rows / 2);
    }
  }

  /** The sums of a block of one tile that fills a vector of shorts. */
  private static void lone(
      MemorySegment data, long block, int[] twins, int k, int xSum, float[] out, int to) {
    ShortVector mask = IntVector.fromArray(INT, MASK, 0).reinterpretAsShorts();
    ShortVector s0 = start(xSum);
    ShortVector s1 = start(0);
    long at = block;
    for (int i = k; i < k + BLOCK_COLS; i += 4, at += LINE_BYTES) {
      ShortVector w = ShortVector.fromMemorySegment(SHORTS, data, at, LITTLE_ENDIAN);
      s0 = s0.add(w.and(mask).mul(broadcast(twins, i)));
      s1 = s1.add(w.lanewise(VectorOperators.LSHR, 4).and(mask).mul(broadcast(twins, i + 1)));
      s0 = s0.add(w.lanewise(VectorOperators.LSHR, 8).and(mask).mul(broadcast(twins, i + 2)));
      s1 = s1.add(w.lanewise(VectorOperators.LSHR, 12).mul(broadcast(twins, i + 3)));
    }
    s0.add(s1).reinterpretAsFloats().intoArray(out, to);
  }

  /**
   * Leaves the sums of all blocks and rows of a tile with four rows of x from {@code t} on as
   * {@code out[row of x][block][row]}, like {@link #sums}: here a weight is taken out of its line
   * once for all four.
   */
  static void sumsOfFour(
      MemorySegment data, long tile, QuantizedRows x, int t, float[] out, int outAt) {
    int apart = x.blocks() * BLOCK_COLS;
    for (int b = 0; b < x.blocks(); b++) {
      int k = x.rowOffset(t) + b * BLOCK_COLS;
      four(data, tile + (long) b * BLOCK_BYTES, x, k, apart, out, outAt + b * TILE_ROWS);
    }
  }

  /** The sums of a block, {@code apart} from each other in x and in out. */
  private static void four(
      MemorySegment data, long block, QuantizedRows x, int k, int apart, float[] out, int to) {
    int[] twins = x.twins();
    int[] xSums = x.sums();
    int sum = k / BLOCK_COLS;
    int blocks = apart / BLOCK_COLS;
    ShortVector mask = IntVector.fromArray(INT, MASK, 0).reinterpretAsShorts();
    for (int rows = 0; rows < TILE_ROWS; rows += PANEL) {
      ShortVector s0 = start(xSums[sum]);
      ShortVector s1 = start(xSums[sum + blocks]);
      ShortVector s2 = start(xSums[sum + 2 * blocks]);
      ShortVector s3 = start(xSums[sum + 3 * blocks]);
      long at = block + (long) Short.BYTES * rows;
      for (int i = k; i < k + BLOCK_COLS; at += LINE_BYTES) {
        ShortVector line = ShortVector.fromMemorySegment(SHORTS, data, at, LITTLE_ENDIAN);
        for (int j = 0; j < 4; j++, i++) {
          ShortVector w = line.and(mask);
          s0 = s0.add(w.mul(broadcast(twins, i)));
          s1 = s1.add(w.mul(broadcast(twins, i + apart)));
          s2 = s2.add(w.mul(broadcast(twins, i + 2 * apart)));
          s3 = s3.add(w.mul(broadcast(twins, i + 3 * apart)));
          line = line.lanewise(VectorOperators.LSHR, 4);
        }
      }
      s0.reinterpretAsFloats().intoArray(out, to + rows / 2);
      s1.reinterpretAsFloats().intoArray(out, to + apart + rows / 2);
      s2.reinterpretAsFloats().intoArray(out, to + 2 * apart + rows / 2);
      s3.reinterpretAsFloats().intoArray(out, to + 3 * apart + rows / 2);
    }
  }

  /** Where sums of {@code q · x} start to become sums of {@code (q − 8) · x}. */
  private static ShortVector start(int xSum) {
    return IntVector.broadcast(INT, (-8 * xSum & 0xFFFF) * 0x10001).reinterpretAsShorts();
  }

  /**
   * Adds the scaled sums of all blocks of a tile, which {@link #sums} left in {@code p}, to the
   * running sums {@code p[b mod 16][row]}, rows shuffled.
   */
  static void scale(
      MemorySegment data, long tile, QuantizedRows x, int xBlock, float[] p, int sumsAt) {
    int[] xSums = x.sums();
    float[] xScales = x.scales();
    int blocks = x.blocks();
    for (int rows = 0; rows < TILE_ROWS; rows += PANEL) {
      long at = tile + SCALES_AT + (long) Short.BYTES * rows;
      for (int b = 0; b < blocks; b++, at += BLOCK_BYTES) {
        int both = sumsAt + b * TILE_ROWS + rows / 2;
        IntVector sums = FloatVector.fromArray(FLOAT, p, both).reinterpretAsInts();
        IntVector scales = IntVector.fromMemorySegment(INT, data, at, LITTLE_ENDIAN);
        FloatVector eighth = FloatVector.broadcast(FLOAT, -0.125f * xSums[xBlock + b]);
        FloatVector scale = FloatVector.broadcast(FLOAT, xScales[xBlock + b]);
        int to = b % Blocks.SUMS * TILE_ROWS + rows;
        // Σ (q − z/8) · x = Σ (q − 8) · x − (z − 64) · Σ x / 8, every step exact.
        IntVector even = sums.lanewise(VectorOperators.LSHL, 16);
        // Not by number(): one method deeper, C2 does not inline the conversion and boxes.
        FloatVector sum =
            (FloatVector) even.lanewise(VectorOperators.ASHR, 16).convert(VectorOperators.I2F, 0);
        ((FloatVector) scales.and(127).sub(64).convert(VectorOperators.I2F, 0))
            .fma(eighth, sum)
            .mul(Lanes.evenScales(scales))
            .fma(scale, FloatVector.fromArray(FLOAT, p, to))
            .intoArray(p, to);
        sum = (FloatVector) sums.lanewise(VectorOperators.ASHR, 16).convert(VectorOperators.I2F, 0);
        IntVector odd = scales.lanewise(VectorOperators.LSHR, 16).and(127).sub(64);
        ((FloatVector) odd.convert(VectorOperators.I2F, 0))
            .fma(eighth, sum)
            .mul(Lanes.oddScales(scales))
            .fma(scale, FloatVector.fromArray(FLOAT, p, to + N))
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
      FloatVector evenZero = number(scales.and(127)).mul(-0.125f).mul(even);
      FloatVector oddZero =
          number(scales.lanewise(VectorOperators.LSHR, 16).and(127)).mul(-0.125f).mul(odd);
      for (int j = 0; j < BLOCK_COLS / 4; j++) {
        IntVector line =
            IntVector.fromMemorySegment(INT, data, block + (long) j * LINE_BYTES, LITTLE_ENDIAN);
        for (int i = 0; i < 4; i++, at += PANEL) {
          number(line.and(15)).fma(even, evenZero).intoArray(out, at);
          number(line.lanewise(VectorOperators.LSHR, 16).and(15))
              .fma(odd, oddZero)
              .intoArray(out, at + N);
          line = line.lanewise(VectorOperators.LSHR, 4);
        }
      }
    }
  }

  private static FloatVector number(IntVector number) {
    return (FloatVector) number.convert(VectorOperators.I2F, 0);
  }
}
