package io.hunyuan4j.kernels.vector;

import static io.hunyuan4j.kernels.vector.Lanes.FLOAT;

import jdk.incubator.vector.FloatVector;

/** Tiles of {@link RowTiles} with decoded weights, like {@link Bf16Tiles}. */
final class FloatTiles {
  private FloatTiles() {}

  /**
   * See {@link Bf16Tiles#sums}; all in {@code s} but x.
   *
   * @param distance floats from row to row
   */
  static void sums(
      float[] s, int weights, int distance, int length, float[] x, int xAt, int groupRows) {
    if (groupRows == 4) {
      four(s, weights, distance, length, x, xAt);
    } else {
      two(s, weights, distance, length, x, xAt);
    }
  }

  private static void four(float[] s, int weights, int distance, int length, float[] x, int xAt) {
    FloatVector s00 = FloatVector.zero(FLOAT);
    FloatVector s01 = FloatVector.zero(FLOAT);
    FloatVector s02 = FloatVector.zero(FLOAT);
    FloatVector s03 = FloatVector.zero(FLOAT);
    FloatVector s10 = FloatVector.zero(FLOAT);
    FloatVector s11 = FloatVector.zero(FLOAT);
    FloatVector s12 = FloatVector.zero(FLOAT);
    FloatVector s13 = FloatVector.zero(FLOAT);
    FloatVector s20 = FloatVector.zero(FLOAT);
    FloatVector s21 = FloatVector.zero(FLOAT);
    FloatVector s22 = FloatVector.zero(FLOAT);
    FloatVector s23 = FloatVector.zero(FLOAT);
    FloatVector s30 = FloatVector.zero(FLOAT);
    FloatVector s31 = FloatVector.zero(FLOAT);
    FloatVector s32 = FloatVector.zero(FLOAT);
    FloatVector s33 = FloatVector.zero(FLOAT);
    for (int k = 0, i = xAt; k < length; k += 16, i += 64) {
      FloatVector x0 = FloatVector.fromArray(FLOAT, x, i);
      FloatVector x1 = FloatVector.fromArray(FLOAT, x, i + 16);
      FloatVector x2 = FloatVector.fromArray(FLOAT, x, i + 32);
      FloatVector x3 = FloatVector.fromArray(FLOAT, x, i + 48);
      FloatVector w = FloatVector.fromArray(FLOAT, s, weights + k);
      s00 = w.fma(x0, s00);
      s01 = w.fma(x1, s01);
      s02 = w.fma(x2, s02);
      s03 = w.fma(x3, s03);
      w = FloatVector.fromArray(FLOAT, s, weights + k + distance);
      s10 = w.fma(x0, s10);
      s11 = w.fma(x1, s11);
      s12 = w.fma(x2, s12);
      s13 = w.fma(x3, s13);
      w = FloatVector.fromArray(FLOAT, s, weights + k + 2 * distance);
      s20 = w.fma(x0, s20);
      s21 = w.fma(x1, s21);
      s22 = w.fma(x2, s22);
      s23 = w.fma(x3, s23);
      w = FloatVector.fromArray(FLOAT, s, weights + k + 3 * distance);
      s30 = w.fma(x0, s30);
      s31 = w.fma(x1, s31);
      s32 = w.fma(x2, s32);
      s33 = w.fma(x3, s33);
    }
    s00.intoArray(s, 0);
    s01.intoArray(s, 16);
    s02.intoArray(s, 32);
    s03.intoArray(s, 48);
    s10.intoArray(s, 64);
    s11.intoArray(s, 80);
    s12.intoArray(s, 96);
    s13.intoArray(s, 112);
    s20.intoArray(s, 128);
    s21.intoArray(s, 144);
    s22.intoArray(s, 160);
    s23.intoArray(s, 176);
    s30.intoArray(s, 192);
    s31.intoArray(s, 208);
    s32.intoArray(s, 224);
    s33.intoArray(s, 240);
  }

  private static void two(float[] s, int weights, int distance, int length, float[] x, int xAt) {
    FloatVector s00 = FloatVector.zero(FLOAT);
    FloatVector s01 = FloatVector.zero(FLOAT);
    FloatVector s10 = FloatVector.zero(FLOAT);
    FloatVector s11 = FloatVector.zero(FLOAT);
    FloatVector s20 = FloatVector.zero(FLOAT);
    FloatVector s21 = FloatVector.zero(FLOAT);
    FloatVector s30 = FloatVector.zero(FLOAT);
    FloatVector s31 = FloatVector.zero(FLOAT);
    for (int k = 0, i = xAt; k < length; k += 16, i += 32) {
      FloatVector x0 = FloatVector.fromArray(FLOAT, x, i);
      FloatVector x1 = FloatVector.fromArray(FLOAT, x, i + 16);
      FloatVector w = FloatVector.fromArray(FLOAT, s, weights + k);
      s00 = w.fma(x0, s00);
      s01 = w.fma(x1, s01);
      w = FloatVector.fromArray(FLOAT, s, weights + k + distance);
      s10 = w.fma(x0, s10);
      s11 = w.fma(x1, s11);
      w = FloatVector.fromArray(FLOAT, s, weights + k + 2 * distance);
      s20 = w.fma(x0, s20);
      s21 = w.fma(x1, s21);
      w = FloatVector.fromArray(FLOAT, s, weights + k + 3 * distance);
      s30 = w.fma(x0, s30);
      s31 = w.fma(x1, s31);
    }
    s00.intoArray(s, 0);
    s01.intoArray(s, 16);
    s10.intoArray(s, 32);
    s11.intoArray(s, 48);
    s20.intoArray(s, 64);
    s21.intoArray(s, 80);
    s30.intoArray(s, 96);
    s31.intoArray(s, 112);
  }
}
