package io.hunyuan4j.kernels.vector;

import static io.hunyuan4j.kernels.vector.Lanes.FLOAT;
import static io.hunyuan4j.kernels.vector.Lanes.N;

import io.hunyuan4j.kernels.FloatMatrix;
import io.hunyuan4j.kernels.KvView;
import io.hunyuan4j.kernels.scalar.Exp;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** Everything with an exponential: SiLU, softmax, and the softmax piece that attention uses. */
final class Activations {
  private static final int KEYS = KvView.BLOCK_TOKENS;

  private Activations() {}

  /** The steps of {@link Exp#exp}. */
  private static FloatVector exp(FloatVector x) {
    FloatVector rounder = FloatVector.broadcast(FLOAT, Exp.ROUNDER);
    FloatVector rounded = x.fma(FloatVector.broadcast(FLOAT, Exp.LOG2_E), rounder);
    FloatVector n = rounded.sub(rounder);
    FloatVector r = n.fma(FloatVector.broadcast(FLOAT, -Exp.LN2_HIGH), x);
    r = n.fma(FloatVector.broadcast(FLOAT, -Exp.LN2_LOW), r);
    FloatVector p =
        FloatVector.broadcast(FLOAT, Exp.P5).fma(r, FloatVector.broadcast(FLOAT, Exp.P4));
    p = p.fma(r, FloatVector.broadcast(FLOAT, Exp.P3));
    p = p.fma(r, FloatVector.broadcast(FLOAT, Exp.P2));
    p = p.fma(r, FloatVector.broadcast(FLOAT, Exp.P1));
    p = p.fma(r, FloatVector.broadcast(FLOAT, Exp.P0));
    p = p.fma(r.mul(r), r).add(1f);
    FloatVector twoToN =
        rounded
            .reinterpretAsInts()
            .lanewise(VectorOperators.LSHL, 23)
            .add(Exp.ONE_BITS)
            .reinterpretAsFloats();
    return p.mul(twoToN)
        .blend(0f, x.compare(VectorOperators.LT, Exp.LOWEST))
        .blend(Float.POSITIVE_INFINITY, x.compare(VectorOperators.GT, Exp.HIGHEST));
  }

  static void siluMultiply(FloatMatrix out, FloatMatrix gate, FloatMatrix up, int row) {
    int n = out.cols();
    float[] o = out.data();
    float[] g = gate.data();
    float[] u = up.data();
    int outAt = out.rowOffset(row);
    int gateAt = gate.rowOffset(row);
    int upAt = up.rowOffset(row);
    int i = 0;
    for (; i + N <= n; i += N) {
      FloatVector x = FloatVector.fromArray(FLOAT, g, gateAt + i);
      FloatVector silu = x.div(exp(x.neg()).add(1f));
      silu.mul(FloatVector.fromArray(FLOAT, u, upAt + i)).intoArray(o, outAt + i);
    }
    for (; i < n; i++) {
      o[outAt + i] = g[gateAt + i] / (1f + Exp.exp(-g[gateAt + i])) * u[upAt + i];
    }
  }

  /** Room for {@link #softmax} of {@code n} columns: padded, and sixteen sums. */
  static int softmaxScratchLength(int n) {
    return (n + 15 & -16) + 16;
  }

  static void softmax(FloatMatrix out, FloatMatrix x, int row, float[] scratch) {
    int n = x.cols();
    int padded = (n + 15) & -16;
    System.arraycopy(x.data(), x.rowOffset(row), scratch, 0, n);
    Arrays.fill(scratch, n, padded, Float.NEGATIVE_INFINITY);
    exponentials(scratch, padded);
    float sum = sum(scratch, padded);
    int at = out.rowOffset(row);
    int i = 0;
    for (; i + N <= n; i += N) {
      FloatVector.fromArray(FLOAT, scratch, i).div(sum).intoArray(out.data(), at + i);
    }
    for (; i < n; i++) {
      out.data()[at + i] = scratch[i] / sum;
    }
  }

  /**
   * Replaces x by {@code exp(x − max)} and returns the maximum; {@code n} is a multiple of 16,
   * padded with −∞.
   */
  static float exponentials(float[] x, int n) {
    FloatVector largest = FloatVector.broadcast(FLOAT, Float.NEGATIVE_INFINITY);
    for (int i = 0; i < n; i += N) {
      largest = largest.max(FloatVector.fromArray(FLOAT, x, i));
    }
    float max = largest.reduceLanes(VectorOperators.MAX);
    for (int i = 0; i < n; i += N) {
      exp(FloatVector.fromArray(FLOAT, x, i).sub(max)).intoArray(x, i);
    }
    return max;
  }

  /**
   * Sixteen-sum of numbers that are not negative; {@code n} is a multiple of 16, padded with 0, and
   * x has room for the sums behind them.
   */
  private static float sum(float[] x, int n) {
    for (int j = 0; j < 16; j += N) {
      FloatVector sum = FloatVector.zero(FLOAT);
      for (int i = j; i < n; i += 16) {
        sum = sum.add(FloatVector.fromArray(FLOAT, x, i));
      }
      sum.intoArray(x, n + j);
    }
    return Tree.sum(x, n);
  }

  /** Takes the scores from {@code n} on of the 64 at {@code at} out of a softmax. */
  static void hide(float[] s, int at, int n) {
    Arrays.fill(s, at + n, at + KEYS, Float.NEGATIVE_INFINITY);
  }

  /**
   * The softmax pieces of the rows {@code first … end} and one block: 64 scores become {@code exp(s
   * − max)}; leaves their maxima and their sixteen-sums.
   *
   * <p>One loop after the other, so that the processor works on several rows at once. A maximum may
   * miss a NaN; the sum does not.
   *
   * @param sums room for sixteen sums
   */
  static void blockWeights(
      float[] s, int weights, int first, int end, int maxAt, int sumAt, int sums) {
    for (int row = first; row < end; row++) {
      int at = weights + row * KEYS;
      FloatVector largest = FloatVector.fromArray(FLOAT, s, at);
      for (int i = N; i < KEYS; i += N) {
        FloatVector v = FloatVector.fromArray(FLOAT, s, at + i);
        largest = largest.blend(v, v.compare(VectorOperators.GT, largest));
      }
      s[maxAt + row] = largest.reduceLanes(VectorOperators.MAX);
    }
    for (int row = first; row < end; row++) {
      FloatVector max = FloatVector.broadcast(FLOAT, s[maxAt + row]);
      int at = weights + row * KEYS;
      for (int i = at; i < at + KEYS; i += N) {
        exp(FloatVector.fromArray(FLOAT, s, i).sub(max)).intoArray(s, i);
      }
    }
    for (int row = first; row < end; row++) {
      int at = weights + row * KEYS;
      for (int j = 0; j < 16; j += N) {
        FloatVector sum = FloatVector.fromArray(FLOAT, s, at + j);
        for (int i = j + 16; i < KEYS; i += 16) {
          sum = sum.add(FloatVector.fromArray(FLOAT, s, at + i));
        }
        sum.intoArray(s, sums + j);
      }
      s[sumAt + row] = Tree.sum(s, sums);
    }
  }

  /**
   * The factors with which the rows {@code first … end} merge a block, and their new maxima and
   * sums; every operand is the index of row 0. May write up to a vector past the end.
   */
  static void mergeFactors(
      float[] s,
      int first,
      int end,
      int blockMax,
      int blockSum,
      int max,
      int sum,
      int alpha,
      int beta) {
    for (int row = first; row < end; row += N) {
      FloatVector before = FloatVector.fromArray(FLOAT, s, max + row);
      FloatVector added = FloatVector.fromArray(FLOAT, s, blockMax + row);
      FloatVector after = before.max(added);
      FloatVector a = exp(before.sub(after));
      FloatVector b = exp(added.sub(after));
      after.intoArray(s, max + row);
      a.intoArray(s, alpha + row);
      b.intoArray(s, beta + row);
      FloatVector.fromArray(FLOAT, s, sum + row)
          .fma(a, FloatVector.fromArray(FLOAT, s, blockSum + row).mul(b))
          .intoArray(s, sum + row);
    }
  }
}
