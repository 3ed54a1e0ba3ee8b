package io.hunyuan4j.kernels.vector;

import static io.hunyuan4j.kernels.vector.Lanes.FLOAT;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * Tiles of {@link RowTiles} with bfloat16 weights as they lie. The distance of rows may be any;
 * what C2 needs are constant distances within x.
 */
final class Bf16Tiles {
  private Bf16Tiles() {}

  private static FloatVector at(MemorySegment data, long offset) {
    return Pairs.widened(data, offset).reinterpretAsFloats();
  }

  /**
   * Leaves the sums {@code [row][token][16]} of {@code length} columns of four rows of weights and
   * a group of four or two rows of x.
   *
   * @param distance bytes from row to row
   */
  static void sums(
      MemorySegment data,
      long offset,
      long distance,
      int length,
      float[] x,
      int xAt,
      int groupRows,
      float[] sums) {
    if (groupRows == 4) {
      four(data, offset, distance, length, x, xAt, sums);
    } else {
      two(data, offset, distance, length, x, xAt, sums);
    }
  }

  private static void four(
      MemorySegment data,
      long offset,
      long distance,
      int length,
      float[] x,
      int xAt,
      float[] sums) {
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
      long from = offset + (long) Short.BYTES * k;
      FloatVector x0 = FloatVector.fromArray(FLOAT, x, i);
      FloatVector x1 = FloatVector.fromArray(FLOAT, x, i + 16);
      FloatVector x2 = FloatVector.fromArray(FLOAT, x, i + 32);
      FloatVector x3 = FloatVector.fromArray(FLOAT, x, i + 48);
      FloatVector w = at(data, from);
      s00 = w.fma(x0, s00);
      s01 = w.fma(x1, s01);
      s02 = w.fma(x2, s02);
      s03 = w.fma(x3, s03);
      w = at(data, from + distance);
      s10 = w.fma(x0, s10);
      s11 = w.fma(x1, s11);
      s12 = w.fma(x2, s12);
      s13 = w.fma(x3, s13);
      w = at(data, from + 2 * distance);
      s20 = w.fma(x0, s20);
      s21 = w.fma(x1, s21);
      s22 = w.fma(x2, s22);
      s23 = w.fma(x3, s23);
      w = at(data, from + 3 * distance);
      s30 = w.fma(x0, s30);
      s31 = w.fma(x1, s31);
      s32 = w.fma(x2, s32);
      s33 = w.fma(x3, s33);
    }
    s00.intoArray(sums, 0);
    s01.intoArray(sums, 16);
    s02.intoArray(sums, 32);
    s03.intoArray(sums, 48);
    s10.intoArray(sums, 64);
    s11.intoArray(sums, 80);
    s12.intoArray(sums, 96);
    s13.intoArray(sums, 112);
    s20.intoArray(sums, 128);
    s21.intoArray(sums, 144);
    s22.intoArray(sums, 160);
    s23.intoArray(sums, 176);
    s30.intoArray(sums, 192);
    s31.intoArray(sums, 208);
    s32.intoArray(sums, 224);
    s33.intoArray(sums, 240);
  }

  private static void two(
      MemorySegment data,
      long offset,
      long distance,
      int length,
      float[] x,
      int xAt,
      float[] sums) {
    FloatVector s00 = FloatVector.zero(FLOAT);
    FloatVector s01 = FloatVector.zero(FLOAT);
    FloatVector s10 = FloatVector.zero(FLOAT);
    FloatVector s11 = FloatVector.zero(FLOAT);
    FloatVector s20 = FloatVector.zero(FLOAT);
    FloatVector s21 = FloatVector.zero(FLOAT);
    FloatVector s30 = FloatVector.zero(FLOAT);
    FloatVector s31 = FloatVector.zero(FLOAT);
    for (int k = 0, i = xAt; k < length; k += 16, i += 32) {
      long from = offset + (long) Short.BYTES * k;
      FloatVector x0 = FloatVector.fromArray(FLOAT, x, i);
      FloatVector x1 = FloatVector.fromArray(FLOAT, x, i + 16);
      FloatVector w = at(data, from);
      s00 = w.fma(x0, s00);
      s01 = w.fma(x1, s01);
      w = at(data, from + distance);
      s10 = w.fma(x0, s10);
      s11 = w.fma(x1, s11);
      w = at(data, from + 2 * distance);
      s20 = w.fma(x0, s20);
      s21 = w.fma(x1, s21);
      w = at(data, from + 3 * distance);
      s30 = w.fma(x0, s30);
      s31 = w.fma(x1, s31);
    }
    s00.intoArray(sums, 0);
    s01.intoArray(sums, 16);
    s10.intoArray(sums, 32);
    s11.intoArray(sums, 48);
    s20.intoArray(sums, 64);
    s21.intoArray(sums, 80);
    s30.intoArray(sums, 96);
    s31.intoArray(sums, 112);
  }
}
