package io.hunyuan4j.kernels.vector;

import static io.hunyuan4j.kernels.vector.Lanes.FLOAT;
import static io.hunyuan4j.kernels.vector.Lanes.INT;
import static io.hunyuan4j.kernels.vector.Lanes.N;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Loops over rows of bfloat16 numbers. One such file a format: C2 must see the decoding in them.
 */
final class Bf16Rows {
  private static final int BYTES = 2;

  private Bf16Rows() {}

  /** The even columns of {@link Pairs#ints}. */
  static FloatVector even(IntVector pairs) {
    return pairs.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
  }

  /** The odd columns; the mask is {@link Pairs#UPPER_HALF}. */
  static FloatVector odd(IntVector pairs, IntVector upperHalf) {
    return pairs.and(upperHalf).reinterpretAsFloats();
  }

  private static FloatVector at(MemorySegment data, long offset) {
    return Pairs.widened(data, offset).reinterpretAsFloats();
  }

  /** See {@link Rows#dots}; x in the order of {@link Pairs}. */
  static void products(
      MemorySegment data,
      long offset,
      long distance,
      int length,
      float[] x,
      int xAt,
      float[] sums) {
    if (Pairs.SPLIT) {
      pairs(data, offset, distance, length, x, xAt, sums);
      Pairs.unpack(sums, 0, 8 * N);
    } else {
      widened(data, offset, distance, length, x, xAt, sums);
    }
  }

  /** Four rows at 256 bits, two at 128. */
  private static void pairs(
      MemorySegment data,
      long offset,
      long distance,
      int length,
      float[] x,
      int xAt,
      float[] sums) {
    IntVector upperHalf = IntVector.fromArray(INT, Pairs.UPPER_HALF, 0);
    int bytes = BYTES * Lanes.ONE[0];
    long w1 = N == 8 ? distance : 8 * BYTES;
    long w2 = N == 8 ? 2 * distance : distance;
    long w3 = w2 + w1;
    FloatVector s0 = FloatVector.zero(FLOAT);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    FloatVector s4 = s0;
    FloatVector s5 = s0;
    FloatVector s6 = s0;
    FloatVector s7 = s0;
    for (int k = 0; k < length; k += 16) {
      long at = offset + (long) bytes * k;
      FloatVector x0 = FloatVector.fromArray(FLOAT, x, xAt + k);
      FloatVector x1 = FloatVector.fromArray(FLOAT, x, xAt + k + N);
      FloatVector x2 = FloatVector.fromArray(FLOAT, x, xAt + k + 2 * N % 16);
      FloatVector x3 = FloatVector.fromArray(FLOAT, x, xAt + k + 3 * N % 16);
      IntVector w = Pairs.ints(data, at);
      s0 = even(w).fma(x0, s0);
      s1 = odd(w, upperHalf).fma(x1, s1);
      w = Pairs.ints(data, at + w1);
      s2 = even(w).fma(x2, s2);
      s3 = odd(w, upperHalf).fma(x3, s3);
      w = Pairs.ints(data, at + w2);
      s4 = even(w).fma(x0, s4);
      s5 = odd(w, upperHalf).fma(x1, s5);
      w = Pairs.ints(data, at + w3);
      s6 = even(w).fma(x2, s6);
      s7 = odd(w, upperHalf).fma(x3, s7);
    }
    s0.intoArray(sums, 0);
    s1.intoArray(sums, N);
    s2.intoArray(sums, 2 * N);
    s3.intoArray(sums, 3 * N);
    s4.intoArray(sums, 4 * N);
    s5.intoArray(sums, 5 * N);
    s6.intoArray(sums, 6 * N);
    s7.intoArray(sums, 7 * N);
  }

  /** Four rows at 512 bits. */
  private static void widened(
      MemorySegment data,
      long offset,
      long distance,
      int length,
      float[] x,
      int xAt,
      float[] sums) {
    FloatVector s0 = FloatVector.zero(FLOAT);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    for (int k = 0; k < length; k += 16) {
      long at = offset + (long) k * BYTES;
      FloatVector xk = FloatVector.fromArray(FLOAT, x, xAt + k);
      s0 = at(data, at).fma(xk, s0);
      s1 = at(data, at + distance).fma(xk, s1);
      s2 = at(data, at + 2 * distance).fma(xk, s2);
      s3 = at(data, at + 3 * distance).fma(xk, s3);
    }
    s0.intoArray(sums, 0);
    s1.intoArray(sums, N);
    s2.intoArray(sums, 2 * N);
    s3.intoArray(sums, 3 * N);
  }

  /** See {@link Rows#decode}. */
  static void decode(MemorySegment data, long offset, int length, float[] out, int outAt) {
    for (int i = 0; i < length; i += N) {
      at(data, offset + (long) i * BYTES).intoArray(out, outAt + i);
    }
  }
}
