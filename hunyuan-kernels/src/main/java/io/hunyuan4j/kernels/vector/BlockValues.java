package io.hunyuan4j.kernels.vector;

import static io.hunyuan4j.kernels.vector.Lanes.FLOAT;
import static io.hunyuan4j.kernels.vector.Lanes.N;
import static io.hunyuan4j.kernels.vector.Lanes.PANEL;

import io.hunyuan4j.kernels.KvView;
import jdk.incubator.vector.FloatVector;

/**
 * Weighted sums of the values of a block: outer products, vectorised across the numbers of a head.
 */
final class BlockValues {
  private static final int KEYS = KvView.BLOCK_TOKENS;

  private BlockValues() {}

  /**
   * {@code out[outAt + stride · m + d] = Σ_i s[weightsAt + 64 m + i] · value_i[d]}, key by key, for
   * the numbers of a panel, the first {@code keys} values and six queries.
   */
  static void valuesOfSix(
      float[] s, int panelAt, int weightsAt, int keys, float[] out, int outAt, int stride) {
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
    int e = weightsAt;
    for (int w = panelAt; w < panelAt + keys * PANEL; w += PANEL, e++) {
      FloatVector w0 = FloatVector.fromArray(FLOAT, s, w);
      FloatVector w1 = FloatVector.fromArray(FLOAT, s, w + N);
      FloatVector x = FloatVector.broadcast(FLOAT, s[e]);
      s00 = w0.fma(x, s00);
      s01 = w1.fma(x, s01);
      x = FloatVector.broadcast(FLOAT, s[e + KEYS]);
      s10 = w0.fma(x, s10);
      s11 = w1.fma(x, s11);
      x = FloatVector.broadcast(FLOAT, s[e + 2 * KEYS]);
      s20 = w0.fma(x, s20);
      s21 = w1.fma(x, s21);
      x = FloatVector.broadcast(FLOAT, s[e + 3 * KEYS]);
      s30 = w0.fma(x, s30);
      s31 = w1.fma(x, s31);
      x = FloatVector.broadcast(FLOAT, s[e + 4 * KEYS]);
      s40 = w0.fma(x, s40);
      s41 = w1.fma(x, s41);
      x = FloatVector.broadcast(FLOAT, s[e + 5 * KEYS]);
      s50 = w0.fma(x, s50);
      s51 = w1.fma(x, s51);
    }
    s00.intoArray(out, outAt);
    s01.intoArray(out, outAt + N);
    s10.intoArray(out, outAt + stride);
    s11.intoArray(out, outAt + stride + N);
    s20.intoArray(out, outAt + 2 * stride);
    s21.intoArray(out, outAt + 2 * stride + N);
    s30.intoArray(out, outAt + 3 * stride);
    s31.intoArray(out, outAt + 3 * stride + N);
    s40.intoArray(out, outAt + 4 * stride);
    s41.intoArray(out, outAt + 4 * stride + N);
    s50.intoArray(out, outAt + 5 * stride);
    s51.intoArray(out, outAt + 5 * stride + N);
  }

  /** The same for four queries. */
  static void valuesOfFour(
      float[] s, int panelAt, int weightsAt, int keys, float[] out, int outAt, int stride) {
    FloatVector s00 = FloatVector.zero(FLOAT);
    FloatVector s01 = s00;
    FloatVector s10 = s00;
    FloatVector s11 = s00;
    FloatVector s20 = s00;
    FloatVector s21 = s00;
    FloatVector s30 = s00;
    FloatVector s31 = s00;
    int e = weightsAt;
    for (int w = panelAt; w < panelAt + keys * PANEL; w += PANEL, e++) {
      FloatVector w0 = FloatVector.fromArray(FLOAT, s, w);
      FloatVector w1 = FloatVector.fromArray(FLOAT, s, w + N);
      FloatVector x = FloatVector.broadcast(FLOAT, s[e]);
      s00 = w0.fma(x, s00);
      s01 = w1.fma(x, s01);
      x = FloatVector.broadcast(FLOAT, s[e + KEYS]);
      s10 = w0.fma(x, s10);
      s11 = w1.fma(x, s11);
      x = FloatVector.broadcast(FLOAT, s[e + 2 * KEYS]);
      s20 = w0.fma(x, s20);
      s21 = w1.fma(x, s21);
      x = FloatVector.broadcast(FLOAT, s[e + 3 * KEYS]);
      s30 = w0.fma(x, s30);
      s31 = w1.fma(x, s31);
    }
    s00.intoArray(out, outAt);
    s01.intoArray(out, outAt + N);
    s10.intoArray(out, outAt + stride);
    s11.intoArray(out, outAt + stride + N);
    s20.intoArray(out, outAt + 2 * stride);
    s21.intoArray(out, outAt + 2 * stride + N);
    s30.intoArray(out, outAt + 3 * stride);
    s31.intoArray(out, outAt + 3 * stride + N);
  }

  /**
   * All values of a block for six queries, merged with what stands at {@code outAt}: {@code o ←
   * fma(o, α_m, sum · β_m)}.
   */
  static void mergeValuesOfSix(
      float[] s, int panelAt, int weightsAt, int alphaAt, int betaAt, int outAt, int stride) {
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
    int e = weightsAt;
    for (int w = panelAt; w < panelAt + KEYS * PANEL; w += PANEL, e++) {
      FloatVector w0 = FloatVector.fromArray(FLOAT, s, w);
      FloatVector w1 = FloatVector.fromArray(FLOAT, s, w + N);
      FloatVector x = FloatVector.broadcast(FLOAT, s[e]);
      s00 = w0.fma(x, s00);
      s01 = w1.fma(x, s01);
      x = FloatVector.broadcast(FLOAT, s[e + KEYS]);
      s10 = w0.fma(x, s10);
      s11 = w1.fma(x, s11);
      x = FloatVector.broadcast(FLOAT, s[e + 2 * KEYS]);
      s20 = w0.fma(x, s20);
      s21 = w1.fma(x, s21);
      x = FloatVector.broadcast(FLOAT, s[e + 3 * KEYS]);
      s30 = w0.fma(x, s30);
      s31 = w1.fma(x, s31);
      x = FloatVector.broadcast(FLOAT, s[e + 4 * KEYS]);
      s40 = w0.fma(x, s40);
      s41 = w1.fma(x, s41);
      x = FloatVector.broadcast(FLOAT, s[e + 5 * KEYS]);
      s50 = w0.fma(x, s50);
      s51 = w1.fma(x, s51);
    }
    int at = outAt;
    FloatVector a = FloatVector.broadcast(FLOAT, s[alphaAt]);
    FloatVector b = FloatVector.broadcast(FLOAT, s[betaAt]);
    FloatVector.fromArray(FLOAT, s, at).fma(a, s00.mul(b)).intoArray(s, at);
    FloatVector.fromArray(FLOAT, s, at + N).fma(a, s01.mul(b)).intoArray(s, at + N);
    at += stride;
    a = FloatVector.broadcast(FLOAT, s[alphaAt + 1]);
    b = FloatVector.broadcast(FLOAT, s[betaAt + 1]);
    FloatVector.fromArray(FLOAT, s, at).fma(a, s10.mul(b)).intoArray(s, at);
    FloatVector.fromArray(FLOAT, s, at + N).fma(a, s11.mul(b)).intoArray(s, at + N);
    at += stride;
    a = FloatVector.broadcast(FLOAT, s[alphaAt + 2]);
    b = FloatVector.broadcast(FLOAT, s[betaAt + 2]);
    FloatVector.fromArray(FLOAT, s, at).fma(a, s20.mul(b)).intoArray(s, at);
    FloatVector.fromArray(FLOAT, s, at + N).fma(a, s21.mul(b)).intoArray(s, at + N);
    at += stride;
    a = FloatVector.broadcast(FLOAT, s[alphaAt + 3]);
    b = FloatVector.broadcast(FLOAT, s[betaAt + 3]);
    FloatVector.fromArray(FLOAT, s, at).fma(a, s30.mul(b)).intoArray(s, at);
    FloatVector.fromArray(FLOAT, s, at + N).fma(a, s31.mul(b)).intoArray(s, at + N);
    at += stride;
    a = FloatVector.broadcast(FLOAT, s[alphaAt + 4]);
    b = FloatVector.broadcast(FLOAT, s[betaAt + 4]);
    FloatVector.fromArray(FLOAT, s, at).fma(a, s40.mul(b)).intoArray(s, at);
    FloatVector.fromArray(FLOAT, s, at + N).fma(a, s41.mul(b)).intoArray(s, at + N);
    at += stride;
    a = FloatVector.broadcast(FLOAT, s[alphaAt + 5]);
    b = FloatVector.broadcast(FLOAT, s[betaAt + 5]);
    FloatVector.fromArray(FLOAT, s, at).fma(a, s50.mul(b)).intoArray(s, at);
    FloatVector.fromArray(FLOAT, s, at + N).fma(a, s51.mul(b)).intoArray(s, at + N);
  }

  /**
   * Continues the sums of one query and one panel with the values {@code from … to}: those that
   * queries before it do not see.
   */
  static void addValues(
      float[] s, int panelAt, int weightsAt, int from, int to, float[] out, int outAt) {
    FloatVector s0 = FloatVector.fromArray(FLOAT, out, outAt);
    FloatVector s1 = FloatVector.fromArray(FLOAT, out, outAt + N);
    for (int i = from; i < to; i++) {
      FloatVector x = FloatVector.broadcast(FLOAT, s[weightsAt + i]);
      s0 = x.fma(FloatVector.fromArray(FLOAT, s, panelAt + i * PANEL), s0);
      s1 = x.fma(FloatVector.fromArray(FLOAT, s, panelAt + i * PANEL + N), s1);
    }
    s0.intoArray(out, outAt);
    s1.intoArray(out, outAt + N);
  }
}
