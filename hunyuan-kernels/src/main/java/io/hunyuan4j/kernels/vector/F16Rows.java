package io.hunyuan4j.kernels.vector;

import static io.hunyuan4j.kernels.vector.Lanes.FLOAT;
import static io.hunyuan4j.kernels.vector.Lanes.INT;
import static io.hunyuan4j.kernels.vector.Lanes.N;
import static io.hunyuan4j.kernels.vector.Lanes.SHORT;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Loops over rows of binary16 numbers. One such file a format: C2 must see {@link #at} in the loop.
 * Only two decodes stand in a loop here: of four, C2 no longer inlines the last ones and boxes
 * every vector.
 */
final class F16Rows {
  private static final int BYTES = 2;

  private F16Rows() {}

  /** One vector of decoded numbers. */
  private static FloatVector at(MemorySegment data, long offset) {
    IntVector half =
        (IntVector)
            ShortVector.fromMemorySegment(SHORT, data, offset, LITTLE_ENDIAN)
                .convertShape(VectorOperators.ZERO_EXTEND_S2I, INT, 0);
    // Exponent and mantissa under a binary32 exponent that is 112 too small; the product is exact,
    // for subnormals too.
    FloatVector magnitude =
        half.and(0x7FFF).lanewise(VectorOperators.LSHL, 13).reinterpretAsFloats().mul(0x1p112f);
    IntVector bits = magnitude.reinterpretAsInts();
    // From 65 536 on the half was an infinity or a NaN: fill the exponent. Shifted down, the sign
    // of
    // the difference is all ones there; a mask would cost C2 more nodes than it inlines.
    IntVector filled =
        bits.neg().add(0x477FFFFF).lanewise(VectorOperators.ASHR, 31).and(0x7F800000);
    IntVector sign = half.and(0x8000).lanewise(VectorOperators.LSHL, 16);
    return bits.or(filled).or(sign).reinterpretAsFloats();
  }

  /** See {@link Rows#products}. */
  static void products(
      MemorySegment data,
      long offset,
      long rowBytes,
      int length,
      float[] x,
      int xAt,
      float[] sums) {
    // Four vectors of sums: of one row at 128 bits, two rows at 256, four at 512.
    pair(data, offset, rowBytes, length, x, xAt, sums, 0);
    pair(data, offset, rowBytes, length, x, xAt, sums, 2);
  }

  /** Two of the four vectors of sums, {@code first} and the next. */
  private static void pair(
      MemorySegment data,
      long offset,
      long rowBytes,
      int length,
      float[] x,
      int xAt,
      float[] sums,
      int first) {
    int column0 = first * N % 16;
    int column1 = (first + 1) * N % 16;
    long w0 = offset + first * N / 16 * rowBytes + (long) column0 * BYTES;
    long w1 = offset + (first + 1) * N / 16 * rowBytes + (long) column1 * BYTES;
    FloatVector s0 = FloatVector.zero(FLOAT);
    FloatVector s1 = s0;
    for (int k = 0; k < length; k += 16) {
      long byteK = (long) k * BYTES;
      s0 = at(data, w0 + byteK).fma(FloatVector.fromArray(FLOAT, x, xAt + k + column0), s0);
      s1 = at(data, w1 + byteK).fma(FloatVector.fromArray(FLOAT, x, xAt + k + column1), s1);
    }
    s0.intoArray(sums, first * N);
    s1.intoArray(sums, (first + 1) * N);
  }

  /** See {@link Rows#decode}. */
  static void decode(MemorySegment data, long offset, int length, float[] out, int outAt) {
    for (int i = 0; i < length; i += N) {
      at(data, offset + (long) i * BYTES).intoArray(out, outAt + i);
    }
  }
}
