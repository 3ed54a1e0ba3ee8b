package io.hunyuan4j.kernels.vector;

import static io.hunyuan4j.kernels.vector.Lanes.FLOAT;
import static io.hunyuan4j.kernels.vector.Lanes.N;

import jdk.incubator.vector.FloatVector;

/** Parts of tiles of {@link RowTiles} with decoded weights, like {@link Bf16Halves}. */
final class FloatHalves {
  private FloatHalves() {}

  /**
   * See {@link Bf16Halves#sums}; all in {@code s} but x, and weights in the order of {@link Pairs}.
   *
   * @param distance floats from row to row
   */
  static void sums(
      float[] s, int weights, int distance, int length, float[] x, int xAt, int groupRows, int at) {
    int n = length / 16 * groupRows * N;
    int shift = Integer.numberOfTrailingZeros(groupRows * N / 8);
    if (groupRows == 4) {
      four(s, weights, distance, shift, n, x, xAt, at);
    } else {
      two(s, weights, distance, shift, n, x, xAt, at);
    }
  }

  /** Two rows of weights, four of x; 2 floats of weights are 2^{@code shift} of x. */
  private static void four(
      float[] s, int weights, int distance, int shift, int length, float[] x, int xAt, int at) {
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

  /** Four rows of weights, two of x. */
  private static void two(
      float[] s, int weights, int distance, int shift, int length, float[] x, int xAt, int at) {
    FloatVector s00 = FloatVector.zero(FLOAT);
    FloatVector s01 = FloatVector.zero(FLOAT);
    FloatVector s10 = FloatVector.zero(FLOAT);
    FloatVector s11 = FloatVector.zero(FLOAT);
    FloatVector s20 = FloatVector.zero(FLOAT);
    FloatVector s21 = FloatVector.zero(FLOAT);
    FloatVector s30 = FloatVector.zero(FLOAT);
    FloatVector s31 = FloatVector.zero(FLOAT);
    for (int i = 0; i < length; i += 2 * N) {
      int from = weights + (2 * i >> shift);
      FloatVector x0 = FloatVector.fromArray(FLOAT, x, xAt + i);
      FloatVector x1 = FloatVector.fromArray(FLOAT, x, xAt + i + N);
      FloatVector w = FloatVector.fromArray(FLOAT, s, from);
      s00 = w.fma(x0, s00);
      s01 = w.fma(x1, s01);
      w = FloatVector.fromArray(FLOAT, s, from + distance);
      s10 = w.fma(x0, s10);
      s11 = w.fma(x1, s11);
      w = FloatVector.fromArray(FLOAT, s, from + 2 * distance);
      s20 = w.fma(x0, s20);
      s21 = w.fma(x1, s21);
      w = FloatVector.fromArray(FLOAT, s, from + 3 * distance);
      s30 = w.fma(x0, s30);
      s31 = w.fma(x1, s31);
    }
    s00.intoArray(s, at);
    s01.intoArray(s, at + N);
    s10.intoArray(s, at + 2 * N);
    s11.intoArray(s, at + 3 * N);
    s20.intoArray(s, at + 4 * N);
    s21.intoArray(s, at + 5 * N);
    s30.intoArray(s, at + 6 * N);
    s31.intoArray(s, at + 7 * N);
  }
}
