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
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Loops over the tiles of a {@link io.hunyuan4j.kernels.Q8Matrix}: sums of whole numbers, then what
 * they add to the running sums; and tiles decoded for panels.
 *
 * <p>The products of the two columns of a line fit 16 bits; an offset makes them positive, so that
 * the ints they share add up: the odd rows by a shift, the even ones as what is left of the whole.
 * Nothing masks the weights of a line, see {@link QuantizedRows#factors8}.
 *
 * <p>A row of sums is {@code [block][row]}, rows shuffled.
 */
final class Q8Tiles {
  /** Elements of the sums of a block. */
  static final int BLOCK_SUMS = TILE_ROWS;

  private static final int LINE_BYTES = Short.BYTES * TILE_ROWS;
  private static final int LINES = BLOCK_COLS / 2;
  private static final int SCALES_AT = BLOCK_BYTES - SCALES_BYTES;
  private static final int HALF_BYTES = Short.BYTES * HALF_TILE;

  /** Where sums of odd rows start: the offsets of x add 32 768 for each line. */
  private static final int START = -(LINES << 15);

  /** Where sums of both start, {@code even + 65 536 · odd}. */
  private static final int BOTH_START = START * 0x10001;

  private Q8Tiles() {}

  /** What all shorts are multiplied with, or what is added to them. */
  private static ShortVector broadcast(int[] twins, int at) {
    return IntVector.broadcast(INT, twins[at]).reinterpretAsShorts();
  }

  private static ShortVector line(MemorySegment data, long at) {
    return ShortVector.fromMemorySegment(SHORTS, data, at, LITTLE_ENDIAN);
  }

  /**
   * The sums of some blocks of some tiles with one row of x, as {@code out[tile][block][row]}.
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
      pairs(data, last, HALF_BYTES, 2, HALF_TILE, x, xBlock, blocks, out, at, HALF_TILE);
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
    int[] factors = x.factors8();
    int[] offsets = x.offsets();
    for (int b = 0; b < blocks; b++) {
      for (int tile = 0; tile < tiles; tile += 2) {
        for (int rows = 0; rows < numRows; rows += PANEL) {
          long block = first + tile * apart + (long) b * BLOCK_BYTES + Short.BYTES * rows;
          int k = (xBlock + b) * LINES;
          IntVector both0 = IntVector.broadcast(INT, BOTH_START);
          IntVector odd0 = IntVector.broadcast(INT, START);
          IntVector both1 = both0;
          IntVector odd1 = odd0;
          for (int j = 0; j < LINES; j++, k++) {
            ShortVector w0 = line(data, block + j * LINE_BYTES);
            ShortVector w1 = line(data, block + j * LINE_BYTES + apart);
            ShortVector x0 = broadcast(factors, 2 * k);
            ShortVector x1 = broadcast(factors, 2 * k + 1);
            ShortVector offset = broadcast(offsets, 2 * k + 1);
            IntVector pair =
                w0.mul(x0)
                    .add(w0.lanewise(VectorOperators.LSHR, 8).mul(x1))
                    .add(offset)
                    .reinterpretAsInts();
            both0 = both0.add(pair);
            odd0 = odd0.add(pair.lanewise(VectorOperators.LSHR, 16));
            pair =
                w1.mul(x0)
                    .add(w1.lanewise(VectorOperators.LSHR, 8).mul(x1))
                    .add(offset)
                    .reinterpretAsInts();
            both1 = both1.add(pair);
            odd1 = odd1.add(pair.lanewise(VectorOperators.LSHR, 16));
          }
          int at = outAt + tile * outApart + b * BLOCK_SUMS + rows;
          finish(both0, odd0, out, at);
          finish(both1, odd1, out, at + outApart);
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
    int[] factors = x.factors8();
    for (int b = 0; b < blocks; b++) {
      long block = first + (long) b * BLOCK_BYTES;
      int k = (xBlock + b) * LINES;
      IntVector both = IntVector.broadcast(INT, BOTH_START);
      IntVector odd = IntVector.broadcast(INT, START);
      for (int j = 0; j < LINES; j++, k++) {
        ShortVector w = line(data, block + j * LINE_BYTES);
        IntVector pair =
            w.mul(broadcast(factors, 2 * k))
                .add(w.lanewise(VectorOperators.LSHR, 8).mul(broadcast(factors, 2 * k + 1)))
                .add(broadcast(x.offsets(), 2 * k + 1))
                .reinterpretAsInts();
        both = both.add(pair);
        odd = odd.add(pair.lanewise(VectorOperators.LSHR, 16));
      }
      finish(both, odd, out, outAt + b * TILE_ROWS);
    }
  }

  private static void finish(IntVector both, IntVector odd, float[] out, int at) {
    // Not by number(): one method deeper, C2 does not inline the conversion and boxes.
    IntVector even = both.sub(odd.lanewise(VectorOperators.LSHL, 16));
    ((FloatVector) even.convert(VectorOperators.I2F, 0)).intoArray(out, at);
    ((FloatVector) odd.convert(VectorOperators.I2F, 0)).intoArray(out, at + N);
  }

  /**
   * Adds the scaled sums of some blocks of a tile, {@code p[block][row]} at {@code sumsAt}, to the
   * running sums {@code p[block][row]} at {@code to}, rows shuffled.
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
    float[] xScales = x.scales();
    for (int rows = 0; rows < TILE_ROWS; rows += PANEL) {
      for (int b = 0; b < blocks; b++) {
        long scalesAt = first + (long) b * BLOCK_BYTES + SCALES_AT + Short.BYTES * rows;
        IntVector scales = IntVector.fromMemorySegment(INT, data, scalesAt, LITTLE_ENDIAN);
        FloatVector scale = FloatVector.broadcast(FLOAT, xScales[xBlock + b]);
        int sumAt = sumsAt + b * TILE_ROWS + rows;
        int at = to + b * TILE_ROWS + rows;
        FloatVector.fromArray(FLOAT, p, sumAt)
            .mul(Lanes.evenScales(scales))
            .fma(scale, FloatVector.fromArray(FLOAT, p, at))
            .intoArray(p, at);
        FloatVector.fromArray(FLOAT, p, sumAt + N)
            .mul(Lanes.oddScales(scales))
            .fma(scale, FloatVector.fromArray(FLOAT, p, at + N))
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
