package io.hunyuan4j.kernels.vector;

import static io.hunyuan4j.kernels.BlockMatrix.BLOCK_COLS;
import static io.hunyuan4j.kernels.BlockMatrix.TILE_ROWS;
import static io.hunyuan4j.kernels.Q4Matrix.BLOCK_BYTES;
import static io.hunyuan4j.kernels.vector.Lanes.FLOAT;
import static io.hunyuan4j.kernels.vector.Lanes.HALF_TILE;
import static io.hunyuan4j.kernels.vector.Lanes.INT;
import static io.hunyuan4j.kernels.vector.Lanes.N;
import static io.hunyuan4j.kernels.vector.Lanes.PANEL;
import static io.hunyuan4j.kernels.vector.Q4Tiles.BLOCK_SUMS;
import static io.hunyuan4j.kernels.vector.Q4Tiles.HALF_BYTES;
import static io.hunyuan4j.kernels.vector.Q4Tiles.LINES;
import static io.hunyuan4j.kernels.vector.Q4Tiles.LINE_BYTES;
import static io.hunyuan4j.kernels.vector.Q4Tiles.SCALES_AT;
import static io.hunyuan4j.kernels.vector.Q4Tiles.broadcast;
import static io.hunyuan4j.kernels.vector.Q4Tiles.line;
import static io.hunyuan4j.kernels.vector.Q4Tiles.start;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.hunyuan4j.kernels.QuantizedRows;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Loops over the tiles of a {@link io.hunyuan4j.kernels.Q4Matrix} with two or four rows of x, as
 * those of {@link Q4Tiles} with one: weights are taken out of their lines once for all rows.
 */
final class Q4Groups {
  /** Elements of the sums of a tile with a row of x. */
  static final int SUMS = TileDots.RUN * BLOCK_SUMS;

  private Q4Groups() {}

  /**
   * The sums of some blocks of an even number of tiles with two rows of x, as {@code out[tile][row
   * of x][block][row / 2]}, like {@link Q4Tiles#sums}.
   */
  static void sumsOfTwo(
      MemorySegment data,
      long first,
      long apart,
      int tiles,
      QuantizedRows x,
      int xBlock,
      int blocks,
      float[] out,
      int outAt) {
    int[] factors = x.factors4();
    int xApart = x.blocks() * BLOCK_COLS;
    for (int b = 0; b < blocks; b++) {
      ShortVector start0 = start(x.sums()[xBlock + b]);
      ShortVector start1 = start(x.sums()[xBlock + b + x.blocks()]);
      for (int tile = 0; tile < tiles; tile += 2) {
        for (int rows = 0; rows < TILE_ROWS; rows += PANEL) {
          long block = first + tile * apart + (long) b * BLOCK_BYTES + Short.BYTES * rows;
          ShortVector s00 = start0;
          ShortVector s01 = start1;
          ShortVector s10 = start0;
          ShortVector s11 = start1;
          int k = (xBlock + b) * BLOCK_COLS;
          for (int j = 0; j < LINES; j++, k += 4) {
            ShortVector w0 = line(data, block + j * LINE_BYTES);
            ShortVector w1 = line(data, block + j * LINE_BYTES + apart);
            for (int i = 0; i < 4; i++) {
              ShortVector x0 = broadcast(factors, k + i);
              s00 = s00.add(w0.mul(x0));
              s10 = s10.add(w1.mul(x0));
              x0 = broadcast(factors, k + i + xApart);
              s01 = s01.add(w0.mul(x0));
              s11 = s11.add(w1.mul(x0));
              w0 = w0.lanewise(VectorOperators.LSHR, 4);
              w1 = w1.lanewise(VectorOperators.LSHR, 4);
            }
          }
          int at = outAt + 2 * tile * SUMS + b * BLOCK_SUMS + rows / 2;
          s00.reinterpretAsFloats().intoArray(out, at);
          s01.reinterpretAsFloats().intoArray(out, at + SUMS);
          s10.reinterpretAsFloats().intoArray(out, at + 2 * SUMS);
          s11.reinterpretAsFloats().intoArray(out, at + 3 * SUMS);
        }
      }
    }
  }

  /**
   * The sums of some blocks of a tile or two with four rows of x, as {@code out[tile][row of
   * x][block][row / 2]}, like {@link Q4Tiles#sums}.
   */
  static void sumsOfFour(
      MemorySegment data,
      long first,
      long apart,
      int tiles,
      QuantizedRows x,
      int xBlock,
      int blocks,
      float[] out,
      int outAt) {
    if (tiles == 2) {
      four(data, first, apart, TILE_ROWS, x, xBlock, blocks, out, outAt, 4 * SUMS);
    } else if (HALF_TILE >= PANEL) {
      int half = HALF_TILE / 2;
      four(data, first, HALF_BYTES, HALF_TILE, x, xBlock, blocks, out, outAt, half);
    } else {
      loneFour(data, first, x, xBlock, blocks, out, outAt);
    }
  }

  /** The sums of two tiles, of {@code numRows} rows each. */
  private static void four(
      MemorySegment data,
      long first,
      long apart,
      int numRows,
      QuantizedRows x,
      int xBlock,
      int blocks,
      float[] out,
      int outAt,
      int outApart) {
    int[] factors = x.factors4();
    int[] xSums = x.sums();
    int xApart = x.blocks() * BLOCK_COLS;
    for (int b = 0; b < blocks; b++) {
      int blockOfX = xBlock + b;
      for (int rows = 0; rows < numRows; rows += PANEL) {
        long block = first + (long) b * BLOCK_BYTES + Short.BYTES * rows;
        ShortVector s00 = start(xSums[blockOfX]);
        ShortVector s01 = start(xSums[blockOfX + x.blocks()]);
        ShortVector s02 = start(xSums[blockOfX + 2 * x.blocks()]);
        ShortVector s03 = start(xSums[blockOfX + 3 * x.blocks()]);
        ShortVector s10 = s00;
        ShortVector s11 = s01;
        ShortVector s12 = s02;
        ShortVector s13 = s03;
        int k = blockOfX * BLOCK_COLS;
        for (int j = 0; j < LINES; j++, k += 4) {
          ShortVector w0 = line(data, block + j * LINE_BYTES);
          ShortVector w1 = line(data, block + j * LINE_BYTES + apart);
          for (int i = 0; i < 4; i++) {
            ShortVector x0 = broadcast(factors, k + i);
            s00 = s00.add(w0.mul(x0));
            s10 = s10.add(w1.mul(x0));
            x0 = broadcast(factors, k + i + xApart);
            s01 = s01.add(w0.mul(x0));
            s11 = s11.add(w1.mul(x0));
            x0 = broadcast(factors, k + i + 2 * xApart);
            s02 = s02.add(w0.mul(x0));
            s12 = s12.add(w1.mul(x0));
            x0 = broadcast(factors, k + i + 3 * xApart);
            s03 = s03.add(w0.mul(x0));
            s13 = s13.add(w1.mul(x0));
            w0 = w0.lanewise(VectorOperators.LSHR, 4);
            w1 = w1.lanewise(VectorOperators.LSHR, 4);
          }
        }
        int at = outAt + b * BLOCK_SUMS + rows / 2;
        s00.reinterpretAsFloats().intoArray(out, at);
        s01.reinterpretAsFloats().intoArray(out, at + SUMS);
        s02.reinterpretAsFloats().intoArray(out, at + 2 * SUMS);
        s03.reinterpretAsFloats().intoArray(out, at + 3 * SUMS);
        at += outApart;
        s10.reinterpretAsFloats().intoArray(out, at);
        s11.reinterpretAsFloats().intoArray(out, at + SUMS);
        s12.reinterpretAsFloats().intoArray(out, at + 2 * SUMS);
        s13.reinterpretAsFloats().intoArray(out, at + 3 * SUMS);
      }
    }
  }

  /** The sums of one tile that fills a vector of shorts. */
  private static void loneFour(
      MemorySegment data,
      long first,
      QuantizedRows x,
      int xBlock,
      int blocks,
      float[] out,
      int outAt) {
    int[] factors = x.factors4();
    int[] xSums = x.sums();
    int xApart = x.blocks() * BLOCK_COLS;
    for (int b = 0; b < blocks; b++) {
      int blockOfX = xBlock + b;
      long block = first + (long) b * BLOCK_BYTES;
      ShortVector s0 = start(xSums[blockOfX]);
      ShortVector s1 = start(xSums[blockOfX + x.blocks()]);
      ShortVector s2 = start(xSums[blockOfX + 2 * x.blocks()]);
      ShortVector s3 = start(xSums[blockOfX + 3 * x.blocks()]);
      int k = blockOfX * BLOCK_COLS;
      for (int j = 0; j < LINES; j++, k += 4) {
        ShortVector w = line(data, block + j * LINE_BYTES);
        for (int i = 0; i < 4; i++) {
          s0 = s0.add(w.mul(broadcast(factors, k + i)));
          s1 = s1.add(w.mul(broadcast(factors, k + i + xApart)));
          s2 = s2.add(w.mul(broadcast(factors, k + i + 2 * xApart)));
          s3 = s3.add(w.mul(broadcast(factors, k + i + 3 * xApart)));
          w = w.lanewise(VectorOperators.LSHR, 4);
        }
      }
      int at = outAt + b * BLOCK_SUMS;
      s0.reinterpretAsFloats().intoArray(out, at);
      s1.reinterpretAsFloats().intoArray(out, at + SUMS);
      s2.reinterpretAsFloats().intoArray(out, at + 2 * SUMS);
      s3.reinterpretAsFloats().intoArray(out, at + 3 * SUMS);
    }
  }

  /**
   * Adds the scaled sums of some blocks of a tile with four rows of x, {@code p[row of
   * x][block][row / 2]} at {@code sumsAt}, to the running sums {@code p[row of x][block][row]} at
   * {@code to}, like {@link Q4Tiles#scale}: scales are decoded once.
   */
  static void scaleFour(
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
        for (int row = 0; row < 4; row++) {
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
          sum =
              (FloatVector) sums.lanewise(VectorOperators.ASHR, 16).convert(VectorOperators.I2F, 0);
          oddZero
              .fma(eighth, sum)
              .mul(oddScale)
              .fma(scale, FloatVector.fromArray(FLOAT, p, at + N))
              .intoArray(p, at + N);
          blockOfX += x.blocks();
          sumAt += SUMS;
          at += TileDots.TILE_SUMS;
        }
      }
    }
  }
}
