package io.hunyuan4j.kernels.vector;

import static io.hunyuan4j.kernels.BlockMatrix.BLOCK_COLS;
import static io.hunyuan4j.kernels.BlockMatrix.TILE_ROWS;
import static io.hunyuan4j.kernels.vector.Lanes.FLOAT;
import static io.hunyuan4j.kernels.vector.Lanes.N;
import static io.hunyuan4j.kernels.vector.Lanes.PANEL;

import io.hunyuan4j.kernels.BlockMatrix;
import io.hunyuan4j.kernels.FloatMatrix;
import io.hunyuan4j.kernels.Q4Matrix;
import io.hunyuan4j.kernels.Q8Matrix;
import io.hunyuan4j.kernels.QuantizedRows;
import io.hunyuan4j.kernels.scalar.Blocks;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * Products of many rows of x with weights in blocks: outer products of panels, as in {@link
 * Panels}, in floats.
 *
 * <p>A decoded weight is a whole number of 7 bits times a unit of 5, a rounded x one of 7: their
 * products add up within 24 bits over the 32 columns of a block, so that float sums are exact there
 * and in any order. One {@code fma} then takes a block to its running sum.
 */
final class TilePanels {
  private static final int TOKENS = Panels.TOKENS;
  private static final int TILE = TOKENS * PANEL;
  private static final int SUMS_LENGTH = Blocks.SUMS * TILE;

  private TilePanels() {}

  static int packedLength(int rows, int blocks) {
    int tiles = (rows + TOKENS - 1) / TOKENS;
    return Math.multiplyExact(tiles, xTileLength(blocks));
  }

  /** Length of a tile of x: for every block the numbers {@code [32][token]} and the scales. */
  private static int xTileLength(int blocks) {
    return blocks * (BLOCK_COLS + 1) * TOKENS;
  }

  /** Packs x tile by tile; missing tokens of the last one are zeros. */
  static void pack(float[] packed, QuantizedRows x) {
    int blocks = x.blocks();
    int tileLength = xTileLength(blocks);
    Arrays.fill(packed, 0, packedLength(x.rows(), blocks), 0f);
    for (int t = 0; t < x.rows(); t++) {
      int to = t / TOKENS * tileLength + t % TOKENS;
      int from = x.rowOffset(t);
      for (int b = 0; b < blocks; b++) {
        for (int k = 0; k < BLOCK_COLS; k++, to += TOKENS) {
          packed[to] = (short) x.twins()[from++];
        }
        packed[to] = x.scales()[t * blocks + b];
        to += TOKENS;
      }
    }
  }

  /** Room for one thread's panel and running sums. */
  static int scratchLength(int blocks) {
    return PANEL * blocks * BLOCK_COLS + SUMS_LENGTH;
  }

  /** Outputs {@code from … to} of all rows of x. */
  static void multiply(
      FloatMatrix out, float[] packed, BlockMatrix weights, int from, int to, float[] scratch) {
    int blocks = weights.blocks();
    int sums = PANEL * blocks * BLOCK_COLS;
    int next;
    for (int row = from; row < to; row = next) {
      int lane = (weights.firstRow() + row) % TILE_ROWS;
      int panel = lane / PANEL * PANEL;
      next = Math.min(to, row + PANEL - (lane - panel));
      decode(weights, weights.tileOffset(row), panel, scratch);
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

  private static void decode(BlockMatrix weights, long tile, int row, float[] panel) {
    switch (weights) {
      case Q8Matrix m -> Q8Tiles.decode(m.data(), tile, row, m.blocks(), panel);
      case Q4Matrix m -> Q4Tiles.decode(m.data(), tile, row, m.blocks(), panel);
    }
  }

  /** One tile of outputs, left at {@code sums} in scratch. */
  private static void multiplyTile(float[] scratch, float[] packed, int xAt, int blocks, int sums) {
    Arrays.fill(scratch, sums, sums + SUMS_LENGTH, 0f);
    int panelAt = 0;
    for (int b = 0; b < blocks; b++) {
      block(scratch, panelAt, packed, xAt, sums + b % Blocks.SUMS * TILE);
      panelAt += BLOCK_COLS * PANEL;
      xAt += (BLOCK_COLS + 1) * TOKENS;
    }
    for (int width = SUMS_LENGTH / 2; width >= TILE; width /= 2) {
      Elementwise.add(scratch, sums, scratch, sums + width, width);
    }
  }

  /** One block of a tile: {@code p[m][r] ← fma(Σ_k panel[k][r] · x[k][m], scale[m], p[m][r])}. */
  private static void block(float[] scratch, int panelAt, float[] packed, int xAt, int p) {
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
    int at = xAt;
    for (int w = panelAt; w < panelAt + BLOCK_COLS * PANEL; w += PANEL, at += TOKENS) {
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
    add(s00, s01, packed[at], scratch, p);
    add(s10, s11, packed[at + 1], scratch, p + PANEL);
    add(s20, s21, packed[at + 2], scratch, p + 2 * PANEL);
    add(s30, s31, packed[at + 3], scratch, p + 3 * PANEL);
    add(s40, s41, packed[at + 4], scratch, p + 4 * PANEL);
  }

  private static void add(FloatVector s0, FloatVector s1, float scale, float[] p, int at) {
    FloatVector x = FloatVector.broadcast(FLOAT, scale);
    s0.fma(x, FloatVector.fromArray(FLOAT, p, at)).intoArray(p, at);
    s1.fma(x, FloatVector.fromArray(FLOAT, p, at + N)).intoArray(p, at + N);
  }
}
