package io.hunyuan4j.kernels.vector;

import static io.hunyuan4j.kernels.vector.Lanes.FLOAT;
import static io.hunyuan4j.kernels.vector.Lanes.N;

import io.hunyuan4j.kernels.scalar.ScalarKernels;
import io.hunyuan4j.kernels.scalar.SixteenSums;
import jdk.incubator.vector.FloatVector;

/** Norm, rotation and sums on spans of arrays. */
final class Elementwise {
  private Elementwise() {}

  static void rmsNorm(
      float[] out, int outAt, float[] x, int xAt, float[] weight, float eps, float[] sums) {
    int n = weight.length;
    int whole = n & -16;
    for (int j = 0; j < 16; j += N) {
      FloatVector sum = FloatVector.zero(FLOAT);
      for (int k = j; k < whole; k += 16) {
        FloatVector v = FloatVector.fromArray(FLOAT, x, xAt + k);
        sum = v.fma(v, sum);
      }
      sum.intoArray(sums, j);
    }
    SixteenSums.addProducts(sums, 0, x, xAt, x, xAt, whole, n);
    float factor = ScalarKernels.inverseRms(Tree.sum(sums, 0), n, eps);
    int i = 0;
    for (; i + N <= n; i += N) {
      FloatVector.fromArray(FLOAT, x, xAt + i)
          .mul(factor)
          .mul(FloatVector.fromArray(FLOAT, weight, i))
          .intoArray(out, outAt + i);
    }
    for (; i < n; i++) {
      out[outAt + i] = x[xAt + i] * factor * weight[i];
    }
  }

  static void rotate(float[] x, int at, float[] cos, int cosAt, float[] sin, int sinAt, int half) {
    int i = 0;
    for (; i + N <= half; i += N) {
      FloatVector a = FloatVector.fromArray(FLOAT, x, at + i);
      FloatVector b = FloatVector.fromArray(FLOAT, x, at + half + i);
      FloatVector c = FloatVector.fromArray(FLOAT, cos, cosAt + i);
      FloatVector s = FloatVector.fromArray(FLOAT, sin, sinAt + i);
      a.fma(c, b.mul(s).neg()).intoArray(x, at + i);
      b.fma(c, a.mul(s)).intoArray(x, at + half + i);
    }
    for (; i < half; i++) {
      float a = x[at + i];
      float b = x[at + half + i];
      float c = cos[cosAt + i];
      float s = sin[sinAt + i];
      x[at + i] = Math.fma(a, c, -(b * s));
      x[at + half + i] = Math.fma(b, c, a * s);
    }
  }

  static void add(float[] x, int xAt, float[] y, int yAt, int n) {
    int i = 0;
    for (; i + N <= n; i += N) {
      FloatVector.fromArray(FLOAT, x, xAt + i)
          .add(FloatVector.fromArray(FLOAT, y, yAt + i))
          .intoArray(x, xAt + i);
    }
    for (; i < n; i++) {
      x[xAt + i] += y[yAt + i];
    }
  }

  /** {@code x ← fma(weight, y, x)}. */
  static void addWeighted(float[] x, int xAt, float[] y, int yAt, int n, float weight) {
    FloatVector w = FloatVector.broadcast(FLOAT, weight);
    int i = 0;
    for (; i + N <= n; i += N) {
      w.fma(FloatVector.fromArray(FLOAT, y, yAt + i), FloatVector.fromArray(FLOAT, x, xAt + i))
          .intoArray(x, xAt + i);
    }
    for (; i < n; i++) {
      x[xAt + i] = Math.fma(weight, y[yAt + i], x[xAt + i]);
    }
  }

  /**
   * {@code x ← fma(x, alpha, y · beta)} on {@code n} of both: the merge of two attention blocks.
   */
  static void merge(float[] x, int xAt, float alpha, float[] y, int yAt, float beta, int n) {
    FloatVector a = FloatVector.broadcast(FLOAT, alpha);
    int i = 0;
    for (; i + N <= n; i += N) {
      FloatVector.fromArray(FLOAT, x, xAt + i)
          .fma(a, FloatVector.fromArray(FLOAT, y, yAt + i).mul(beta))
          .intoArray(x, xAt + i);
    }
    for (; i < n; i++) {
      x[xAt + i] = Math.fma(x[xAt + i], alpha, y[yAt + i] * beta);
    }
  }

  /** {@code out ← x · factor} on {@code n} of both. */
  static void multiply(float[] out, int outAt, float[] x, int xAt, float factor, int n) {
    int i = 0;
    for (; i + N <= n; i += N) {
      FloatVector.fromArray(FLOAT, x, xAt + i).mul(factor).intoArray(out, outAt + i);
    }
    for (; i < n; i++) {
      out[outAt + i] = x[xAt + i] * factor;
    }
  }
}
