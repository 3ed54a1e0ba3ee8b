package io.hunyuan4j.kernels.vector;

import static io.hunyuan4j.kernels.vector.Lanes.FLOAT;
import static io.hunyuan4j.kernels.vector.Lanes.INT;
import static io.hunyuan4j.kernels.vector.Lanes.N;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Parts of tiles of {@link RowTiles} with bfloat16 weights as they lie, where vectors are shorter
 * than 512 bits: eight vectors of sums, of even or of odd columns.
 *
 * <p>What a number of x is away from its weight is a variable on purpose: with a constant, C2
 * unrolls the loops, loads ahead, and keeps sums on the stack.
 */
final class Bf16Halves {
  private Bf16Halves() {}

  private static FloatVector even(MemorySegment data, long offset) {
    return Pairs.ints(data, offset).lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
  }

  private static FloatVector odd(MemorySegment data, long offset, IntVector upperHalf) {
    return Pairs.ints(data, offset).and(upperHalf).reinterpretAsFloats();
  }

  /**
   * Leaves the sums {@code [row][token][N]} of {@code length} columns, sixteen apart from vector to
   * vector, at {@code at}: of two rows of weights and a group of four rows of x, or of four rows
   * and a group of two.
   *
   * @param distance bytes from row to row
   * @param part 0 for even columns, 1 for odd ones
   */
  static void sums(
      MemorySegment data,
      long offset,
      long distance,
      int part,
      int length,
      float[] x,
      int xAt,
      int groupRows,
      float[] sums,
      int at) {
    int n = length / 16 * groupRows * N;
    int scale = 16 * Short.BYTES / (groupRows * N);
    if (groupRows == 4) {
      if (part == 0) {
        evenFour(data, offset, distance, scale, n, x, xAt, sums, at);
      } else {
        oddFour(data, offset, distance, scale, n, x, xAt, sums, at);
      }
    } else if (part == 0) {
      evenTwo(data, offset, distance, scale, n, x, xAt, sums, at);
    } else {
      oddTwo(data, offset, distance, scale, n, x, xAt, sums, at);
    }
  }

  /** Two rows of weights, four of x; {@code scale} is bytes of weights a float of x. */
  private static void evenFour(
      MemorySegment data,
      long offset,
      long distance,
      int scale,
      int length,
      float[] x,
      int xAt,
      float[] sums,
      int at) {
    FloatVector s00 = FloatVector.zero(FLOAT);
    FloatVector s01 = FloatVector.zero(FLOAT);
    FloatVector s02 = FloatVector.zero(FLOAT);
    FloatVector s03 = FloatVector.zero(FLOAT);
    FloatVector s10 = FloatVector.zero(FLOAT);
    FloatVector s11 = FloatVector.zero(FLOAT);
    FloatVector s12 = FloatVector.zero(FLOAT);
    FloatVector s13 = FloatVector.zero(FLOAT);
    for (int i = 0; i < length; i += 4 * N) {
      long from = offset + (long) scale * i;
      FloatVector w0 = even(data, from);
      FloatVector w1 = even(data, from + distance);
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
  private static void oddFour(
      MemorySegment data,
      long offset,
      long distance,
      int scale,
      int length,
      float[] x,
      int xAt,
      float[] sums,
      int at) {
    IntVector upperHalf = IntVector.fromArray(INT, Pairs.UPPER_HALF, 0);
    FloatVector s00 = FloatVector.zero(FLOAT);
    FloatVector s01 = FloatVector.zero(FLOAT);
    FloatVector s02 = FloatVector.zero(FLOAT);
    FloatVector s03 = FloatVector.zero(FLOAT);
    FloatVector s10 = FloatVector.zero(FLOAT);
    FloatVector s11 = FloatVector.zero(FLOAT);
    FloatVector s12 = FloatVector.zero(FLOAT);
    FloatVector s13 = FloatVector.zero(FLOAT);
    for (int i = 0; i < length; i += 4 * N) {
      long from = offset + (long) scale * i;
      FloatVector w0 = odd(data, from, upperHalf);
      FloatVector w1 = odd(data, from + distance, upperHalf);
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

  /** Four rows of weights, two of x. */
  private static void evenTwo(
      MemorySegment data,
      long offset,
      long distance,
      int scale,
      int length,
      float[] x,
      int xAt,
      float[] sums,
      int at) {
    FloatVector s00 = FloatVector.zero(FLOAT);
    FloatVector s01 = FloatVector.zero(FLOAT);
    FloatVector s10 = FloatVector.zero(FLOAT);
    FloatVector s11 = FloatVector.zero(FLOAT);
    FloatVector s20 = FloatVector.zero(FLOAT);
    FloatVector s21 = FloatVector.zero(FLOAT);
    FloatVector s30 = FloatVector.zero(FLOAT);
    FloatVector s31 = FloatVector.zero(FLOAT);
    for (int i = 0; i < length; i += 2 * N) {
      long from = offset + (long) scale * i;
      FloatVector x0 = FloatVector.fromArray(FLOAT, x, xAt + i);
      FloatVector x1 = FloatVector.fromArray(FLOAT, x, xAt + i + N);
      FloatVector w = even(data, from);
      s00 = w.fma(x0, s00);
      s01 = w.fma(x1, s01);
      w = even(data, from + distance);
      s10 = w.fma(x0, s10);
      s11 = w.fma(x1, s11);
      w = even(data, from + 2 * distance);
      s20 = w.fma(x0, s20);
      s21 = w.fma(x1, s21);
      w = even(data, from + 3 * distance);
      s30 = w.fma(x0, s30);
      s31 = w.fma(x1, s31);
    }
    s00.intoArray(sums, at);
    s01.intoArray(sums, at + N);
    s10.intoArray(sums, at + 2 * N);
    s11.intoArray(sums, at + 3 * N);
    s20.intoArray(sums, at + 4 * N);
    s21.intoArray(sums, at + 5 * N);
    s30.intoArray(sums, at + 6 * N);
    s31.intoArray(sums, at + 7 * N);
  }

  /** The same of the odd columns. */
  private static void oddTwo(
      MemorySegment data,
      long offset,
      long distance,
      int scale,
      int length,
      float[] x,
      int xAt,
      float[] sums,
      int at) {
    IntVector upperHalf = IntVector.fromArray(INT, Pairs.UPPER_HALF, 0);
    FloatVector s00 = FloatVector.zero(FLOAT);
    FloatVector s01 = FloatVector.zero(FLOAT);
    FloatVector s10 = FloatVector.zero(FLOAT);
    FloatVector s11 = FloatVector.zero(FLOAT);
    FloatVector s20 = FloatVector.zero(FLOAT);
    FloatVector s21 = FloatVector.zero(FLOAT);
    FloatVector s30 = FloatVector.zero(FLOAT);
    FloatVector s31 = FloatVector.zero(FLOAT);
    for (int i = 0; i < length; i += 2 * N) {
      long from = offset + (long) scale * i;
      FloatVector x0 = FloatVector.fromArray(FLOAT, x, xAt + i);
      FloatVector x1 = FloatVector.fromArray(FLOAT, x, xAt + i + N);
      FloatVector w = odd(data, from, upperHalf);
      s00 = w.fma(x0, s00);
      s01 = w.fma(x1, s01);
      w = odd(data, from + distance, upperHalf);
      s10 = w.fma(x0, s10);
      s11 = w.fma(x1, s11);
      w = odd(data, from + 2 * distance, upperHalf);
      s20 = w.fma(x0, s20);
      s21 = w.fma(x1, s21);
      w = odd(data, from + 3 * distance, upperHalf);
      s30 = w.fma(x0, s30);
      s31 = w.fma(x1, s31);
    }
    s00.intoArray(sums, at);
    s01.intoArray(sums, at + N);
    s10.intoArray(sums, at + 2 * N);
    s11.intoArray(sums, at + 3 * N);
    s20.intoArray(sums, at + 4 * N);
    s21.intoArray(sums, at + 5 * N);
    s30.intoArray(sums, at + 6 * N);
    s31.intoArray(sums, at + 7 * N);
  }
}
