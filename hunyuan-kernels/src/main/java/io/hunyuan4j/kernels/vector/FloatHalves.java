package io.hunyuan4j.kernels.vector;

import static io.hunyuan4j.kernels.vector.Lanes.FLOAT;
import static io.hunyuan4j.kernels.vector.Lanes.N;

import jdk.incubator.vector.FloatVector;

/**
 * Tiles of {@link RowTiles} with decoded weights, in the order of {@link Pairs}, like {@link
 * Bf16Halves}; all in {@code s} but x.
 */
final class FloatHalves {
  private FloatHalves() {}

  /** Two floats of weights are as many floats of packed x, as a power of two. */
  private static int shift() {
    return (N == 8 ? 2 : 1) * Lanes.ONE[0];
  }

  /** The even columns, or the odd ones, and a group of four rows of x. */
  static void four(float[] s, int weights, int distance, int length, float[] x, int xAt, int at) {
    int shift = shift();
    FloatVector s00 = FloatVector.zero(FLOAT);
    FloatVector s01 = FloatVector.zero(FLOAT);
    FloatVector s02 = FloatVector.zero(FLOAT);
    FloatVector s03 = FloatVector.zero(FLOAT);
    FloatVector s10 = FloatVector.zero(FLOAT);
    FloatVector s11 = FloatVector.zero(FLOAT);
    FloatVector s12 = FloatVector.zero(FLOAT);
    FloatVector s13 = FloatVector.zero(FLOAT);
    for (int i = 0; i < length; i += 4 * N) {
      int from = weights + (2 * i >> shift);
      FloatVector w0 = FloatVector.fromArray(FLOAT, s, from);
      FloatVector w1 = FloatVector.fromArray(FLOAT, s, from + distance);
      FloatVector v = FloatVector.fromArray(FLOAT, x, xAt + i);
      s00 = w0.fma(v, s00);
      s10 = w1.fma(v, s10);
      v = FloatVector.fromArray(FLOAT, x, xAt + i + N);
      s01 = w0.fma(v, s01);
      s11 = w1.fma(v, s11);
      v = FloatVector.fromArray(FLOAT, x, xAt + i + 2 * N);
      s02 = w0.fma(v, s02);
      s12 = w1.fma(v, s12);
      v = FloatVector.fromArray(FLOAT, x, xAt + i + 3 * N);
      s03 = w0.fma(v, s03);
      s13 = w1.fma(v, s13);
    }
    s00.intoArray(s, at);
    s01.intoArray(s, at + N);
    s02.intoArray(s, at + 2 * N);
    s03.intoArray(s, at + 3 * N);
    s10.intoArray(s, at + 4 * N);
    s11.intoArray(s, at + 5 * N);
    s12.intoArray(s, at + 6 * N);
    s13.intoArray(s, at + 7 * N);
  }

  /** Both, and a group of two rows of x. */
  static void two(float[] s, int weights, int distance, int length, float[] x, int xAt, int at) {
    int shift = shift();
    FloatVector e00 = FloatVector.zero(FLOAT);
    FloatVector e01 = FloatVector.zero(FLOAT);
    FloatVector e10 = FloatVector.zero(FLOAT);
    FloatVector e11 = FloatVector.zero(FLOAT);
    FloatVector o00 = FloatVector.zero(FLOAT);
    FloatVector o01 = FloatVector.zero(FLOAT);
    FloatVector o10 = FloatVector.zero(FLOAT);
    FloatVector o11 = FloatVector.zero(FLOAT);
    for (int i = 0; i < length; i += 4 * N) {
      int from = weights + (2 * i >> shift);
      FloatVector xe0 = FloatVector.fromArray(FLOAT, x, xAt + i);
      FloatVector xe1 = FloatVector.fromArray(FLOAT, x, xAt + i + N);
      FloatVector xo0 = FloatVector.fromArray(FLOAT, x, xAt + i + 2 * N);
      FloatVector xo1 = FloatVector.fromArray(FLOAT, x, xAt + i + 3 * N);
      FloatVector even = FloatVector.fromArray(FLOAT, s, from);
      FloatVector odd = FloatVector.fromArray(FLOAT, s, from + N);
      e00 = even.fma(xe0, e00);
      e01 = even.fma(xe1, e01);
      o00 = odd.fma(xo0, o00);
      o01 = odd.fma(xo1, o01);
      even = FloatVector.fromArray(FLOAT, s, from + distance);
      odd = FloatVector.fromArray(FLOAT, s, from + distance + N);
      e10 = even.fma(xe0, e10);
      e11 = even.fma(xe1, e11);
      o10 = odd.fma(xo0, o10);
      o11 = odd.fma(xo1, o11);
    }
    e00.intoArray(s, at);
    e01.intoArray(s, at + N);
    e10.intoArray(s, at + 2 * N);
    e11.intoArray(s, at + 3 * N);
    o00.intoArray(s, at + 4 * N);
    o01.intoArray(s, at + 5 * N);
    o10.intoArray(s, at + 6 * N);
    o11.intoArray(s, at + 7 * N);
  }
}
