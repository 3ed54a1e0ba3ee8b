package io.hunyuan4j.kernels.vector;

import static io.hunyuan4j.kernels.BlockMatrix.BLOCK_COLS;
import static io.hunyuan4j.kernels.BlockMatrix.TILE_ROWS;
import static io.hunyuan4j.kernels.vector.Lanes.FLOAT;
import static io.hunyuan4j.kernels.vector.Lanes.N;
import static io.hunyuan4j.kernels.vector.Lanes.PANEL;

import io.hunyuan4j.kernels.FloatMatrix;
import io.hunyuan4j.kernels.Q8Matrix;
import io.hunyuan4j.kernels.QuantizedRows;
import io.hunyuan4j.kernels.scalar.Blocks;
import jdk.incubator.vector.FloatVector;

/**
 * Products of many rows of x with Q8: outer products of panels, as in {@link Panels}, in floats.
 *
 * <p>A decoded weight is a whole number of 7 bits times a unit of 5, a rounded x one of 7: their
 * products add up within 24 bits over the 32 columns of a block, so that float sums are exact there
 * and in any order. One {@code fma} then takes a block to its running sum.
 */
final class TilePanels {
  /** Tokens of a tile: of 16 registers they leave six for what they multiply. */
  private static final int TOKENS = 5;

  private static final int TILE = TOKENS * PANEL;

  /** Elements of a block of a tile of x: numbers and scales. */
  private static final int X_BLOCK = (BLOCK_COLS + 1) * TOKENS;

  private static final int SUMS_LENGTH = Blocks.SUMS * TILE;

  private TilePanels() {}

  static int packedLength(int rows, int blocks) {
    int tiles = (rows + TOKENS - 1) / TOKENS;
    return Math.multiplyExact(tiles, xTileLength(blocks));
  }

  /** Length of a tile of x: for every block the numbers {@code [32][token]} and the scales. */
  private static int xTileLength(int blocks) {
    return blocks * X_BLOCK;
  }

  /** Packs rows of x into their tiles; missing tokens of the last one are zeros. */
  static void pack(float[] packed, QuantizedRows x, int from, int to) {
    int blocks = x.blocks();
    int tileLength = xTileLength(blocks);
    for (int t = from; t < to; t++) {
      int at = t / TOKENS * tileLength + t % TOKENS;
      int number = x.rowOffset(t);
      for (int b = 0; b < blocks; b++) {
        for (int k = 0; k < BLOCK_COLS; k++, at += TOKENS) {
          packed[at] = x.numbers()[number++];
        }
        packed[at] = x.scales()[t * blocks + b];
        at += TOKENS;
      }
    }
    for (int t = to; to == x.rows() && t % TOKENS != 0; t++) {
      int at = t / TOKENS * tileLength + t % TOKENS;
      for (int i = 0; i < tileLength; i += TOKENS) {
        packed[at + i] = 0f;
      }
    }
  }

  /** Room for one thread's panel and running sums. */
  static int scratchLength(int blocks) {
    return PANEL * blocks * BLOCK_COLS + SUMS_LENGTH;
  }

  /** Outputs {@code from … to} of all rows of x. */
  static void multiply(
      FloatMatrix out, float[] packed, Q8Matrix weights, int from, int to, float[] scratch) {
    int blocks = weights.blocks();
    int sums = PANEL * blocks * BLOCK_COLS;
    int next;
    for (int row = from; row < to; row = next) {
      int lane = (weights.firstRow() + row) % TILE_ROWS;
      int panel = lane / PANEL * PANEL;
      next = Math.min(to, row + PANEL - (lane - panel));
      Q8Tiles.decode(weights.data(), weights.tileOffset(row), panel, blocks, scratch);
      for (int token = 0; token < out.rows(); token += TOKENS) {
        multiplyTile(scratch, packed, token / TOKENS * xTileLength(blocks), blocks, sums);
        for (int m = 0; m < TOKENS && token + m < out.rows(); m++) {
          int outAt = out.rowOffset(token + m) + row;
          int tileAt = sums + m * PANEL;
          for (int r = 0; r < next - row; r++) {
            out.data()[outAt + r] = scratch[tileAt + Lanes.shuffled(lane - panel + r)];
          }
        }
      }
    }
  }

  /** One tile of outputs, left at {@code sums} in scratch. */
  private static void multiplyTile(float[] scratch, float[] packed, int xAt, int blocks, int sums) {
    for (int i = 0; i < Blocks.SUMS; i++) {
      int panelAt = i * BLOCK_COLS * PANEL;
      chain(scratch, panelAt, packed, xAt + i * X_BLOCK, blocks - i, sums + i * TILE);
    }
    for (int width = SUMS_LENGTH / 2; width >= TILE; width /= 2) {
      Elementwise.add(scratch, sums, scratch, sums + width, width);
    }
  }

  /**
   * One running sum of a tile, over every sixteenth of {@code blocks} blocks: {@code p[m][r] ←
   * fma(Σ_k panel[k][r] · x[k][m], scale[m], p[m][r])}.
   */
  private static void chain(
      float[] scratch, int panelAt, float[] packed, int xAt, int blocks, int p) {
    FloatVector p00 = FloatVector.zero(FLOAT);
    FloatVector p01 = p00;
    FloatVector p10 = p00;
    FloatVector p11 = p00;
    FloatVector p20 = p00;
    FloatVector p21 = p00;
    FloatVector p30 = p00;
    FloatVector p31 = p00;
    FloatVector p40 = p00;
    FloatVector p41 = p00;
    int from = panelAt;
    int at = xAt;
    for (int b = 0; b < blocks; b += Blocks.SUMS) {
      FloatVector s00 = FloatVector.zero(FLOAT);
      FloatVector s01 = s00;
      FloatVector s10 = s00;
      FloatVector s11 = s00;
      FloatVector s20 = s00;
      FloatVector s21 = s00;
      FloatVector s30 = s00;
      FloatVector s31 = s00;
      FloatVector s40 = s00;
      FloatVector s41 = s00;
      for (int w = from; w < from + BLOCK_COLS * PANEL; w += PANEL, at += TOKENS) {
        FloatVector w0 = FloatVector.fromArray(FLOAT, scratch, w);
        FloatVector w1 = FloatVector.fromArray(FLOAT, scratch, w + N);
        FloatVector x = FloatVector.broadcast(FLOAT, packed[at]);
        s00 = w0.fma(x, s00);
        s01 = w1.fma(x, s01);
        x = FloatVector.broadcast(FLOAT, packed[at + 1]);
        s10 = w0.fma(x, s10);
        s11 = w1.fma(x, s11);
        x = FloatVector.broadcast(FLOAT, packed[at + 2]);
        s20 = w0.fma(x, s20);
        s21 = w1.fma(x, s21);
        x = FloatVector.broadcast(FLOAT, packed[at + 3]);
        s30 = w0.fma(x, s30);
        s31 = w1.fma(x, s31);
        x = FloatVector.broadcast(FLOAT, packed[at + 4]);
        s40 = w0.fma(x, s40);
        s41 = w1.fma(x, s41);
      }
      FloatVector scale = FloatVector.broadcast(FLOAT, packed[at]);
      p00 = s00.fma(scale, p00);
      p01 = s01.fma(scale, p01);
      scale = FloatVector.broadcast(FLOAT, packed[at + 1]);
      p10 = s10.fma(scale, p10);
      p11 = s11.fma(scale, p11);
      scale = FloatVector.broadcast(FLOAT, packed[at + 2]);
      p20 = s20.fma(scale, p20);
      p21 = s21.fma(scale, p21);
      scale = FloatVector.broadcast(FLOAT, packed[at + 3]);
      p30 = s30.fma(scale, p30);
      p31 = s31.fma(scale, p31);
      scale = FloatVector.broadcast(FLOAT, packed[at + 4]);
      p40 = s40.fma(scale, p40);
      p41 = s41.fma(scale, p41);
      from += Blocks.SUMS * BLOCK_COLS * PANEL;
      at += Blocks.SUMS * X_BLOCK - BLOCK_COLS * TOKENS;
    }
    p00.intoArray(scratch, p);
    p01.intoArray(scratch, p + N);
    p10.intoArray(scratch, p + PANEL);
    p11.intoArray(scratch, p + PANEL + N);
    p20.intoArray(scratch, p + 2 * PANEL);
    p21.intoArray(scratch, p + 2 * PANEL + N);
    p30.intoArray(scratch, p + 3 * PANEL);
    p31.intoArray(scratch, p + 3 * PANEL + N);
    p40.intoArray(scratch, p + 4 * PANEL);
    p41.intoArray(scratch, p + 4 * PANEL + N);
  }
}
