package io.hunyuan4j.kernels.vector;

import static io.hunyuan4j.kernels.vector.Lanes.FLOAT;
import static io.hunyuan4j.kernels.vector.Lanes.INT;
import static io.hunyuan4j.kernels.vector.Lanes.N;
import static io.hunyuan4j.kernels.vector.Lanes.ROWS;

import io.hunyuan4j.kernels.scalar.Decode;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Loops over rows of binary16 numbers. One such file a format: C2 must see the decoding in them.
 */
final class F16Rows {
  private static final int BYTES = 2;
  private static final short INFINITY = 0x7C00; // the smallest bits of what is not finite

  /**
   * What {@link #lift} multiplies x with: a binary16 exponent, put where binary32 has its own, is
   * 112 too small.
   */
  private static final float LIFT = 0x1p112f;

  /** Sign, exponent and mantissa of binary16 where binary32 has them. */
  private static final int[] NUMBER = new int[N];

  /** All bits but the signs of two numbers. */
  private static final int[] UNSIGNED = new int[N];

  static {
    Arrays.fill(NUMBER, 0x8FFFE000);
    Arrays.fill(UNSIGNED, 0x7FFF7FFF);
  }

  /** {@link Lanes#BITS} bits of binary16. */
  private static final VectorSpecies<Short> SHORTS = INT.withLanes(short.class);

  private F16Rows() {}

  /**
   * Finite numbers in the upper halves, divided by {@link #LIFT}: what x was multiplied with, so
   * that products are exactly the same.
   */
  private static FloatVector upper(IntVector pairs, IntVector number) {
    return pairs.lanewise(VectorOperators.ASHR, 3).and(number).reinterpretAsFloats();
  }

  private static FloatVector lower(IntVector pairs, IntVector number) {
    return upper(pairs.lanewise(VectorOperators.LSHL, 16), number);
  }

  /** x for {@link #products}; false if that would be no finite number. */
  static boolean lift(float[] lifted, float[] x, int length) {
    FloatVector differences = FloatVector.zero(FLOAT); // of equals: NaN for what is not finite
    int i = 0;
    for (; i + N <= length; i += N) {
      FloatVector v = FloatVector.fromArray(FLOAT, x, i).mul(LIFT);
      differences = differences.add(v.sub(v));
      v.intoArray(lifted, i);
    }
    boolean finite = differences.eq(0f).allTrue();
    for (; i < length; i++) {
      lifted[i] = x[i] * LIFT;
      finite &= Float.isFinite(lifted[i]);
    }
    return finite;
  }

  /**
   * Like {@link Rows#dots}, with x in the order of {@link Pairs} and {@linkplain #lift lifted};
   * false and no result if a weight is an infinity or a NaN.
   */
  static boolean products(
      MemorySegment data,
      long offset,
      long distance,
      int length,
      float[] x,
      int xAt,
      float[] sums) {
    boolean finite = true;
    if (Pairs.SPLIT) {
      for (int row = 0; row < ROWS; row += N / 4) {
        long at = offset + row * distance;
        finite &= pairs(data, at, distance, length, x, xAt, sums, 16 * row);
      }
      Pairs.unpack(sums, 0, 8 * N);
    } else {
      finite = widened(data, offset, distance, length, x, xAt, sums);
    }
    return finite;
  }

  /** Two rows at 256 bits, one at 128: of more decodes C2 does not inline all. */
  private static boolean pairs(
      MemorySegment data,
      long offset,
      long distance,
      int length,
      float[] x,
      int xAt,
      float[] sums,
      int to) {
    IntVector number = IntVector.fromArray(INT, NUMBER, 0);
    IntVector unsigned = IntVector.fromArray(INT, UNSIGNED, 0);
    ShortVector largest = ShortVector.zero(SHORTS);
    int bytes = BYTES * Lanes.ONE[0];
    long other = N == 8 ? distance : 8 * BYTES;
    FloatVector s0 = FloatVector.zero(FLOAT);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    for (int k = 0; k < length; k += 16) {
      long at = offset + (long) bytes * k;
      IntVector w = Pairs.ints(data, at);
      largest = largest.max(w.and(unsigned).reinterpretAsShorts());
      s0 = lower(w, number).fma(FloatVector.fromArray(FLOAT, x, xAt + k), s0);
      s1 = upper(w, number).fma(FloatVector.fromArray(FLOAT, x, xAt + k + N), s1);
      w = Pairs.ints(data, at + other);
      largest = largest.max(w.and(unsigned).reinterpretAsShorts());
      s2 = lower(w, number).fma(FloatVector.fromArray(FLOAT, x, xAt + k + 2 * N % 16), s2);
      s3 = upper(w, number).fma(FloatVector.fromArray(FLOAT, x, xAt + k + 3 * N % 16), s3);
    }
    s0.intoArray(sums, to);
    s1.intoArray(sums, to + N);
    s2.intoArray(sums, to + 2 * N);
    s3.intoArray(sums, to + 3 * N);
    return largest.lt(INFINITY).allTrue();
  }

  /** Four rows at 512 bits. */
  private static boolean widened(
      MemorySegment data,
      long offset,
      long distance,
      int length,
      float[] x,
      int xAt,
      float[] sums) {
    IntVector number = IntVector.fromArray(INT, NUMBER, 0);
    IntVector unsigned = IntVector.fromArray(INT, UNSIGNED, 0);
    IntVector largest = IntVector.zero(INT);
    FloatVector s0 = FloatVector.zero(FLOAT);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    for (int k = 0; k < length; k += 16) {
      long at = offset + (long) k * BYTES;
      FloatVector xk = FloatVector.fromArray(FLOAT, x, xAt + k);
      IntVector w = Pairs.widened(data, at);
      largest = largest.max(w.and(unsigned));
      s0 = upper(w, number).fma(xk, s0);
      w = Pairs.widened(data, at + distance);
      largest = largest.max(w.and(unsigned));
      s1 = upper(w, number).fma(xk, s1);
      w = Pairs.widened(data, at + 2 * distance);
      largest = largest.max(w.and(unsigned));
      s2 = upper(w, number).fma(xk, s2);
      w = Pairs.widened(data, at + 3 * distance);
      largest = largest.max(w.and(unsigned));
      s3 = upper(w, number).fma(xk, s3);
    }
    s0.intoArray(sums, 0);
    s1.intoArray(sums, N);
    s2.intoArray(sums, 2 * N);
    s3.intoArray(sums, 3 * N);
    return largest.lt(INFINITY << 16).allTrue();
  }

  /** See {@link Rows#decodePairs}; false and no result if one is an infinity or a NaN. */
  static boolean decodePairs(MemorySegment data, long offset, int length, float[] out, int outAt) {
    IntVector number = IntVector.fromArray(INT, NUMBER, 0);
    IntVector unsigned = IntVector.fromArray(INT, UNSIGNED, 0);
    ShortVector largest = ShortVector.zero(SHORTS);
    for (int i = 0; i < length; i += 2 * N) {
      IntVector w = Pairs.ints(data, offset + (long) i * BYTES);
      largest = largest.max(w.and(unsigned).reinterpretAsShorts());
      lower(w, number).mul(LIFT).intoArray(out, outAt + i);
      upper(w, number).mul(LIFT).intoArray(out, outAt + i + N);
    }
    return largest.lt(INFINITY).allTrue();
  }

  /** See {@link Rows#decode}. */
  static void decode(MemorySegment data, long offset, int length, float[] out, int outAt) {
    Decode.f16(data, offset, length, out, outAt);
  }
}
