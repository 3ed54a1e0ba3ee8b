package io.hunyuan4j.kernels.vector;

import static io.hunyuan4j.kernels.BlockMatrix.BLOCK_COLS;
import static io.hunyuan4j.kernels.BlockMatrix.TILE_ROWS;
import static io.hunyuan4j.kernels.vector.Lanes.FLOAT;
import static io.hunyuan4j.kernels.vector.Lanes.N;
import static io.hunyuan4j.kernels.vector.Lanes.PANEL;
import static io.hunyuan4j.kernels.vector.PanelTiles.TOKENS;

import io.hunyuan4j.kernels.FloatMatrix;
import io.hunyuan4j.kernels.Q8Matrix;
import io.hunyuan4j.kernels.QuantizedRows;
import io.hunyuan4j.kernels.scalar.Blocks;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * Products of many rows of x with Q8: outer products of panels, as in {@link Panels}, in floats.
 *
 * <p>A decoded weight is a whole number of 7 bits times a unit of 5, a rounded x one of 7: their
 * products add up within 24 bits over the 32 columns of a block, so that float sums are exact there
 * and in any order. One {@code fma} then takes a block to its running sum.
 */
final class Q8Panels {
  /** Elements of a block of a token of x: numbers and the scale. */
  private static final int X_BLOCK = BLOCK_COLS + 1;

  /** The most sums of a tile. */
  private static final int TILE = TOKENS * PANEL;

  private Q8Panels() {}

  static int packedLength(int rows, int blocks) {
    return Math.multiplyExact(PanelTiles.allTokens(rows), blocks * X_BLOCK);
  }

  /**
   * Packs rows of x as {@code [tile][block][number, 32 of them, or scale][token of the tile]};
   * missing tokens of the last tile are zeros.
   */
  static void pack(float[] packed, QuantizedRows x, int from, int to) {
    for (int first = from - from % TOKENS; first < to; first += TOKENS) {
      packTile(packed, x, first, Math.max(first, from), Math.min(first + TOKENS, to));
    }
  }

  /** A block of all tokens at a time: what is written stays in the nearest cache. */
  private static void packTile(float[] packed, QuantizedRows x, int first, int from, int to) {
    int blocks = x.blocks();
    int tokens = PanelTiles.tokens(x.rows() - first);
    int missing = PanelTiles.missing(first, to, x.rows());
    for (int b = 0; b < blocks; b++) {
      int block = (first * blocks + b * tokens) * X_BLOCK;
      for (int t = from; t < to; t++) {
        int number = x.rowOffset(t) + b * BLOCK_COLS;
        int at = block + t - first;
        for (int k = 0; k < BLOCK_COLS; k++, at += tokens) {
          packed[at] = x.numbers()[number + k];
        }
        packed[at] = x.scales()[t * blocks + b];
      }
      for (int i = 0; i < X_BLOCK && missing > 0; i++) {
        int at = block + i * tokens + to - first;
        Arrays.fill(packed, at, at + missing, 0f);
      }
    }
  }

  /** Room for one thread's panel, running sums and the sums of a block. */
  static int scratchLength(int blocks) {
    return PANEL * blocks * BLOCK_COLS + (Blocks.SUMS + 1) * TILE;
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
        int tokens = PanelTiles.tokens(out.rows() - token);
        multiplyTile(tokens, scratch, packed, token * blocks * X_BLOCK, blocks, sums);
        for (int m = 0; m < tokens && token + m < out.rows(); m++) {
          int outAt = out.rowOffset(token + m) + row;
          int at = sums + m * PANEL;
          TileDots.unshuffle(scratch, at);
          System.arraycopy(scratch, at + lane - panel, out.data(), outAt, next - row);
        }
      }
    }
  }

  /**
   * One tile of outputs, left at {@code sums} in scratch: sixteen running sums {@code p[m][r]},
   * each over every sixteenth block by {@code p[m][r] ← fma(Σ_k panel[k][r] · x[k][m], scale[m],
   * p[m][r])}, and their tree.
   */
  private static void multiplyTile(
      int tokens, float[] scratch, float[] packed, int xAt, int blocks, int sums) {
    int length = tokens * PANEL;
    for (int i = 0; i < Blocks.SUMS; i++) {
      int panelAt = i * BLOCK_COLS * PANEL;
      int at = xAt + i * X_BLOCK * tokens;
      if (N < 16) {
        chainOfFive(scratch, panelAt, packed, at, blocks - i, sums + i * length);
      } else {
        chainInMemory(tokens, scratch, panelAt, packed, at, blocks - i, sums + i * length);
      }
    }
    for (int width = Blocks.SUMS / 2 * length; width >= length; width /= 2) {
      Elementwise.add(scratch, sums, scratch, sums + width, width);
    }
  }

  /** A running sum for 512 bits: many tokens leave no registers for it beside those of a block. */
  private static void chainInMemory(
      int tokens, float[] scratch, int panelAt, float[] packed, int xAt, int blocks, int p) {
    int length = tokens * PANEL;
    int s = p + length; // where the next running sum begins, or behind the last one
    Arrays.fill(scratch, p, p + length, 0f);
    int w = panelAt;
    int at = xAt;
    for (int b = 0; b < blocks; b += Blocks.SUMS) {
      PanelTiles.chain(tokens, scratch, w, packed, at, BLOCK_COLS, s);
      addScaled(scratch, p, s, length, packed, at + BLOCK_COLS * tokens);
      w += Blocks.SUMS * BLOCK_COLS * PANEL;
      at += Blocks.SUMS * X_BLOCK * tokens;
    }
  }

  /** {@code p[m][r] ← fma(s[m][r], scale[m], p[m][r])} for {@code length} elements of p. */
  private static void addScaled(
      float[] scratch, int p, int s, int length, float[] packed, int scalesAt) {
    for (int i = 0, m = scalesAt; i < length; i += PANEL, m++) {
      FloatVector scale = FloatVector.broadcast(FLOAT, packed[m]);
      FloatVector p0 = FloatVector.fromArray(FLOAT, scratch, p + i);
      FloatVector p1 = FloatVector.fromArray(FLOAT, scratch, p + i + N);
      FloatVector s0 = FloatVector.fromArray(FLOAT, scratch, s + i);
      FloatVector s1 = FloatVector.fromArray(FLOAT, scratch, s + i + N);
      s0.fma(scale, p0).intoArray(scratch, p + i);
      s1.fma(scale, p1).intoArray(scratch, p + i + N);
    }
  }

  /** A running sum for shorter vectors, in variables: those of a block have the registers. */
  private static void chainOfFive(
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
      for (int w = from; w < from + BLOCK_COLS * PANEL; w += PANEL, at += 5) {
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
      at += (Blocks.SUMS * X_BLOCK - BLOCK_COLS) * 5;
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
