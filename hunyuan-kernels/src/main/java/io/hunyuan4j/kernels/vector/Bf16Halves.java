package io.hunyuan4j.kernels.vector;

import static io.hunyuan4j.kernels.vector.Bf16Rows.even;
import static io.hunyuan4j.kernels.vector.Bf16Rows.odd;
import static io.hunyuan4j.kernels.vector.Lanes.FLOAT;
import static io.hunyuan4j.kernels.vector.Lanes.INT;
import static io.hunyuan4j.kernels.vector.Lanes.N;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * Tiles of {@link RowTiles} with bfloat16 weights as they lie, where vectors are shorter than 512
 * bits: two rows of weights, and eight vectors of sums. The loops repeat each other: C2 must see
 * the decoding in them.
 */
final class Bf16Halves {
  private Bf16Halves() {}

  /** Bytes of weights a float of packed x. */
  private static long scale() {
    return 8 / N * Lanes.ONE[0];
  }

  /**
   * Leaves the sums {@code [row][token][N]} of the even columns, a vector of every sixteen, and a
   * group of four rows of x at {@code at}.
   *
   * @param distance bytes from row to row
   * @param length floats of x
   */
  static void evenFour(
      MemorySegment data,
      long offset,
      long distance,
      int length,
      float[] x,
      int xAt,
      float[] sums,
      int at) {
    long scale = scale();
    FloatVector s00 = FloatVector.zero(FLOAT);
    FloatVector s01 = FloatVector.zero(FLOAT);
    FloatVector s02 = FloatVector.zero(FLOAT);
    FloatVector s03 = FloatVector.zero(FLOAT);
    FloatVector s10 = FloatVector.zero(FLOAT);
    FloatVector s11 = FloatVector.zero(FLOAT);
    FloatVector s12 = FloatVector.zero(FLOAT);
    FloatVector s13 = FloatVector.zero(FLOAT);
    for (int i = 0; i < length; i += 4 * N) {
      long from = offset + scale * i;
      FloatVector w0 = even(Pairs.ints(data, from));
      FloatVector w1 = even(Pairs.ints(data, from + distance));
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
    s00.intoArray(sums, at);
    s01.intoArray(sums, at + N);
    s02.intoArray(sums, at + 2 * N);
    s03.intoArray(sums, at + 3 * N);
    s10.intoArray(sums, at + 4 * N);
    s11.intoArray(sums, at + 5 * N);
    s12.intoArray(sums, at + 6 * N);
    s13.intoArray(sums, at + 7 * N);
  }

  /** The same of the odd columns. */
  static void oddFour(
      MemorySegment data,
      long offset,
      long distance,
      int length,
      float[] x,
      int xAt,
      float[] sums,
      int at) {
    IntVector upperHalf = IntVector.fromArray(INT, Pairs.UPPER_HALF, 0);
    long scale = scale();
    FloatVector s00 = FloatVector.zero(FLOAT);
    FloatVector s01 = FloatVector.zero(FLOAT);
    FloatVector s02 = FloatVector.zero(FLOAT);
    FloatVector s03 = FloatVector.zero(FLOAT);
    FloatVector s10 = FloatVector.zero(FLOAT);
    FloatVector s11 = FloatVector.zero(FLOAT);
    FloatVector s12 = FloatVector.zero(FLOAT);
    FloatVector s13 = FloatVector.zero(FLOAT);
    for (int i = 0; i < length; i += 4 * N) {
      long from = offset + scale * i;
      FloatVector w0 = odd(Pairs.ints(data, from), upperHalf);
      FloatVector w1 = odd(Pairs.ints(data, from + distance), upperHalf);
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
    s00.intoArray(sums, at);
    s01.intoArray(sums, at + N);
    s02.intoArray(sums, at + 2 * N);
    s03.intoArray(sums, at + 3 * N);
    s10.intoArray(sums, at + 4 * N);
    s11.intoArray(sums, at + 5 * N);
    s12.intoArray(sums, at + 6 * N);
    s13.intoArray(sums, at + 7 * N);
  }

  /**
   * Leaves the sums {@code [part][row][token][N]} of the even columns and the odd ones, and a group
   * of two rows of x at {@code at}.
   */
  static void two(
      MemorySegment data,
      long offset,
      long distance,
      int length,
      float[] x,
      int xAt,
      float[] sums,
      int at) {
    IntVector upperHalf = IntVector.fromArray(INT, Pairs.UPPER_HALF, 0);
    long scale = scale();
    FloatVector e00 = FloatVector.zero(FLOAT);
    FloatVector e01 = FloatVector.zero(FLOAT);
    FloatVector e10 = FloatVector.zero(FLOAT);
    FloatVector e11 = FloatVector.zero(FLOAT);
    FloatVector o00 = FloatVector.zero(FLOAT);
    FloatVector o01 = FloatVector.zero(FLOAT);
    FloatVector o10 = FloatVector.zero(FLOAT);
    FloatVector o11 = FloatVector.zero(FLOAT);
    for (int i = 0; i < length; i += 4 * N) {
      long from = offset + scale * i;
      FloatVector xe0 = FloatVector.fromArray(FLOAT, x, xAt + i);
      FloatVector xe1 = FloatVector.fromArray(FLOAT, x, xAt + i + N);
      FloatVector xo0 = FloatVector.fromArray(FLOAT, x, xAt + i + 2 * N);
      FloatVector xo1 = FloatVector.fromArray(FLOAT, x, xAt + i + 3 * N);
      IntVector w = Pairs.ints(data, from);
      FloatVector even = even(w);
      FloatVector odd = odd(w, upperHalf);
      e00 = even.fma(xe0, e00);
      e01 = even.fma(xe1, e01);
      o00 = odd.fma(xo0, o00);
      o01 = odd.fma(xo1, o01);
      w = Pairs.ints(data, from + distance);
      even = even(w);
      odd = odd(w, upperHalf);
      e10 = even.fma(xe0, e10);
      e11 = even.fma(xe1, e11);
      o10 = odd.fma(xo0, o10);
      o11 = odd.fma(xo1, o11);
    }
    e00.intoArray(sums, at);
    e01.intoArray(sums, at + N);
    e10.intoArray(sums, at + 2 * N);
    e11.intoArray(sums, at + 3 * N);
    o00.intoArray(sums, at + 4 * N);
    o01.intoArray(sums, at + 5 * N);
    o10.intoArray(sums, at + 6 * N);
    o11.intoArray(sums, at + 7 * N);
  }
}
