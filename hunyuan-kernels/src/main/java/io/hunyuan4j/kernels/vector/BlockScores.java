package io.hunyuan4j.kernels.vector;

import static io.hunyuan4j.kernels.vector.Lanes.FLOAT;
import static io.hunyuan4j.kernels.vector.Lanes.N;
import static io.hunyuan4j.kernels.vector.Lanes.PANEL;

import io.hunyuan4j.kernels.KvView;
import io.hunyuan4j.kernels.scalar.SixteenSums;
import jdk.incubator.vector.FloatVector;

/**
 * Scores of some queries with a panel of keys: outer products, vectorised across keys.
 *
 * <p>As in {@link Panels}, the sixteen running sums come one after the other, each a chain of
 * {@code fma} in ascending k, and finished ones are added by the tree as a binary counter carries.
 */
final class BlockScores {
  private static final int KEYS = KvView.BLOCK_TOKENS;

  /** One running sum of four queries and a panel. */
  private static final int FOUR_SUMS = 4 * PANEL;

  private BlockScores() {}

  /** Room for all sixteen sums of four queries, or for those of six that wait for their partner. */
  static int sumsLength() {
    return 16 * FOUR_SUMS;
  }

  /**
   * {@code s[outAt + 64 m + i] = (query_m · key_i) · scale} for six queries and the keys of a
   * panel. Queries are packed as {@code [k in the order of the sums][query]}, keys as {@code [k in
   * that order][key]}.
   */
  static void scoresOfSix(
      float[] s, int panelAt, int queryAt, int dim, int sumsAt, float scale, int outAt) {
    int w = panelAt;
    int q = queryAt;
    int top = sumsAt;
    for (int index = 0; index < 16; index++) {
      int steps = SixteenSums.steps(dim, index);
      int carries = Integer.numberOfTrailingZeros(~index);
      chainOfSix(s, w, w + steps * PANEL, q, carries, top);
      w += steps * PANEL;
      q += steps * 6;
      top += (1 - carries) * 6 * PANEL;
    }
    for (int m = 0; m < 6; m++) {
      for (int i = 0; i < PANEL; i += N) {
        FloatVector.fromArray(FLOAT, s, sumsAt + m * PANEL + i)
            .mul(scale)
            .intoArray(s, outAt + m * KEYS + i);
      }
    }
  }

  /**
   * One running sum of six queries and a panel, to {@code to}; then {@code carries} finished ones
   * that wait before it are added. A method of its own: inside the loop over the sums C2 runs out
   * of registers.
   */
  private static void chainOfSix(
      float[] s, int panelAt, int panelEnd, int queryAt, int carries, int to) {
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
    int q = queryAt;
    for (int w = panelAt; w < panelEnd; w += PANEL, q += 6) {
      FloatVector w0 = FloatVector.fromArray(FLOAT, s, w);
      FloatVector w1 = FloatVector.fromArray(FLOAT, s, w + N);
      FloatVector x = FloatVector.broadcast(FLOAT, s[q]);
      s00 = w0.fma(x, s00);
      s01 = w1.fma(x, s01);
      x = FloatVector.broadcast(FLOAT, s[q + 1]);
      s10 = w0.fma(x, s10);
      s11 = w1.fma(x, s11);
      x = FloatVector.broadcast(FLOAT, s[q + 2]);
      s20 = w0.fma(x, s20);
      s21 = w1.fma(x, s21);
      x = FloatVector.broadcast(FLOAT, s[q + 3]);
      s30 = w0.fma(x, s30);
      s31 = w1.fma(x, s31);
      x = FloatVector.broadcast(FLOAT, s[q + 4]);
      s40 = w0.fma(x, s40);
      s41 = w1.fma(x, s41);
      x = FloatVector.broadcast(FLOAT, s[q + 5]);
      s50 = w0.fma(x, s50);
      s51 = w1.fma(x, s51);
    }
    int at = to;
    for (int carry = 0; carry < carries; carry++) {
      at -= 6 * PANEL;
      s00 = FloatVector.fromArray(FLOAT, s, at).add(s00);
      s01 = FloatVector.fromArray(FLOAT, s, at + N).add(s01);
      s10 = FloatVector.fromArray(FLOAT, s, at + 2 * N).add(s10);
      s11 = FloatVector.fromArray(FLOAT, s, at + 3 * N).add(s11);
      s20 = FloatVector.fromArray(FLOAT, s, at + 4 * N).add(s20);
      s21 = FloatVector.fromArray(FLOAT, s, at + 5 * N).add(s21);
      s30 = FloatVector.fromArray(FLOAT, s, at + 6 * N).add(s30);
      s31 = FloatVector.fromArray(FLOAT, s, at + 7 * N).add(s31);
      s40 = FloatVector.fromArray(FLOAT, s, at + 8 * N).add(s40);
      s41 = FloatVector.fromArray(FLOAT, s, at + 9 * N).add(s41);
      s50 = FloatVector.fromArray(FLOAT, s, at + 10 * N).add(s50);
      s51 = FloatVector.fromArray(FLOAT, s, at + 11 * N).add(s51);
    }
    s00.intoArray(s, at);
    s01.intoArray(s, at + N);
    s10.intoArray(s, at + 2 * N);
    s11.intoArray(s, at + 3 * N);
    s20.intoArray(s, at + 4 * N);
    s21.intoArray(s, at + 5 * N);
    s30.intoArray(s, at + 6 * N);
    s31.intoArray(s, at + 7 * N);
    s40.intoArray(s, at + 8 * N);
    s41.intoArray(s, at + 9 * N);
    s50.intoArray(s, at + 10 * N);
    s51.intoArray(s, at + 11 * N);
  }

  /**
   * Adds the sixteen sums of four queries and a panel, which lie in the order in which they were
   * made, by the tree, and scales them to scores.
   */
  static void addSumsOfFour(float[] s, int sumsAt, float scale, int outAt) {
    for (int i = 0; i < FOUR_SUMS; i += N) {
      int at = sumsAt + i;
      FloatVector a =
          FloatVector.fromArray(FLOAT, s, at).add(FloatVector.fromArray(FLOAT, s, at + FOUR_SUMS));
      FloatVector b =
          FloatVector.fromArray(FLOAT, s, at + 2 * FOUR_SUMS)
              .add(FloatVector.fromArray(FLOAT, s, at + 3 * FOUR_SUMS));
      FloatVector c = a.add(b);
      a =
          FloatVector.fromArray(FLOAT, s, at + 4 * FOUR_SUMS)
              .add(FloatVector.fromArray(FLOAT, s, at + 5 * FOUR_SUMS));
      b =
          FloatVector.fromArray(FLOAT, s, at + 6 * FOUR_SUMS)
              .add(FloatVector.fromArray(FLOAT, s, at + 7 * FOUR_SUMS));
      c = c.add(a.add(b));
      a =
          FloatVector.fromArray(FLOAT, s, at + 8 * FOUR_SUMS)
              .add(FloatVector.fromArray(FLOAT, s, at + 9 * FOUR_SUMS));
      b =
          FloatVector.fromArray(FLOAT, s, at + 10 * FOUR_SUMS)
              .add(FloatVector.fromArray(FLOAT, s, at + 11 * FOUR_SUMS));
      FloatVector d = a.add(b);
      a =
          FloatVector.fromArray(FLOAT, s, at + 12 * FOUR_SUMS)
              .add(FloatVector.fromArray(FLOAT, s, at + 13 * FOUR_SUMS));
      b =
          FloatVector.fromArray(FLOAT, s, at + 14 * FOUR_SUMS)
              .add(FloatVector.fromArray(FLOAT, s, at + 15 * FOUR_SUMS));
      d = d.add(a.add(b));
      c.add(d).mul(scale).intoArray(s, outAt + i / PANEL * KEYS + i % PANEL);
    }
  }
}
