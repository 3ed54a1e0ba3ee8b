package io.hunyuan4j.kernels.vector;

import static io.hunyuan4j.kernels.vector.Lanes.FLOAT;
import static io.hunyuan4j.kernels.vector.Lanes.N;
import static io.hunyuan4j.kernels.vector.Lanes.PANEL;

import jdk.incubator.vector.FloatVector;

/**
 * Tiles of {@link Panels}: some tokens by two vectors of outputs, an {@code fma} a step and sum.
 *
 * <p>The two vectors of weights are read for all tokens of a tile, so that many tokens keep the fma
 * units busier than the caches. Twelve take 27 of the 32 registers that vectors of 512 bits have;
 * the last tile there has six if no more are left. Of 16 registers five tokens leave six for what
 * they multiply. With six tokens C2 takes one too many, and one sum goes through memory: half of
 * the speed, but only without loop strip mining, which G1 has and the serial collector has not.
 */
final class PanelTiles {
  /** Tokens of a tile, but for a smaller last one. */
  static final int TOKENS = N == 16 ? 12 : 5;

  private static final int LAST_TOKENS = N == 16 ? 6 : 5;

  private PanelTiles() {}

  /** Tokens of the next tile if {@code left} are left; more than that are zeros. */
  static int tokens(int left) {
    return left <= LAST_TOKENS ? LAST_TOKENS : TOKENS;
  }

  /** Tokens of all tiles together. */
  static int allTokens(int rows) {
    int whole = rows - rows % TOKENS;
    return whole == rows ? rows : whole + tokens(rows - whole);
  }

  /**
   * Tokens that the tile from token {@code first} on has to be filled up with, by whoever packs its
   * tokens up to {@code to}: none, unless these are the last of all {@code rows}.
   */
  static int missing(int first, int to, int rows) {
    return to == rows ? first + tokens(rows - first) - to : 0;
  }

  /**
   * One running sum of a tile: {@code tile[m][r] = Σ_k panel[k][r] · x[k][m]} for {@code m <
   * tokens}, which is what {@link #tokens} gave.
   */
  static void chain(
      int tokens, float[] scratch, int panelAt, float[] packed, int xAt, int steps, int tileAt) {
    if (N < 16) {
      five(scratch, panelAt, packed, xAt, steps, tileAt);
    } else if (tokens == TOKENS) {
      twelve(scratch, panelAt, packed, xAt, steps, tileAt);
    } else {
      six(scratch, panelAt, packed, xAt, steps, tileAt);
    }
  }

  // Two indices that step in each loop: computed from one counter, they cost half of the speed.

  /** For 256 and 128 bits. */
  private static void five(
      float[] scratch, int panelAt, float[] packed, int xAt, int steps, int tileAt) {
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
    for (int w = panelAt; w < panelAt + steps * PANEL; w += PANEL, at += 5) {
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
    s00.intoArray(scratch, tileAt);
    s01.intoArray(scratch, tileAt + N);
    s10.intoArray(scratch, tileAt + PANEL);
    s11.intoArray(scratch, tileAt + PANEL + N);
    s20.intoArray(scratch, tileAt + 2 * PANEL);
    s21.intoArray(scratch, tileAt + 2 * PANEL + N);
    s30.intoArray(scratch, tileAt + 3 * PANEL);
    s31.intoArray(scratch, tileAt + 3 * PANEL + N);
    s40.intoArray(scratch, tileAt + 4 * PANEL);
    s41.intoArray(scratch, tileAt + 4 * PANEL + N);
  }

  /** The last tokens at 512 bits. */
  private static void six(
      float[] scratch, int panelAt, float[] packed, int xAt, int steps, int tileAt) {
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
    FloatVector s50 = s00;
    FloatVector s51 = s00;
    int at = xAt;
    for (int w = panelAt; w < panelAt + steps * PANEL; w += PANEL, at += 6) {
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
      x = FloatVector.broadcast(FLOAT, packed[at + 5]);
      s50 = w0.fma(x, s50);
      s51 = w1.fma(x, s51);
    }
    s00.intoArray(scratch, tileAt);
    s01.intoArray(scratch, tileAt + N);
    s10.intoArray(scratch, tileAt + PANEL);
    s11.intoArray(scratch, tileAt + PANEL + N);
    s20.intoArray(scratch, tileAt + 2 * PANEL);
    s21.intoArray(scratch, tileAt + 2 * PANEL + N);
    s30.intoArray(scratch, tileAt + 3 * PANEL);
    s31.intoArray(scratch, tileAt + 3 * PANEL + N);
    s40.intoArray(scratch, tileAt + 4 * PANEL);
    s41.intoArray(scratch, tileAt + 4 * PANEL + N);
    s50.intoArray(scratch, tileAt + 5 * PANEL);
    s51.intoArray(scratch, tileAt + 5 * PANEL + N);
  }

  /** For 512 bits. */
  private static void twelve(
      float[] scratch, int panelAt, float[] packed, int xAt, int steps, int tileAt) {
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
    FloatVector s50 = s00;
    FloatVector s51 = s00;
    FloatVector s60 = s00;
    FloatVector s61 = s00;
    FloatVector s70 = s00;
    FloatVector s71 = s00;
    FloatVector s80 = s00;
    FloatVector s81 = s00;
    FloatVector s90 = s00;
    FloatVector s91 = s00;
    FloatVector sa0 = s00;
    FloatVector sa1 = s00;
    FloatVector sb0 = s00;
    FloatVector sb1 = s00;
    int at = xAt;
    for (int w = panelAt; w < panelAt + steps * PANEL; w += PANEL, at += 12) {
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
      x = FloatVector.broadcast(FLOAT, packed[at + 5]);
      s50 = w0.fma(x, s50);
      s51 = w1.fma(x, s51);
      x = FloatVector.broadcast(FLOAT, packed[at + 6]);
      s60 = w0.fma(x, s60);
      s61 = w1.fma(x, s61);
      x = FloatVector.broadcast(FLOAT, packed[at + 7]);
      s70 = w0.fma(x, s70);
      s71 = w1.fma(x, s71);
      x = FloatVector.broadcast(FLOAT, packed[at + 8]);
      s80 = w0.fma(x, s80);
      s81 = w1.fma(x, s81);
      x = FloatVector.broadcast(FLOAT, packed[at + 9]);
      s90 = w0.fma(x, s90);
      s91 = w1.fma(x, s91);
      x = FloatVector.broadcast(FLOAT, packed[at + 10]);
      sa0 = w0.fma(x, sa0);
      sa1 = w1.fma(x, sa1);
      x = FloatVector.broadcast(FLOAT, packed[at + 11]);
      sb0 = w0.fma(x, sb0);
      sb1 = w1.fma(x, sb1);
    }
    s00.intoArray(scratch, tileAt);
    s01.intoArray(scratch, tileAt + N);
    s10.intoArray(scratch, tileAt + PANEL);
    s11.intoArray(scratch, tileAt + PANEL + N);
    s20.intoArray(scratch, tileAt + 2 * PANEL);
    s21.intoArray(scratch, tileAt + 2 * PANEL + N);
    s30.intoArray(scratch, tileAt + 3 * PANEL);
    s31.intoArray(scratch, tileAt + 3 * PANEL + N);
    s40.intoArray(scratch, tileAt + 4 * PANEL);
    s41.intoArray(scratch, tileAt + 4 * PANEL + N);
    s50.intoArray(scratch, tileAt + 5 * PANEL);
    s51.intoArray(scratch, tileAt + 5 * PANEL + N);
    s60.intoArray(scratch, tileAt + 6 * PANEL);
    s61.intoArray(scratch, tileAt + 6 * PANEL + N);
    s70.intoArray(scratch, tileAt + 7 * PANEL);
    s71.intoArray(scratch, tileAt + 7 * PANEL + N);
    s80.intoArray(scratch, tileAt + 8 * PANEL);
    s81.intoArray(scratch, tileAt + 8 * PANEL + N);
    s90.intoArray(scratch, tileAt + 9 * PANEL);
    s91.intoArray(scratch, tileAt + 9 * PANEL + N);
    sa0.intoArray(scratch, tileAt + 10 * PANEL);
    sa1.intoArray(scratch, tileAt + 10 * PANEL + N);
    sb0.intoArray(scratch, tileAt + 11 * PANEL);
    sb1.intoArray(scratch, tileAt + 11 * PANEL + N);
  }
}
