package io.hunyuan4j.kernels.vector;

import static io.hunyuan4j.kernels.BlockMatrix.BLOCK_COLS;
import static io.hunyuan4j.kernels.BlockMatrix.SCALES_BYTES;
import static io.hunyuan4j.kernels.BlockMatrix.TILE_ROWS;
import static io.hunyuan4j.kernels.Q8Matrix.BLOCK_BYTES;
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

/** Loops over the tiles of a {@link io.hunyuan4j.kernels.Q8Matrix}. */
final class Q8Tiles {
  private static final int LINE_BYTES = Short.BYTES * TILE_ROWS;
  private static final int LINES = BLOCK_COLS / 2;
  private static final int SCALES_AT = BLOCK_BYTES - SCALES_BYTES;

  /** What the offsets of x add to the sum of a block: 32 768 for each line. */
  private static final int EXCESS = LINES << 15;

  /** The lower byte of every short; an array, since C2 loads constants at every use. */
  private static final int[] MASK = Lanes.filled(0x00FF_00FF);

  private Q8Tiles() {}

  private static ShortVector broadcast(int[] twins, int at) {
    return IntVector.broadcast(INT, twins[at]).reinterpretAsShorts();
  }

  /**
   * Leaves {@code Σ (u − 128) · x} of all blocks and rows of some tiles, {@code apart} bytes from
   * each other, as {@code out[tile][block][row]}, rows shuffled.
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
      long at = first + (long) b * BLOCK_BYTES;
      int to = outAt + b * TILE_ROWS;
      int tile = 0;
      for (; tile + 1 < tiles; tile += 2, at += 2 * apart, to += 2 * blocks * TILE_ROWS) {
        int other = to + blocks * TILE_ROWS;
        pair(data, at, at + apart, TILE_ROWS, x.twins(), x.offsets(), k, out, to, other);
      }
      if (tile < tiles && HALF_TILE >= PANEL) { // its halves are a pair
        long half = at + Short.BYTES * HALF_TILE;
        pair(data, at, half, HALF_TILE, x.twins(), x.offsets(), k, out, to, to + HALF_TILE);
      } else if (tile < tiles) {
        lone(data, at, x.twins(), x.offsets(), k, out, to);
      }
    }
  }

  /**
   * The sums of a block of two tiles. The products of one line fit 16 bits; the offset makes them
   * positive, so that the ints they share add up: the odd rows by a shift, the even ones as what is
   * left of the whole.
   *
   * @param first where the block of the first tile begins
   * @param second where that of the second begins
   * @param numRows rows of each
   * @param k where the numbers of x begin
   * @param out takes the rows of the first tile at {@code to}, those of the second at {@code other}
   */
  private static void pair(
      MemorySegment data,
      long first,
      long second,
      int numRows,
      int[] twins,
      int[] offsets,
      int k,
      float[] out,
      int to,
      int other) {
    ShortVector mask = IntVector.fromArray(INT, MASK, 0).reinterpretAsShorts();
    long apart = second - first;
    for (int rows = 0; rows < numRows; rows += PANEL) {
      IntVector both0 = IntVector.zero(INT);
      IntVector both1 = both0;
      IntVector odd0 = both0;
      IntVector odd1 = both0;
      long at = first + (long) Short.BYTES * rows;
      int o = k / 2;
      for (int i = k; i < k + BLOCK_COLS; i += 2, o++, at += LINE_BYTES) {
        ShortVector w0 = ShortVector.fromMemorySegment(SHORTS, data, at, LITTLE_ENDIAN);
        ShortVector w1 = ShortVector.fromMemorySegment(SHORTS, data, at + apart, LITTLE_ENDIAN);
        ShortVector x = broadcast(twins, i);
        ShortVector y = broadcast(twins, i + 1);
        ShortVector offset = broadcast(offsets, o);
        IntVector pair =
            w0.and(mask)
                .mul(x)
                .add(w0.lanewise(VectorOperators.LSHR, 8).mul(y))
                .add(offset)
                .reinterpretAsInts();
        both0 = both0.add(pair);
        odd0 = odd0.add(pair.lanewise(VectorOperators.LSHR, 16));
        pair =
            w1.and(mask)
                .mul(x)
                .add(w1.lanewise(VectorOperators.LSHR, 8).mul(y))
                .add(offset)
                .reinterpretAsInts();
        both1 = both1.add(pair);
        odd1 = odd1.add(pair.lanewise(VectorOperators.LSHR, 16));
      }
      finish(both0, odd0, out, to + rows);
      finish(both1, odd1, out, other + rows);
    }
  }

  /** The sums of a block of one tile that fills a vector of shorts. */
  private static void lone(
      MemorySegment data, long block, int[] twins, int[] offsets, int k, float[] out, int to) {
    ShortVector mask = IntVector.fromArray(INT, MASK, 0).reinterpretAsShorts();
    IntVector both = IntVector.zero(INT);
    IntVector odd = both;
    long at = block;
    int o = k / 2;
    for (int i = k; i < k + BLOCK_COLS; i += 2, o++, at += LINE_BYTES) {
      ShortVector w = ShortVector.fromMemorySegment(SHORTS, data, at, LITTLE_ENDIAN);
      IntVector pair =
          w.and(mask)
              .mul(broadcast(twins, i))
              .add(w.lanewise(VectorOperators.LSHR, 8).mul(broadcast(twins, i + 1)))
              .add(broadcast(offsets, o))
              .reinterpretAsInts();
      both = both.add(pair);
      odd = odd.add(pair.lanewise(VectorOperators.LSHR, 16));
    }
    finish(both, odd, out, to);
  }

  private static void finish(IntVector both, IntVector odd, float[] out, int at) {
    // Not by number(): one method deeper, C2 does not inline the conversion and boxes.
    IntVector even = both.sub(odd.lanewise(VectorOperators.LSHL, 16)).sub(EXCESS);
    ((FloatVector) even.convert(VectorOperators.I2F, 0)).intoArray(out, at);
    ((FloatVector) odd.sub(EXCESS).convert(VectorOperators.I2F, 0)).intoArray(out, at + N);
  }

  /**
   * Adds the scaled sums of all blocks of a tile, which {@link #sums} left in {@code p}, to the
   * running sums {@code p[b mod 16][row]}, rows shuffled.
   */
  static void scale(
      MemorySegment data, long tile, QuantizedRows x, int xBlock, float[] p, int sumsAt) {
    float[] xScales = x.scales();
    int blocks = x.blocks();
    for (int rows = 0; rows < TILE_ROWS; rows += PANEL) {
      long at = tile + SCALES_AT + (long) Short.BYTES * rows;
      for (int b = 0; b < blocks; b++, at += BLOCK_BYTES) {
        int sum = sumsAt + b * TILE_ROWS + rows;
        IntVector scales = IntVector.fromMemorySegment(INT, data, at, LITTLE_ENDIAN);
        FloatVector scale = FloatVector.broadcast(FLOAT, xScales[xBlock + b]);
        int to = b % Blocks.SUMS * TILE_ROWS + rows;
        FloatVector.fromArray(FLOAT, p, sum)
            .mul(Lanes.evenScales(scales))
            .fma(scale, FloatVector.fromArray(FLOAT, p, to))
            .intoArray(p, to);
        FloatVector.fromArray(FLOAT, p, sum + N)
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
      FloatVector evenZero = even.mul(-128f);
      FloatVector oddZero = odd.mul(-128f);
      for (int j = 0; j < LINES; j++, at += 2 * PANEL) {
        IntVector line =
            IntVector.fromMemorySegment(INT, data, block + (long) j * LINE_BYTES, LITTLE_ENDIAN);
        number(line.and(255)).fma(even, evenZero).intoArray(out, at);
        number(line.lanewise(VectorOperators.LSHR, 16).and(255))
            .fma(odd, oddZero)
            .intoArray(out, at + N);
        IntVector next = line.lanewise(VectorOperators.LSHR, 8);
        number(next.and(255)).fma(even, evenZero).intoArray(out, at + PANEL);
        number(next.lanewise(VectorOperators.LSHR, 16).and(255))
            .fma(odd, oddZero)
            .intoArray(out, at + PANEL + N);
      }
    }
  }

  private static FloatVector number(IntVector number) {
    return (FloatVector) number.convert(VectorOperators.I2F, 0);
  }
}
