package io.hunyuan4j.kernels.vector;

import static io.hunyuan4j.kernels.vector.Lanes.FLOAT;
import static io.hunyuan4j.kernels.vector.Lanes.INT;
import static io.hunyuan4j.kernels.vector.Lanes.N;
import static io.hunyuan4j.kernels.vector.Lanes.SHORT;
import static io.hunyuan4j.kernels.vector.Rows.DECODED;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.hunyuan4j.kernels.scalar.Decode;
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

  /**
   * See {@link Rows#products}, after decoding the rows behind the sums.
   *
   * <p>The conversion is a plain loop: C2 makes the CPU's own instruction of it, which the Vector
   * API does not offer, and that with a detour through the cache is twice as fast as {@link #at}.
   */
  static void products(
      MemorySegment data,
      long offset,
      long distance,
      int length,
      float[] x,
      int xAt,
      float[] sums) {
    for (int r = 0; r < Lanes.ROWS; r++) {
      Decode.f16(data, offset + r * distance, length, sums, DECODED + r * length);
    }
    // Four vectors of sums: of one row at 128 bits, two rows at 256, four at 512.
    int w1 = DECODED + N / 16 * length + N % 16;
    int w2 = DECODED + 2 * N / 16 * length + 2 * N % 16;
    int w3 = DECODED + 3 * N / 16 * length + 3 * N % 16;
    FloatVector s0 = FloatVector.zero(FLOAT);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    for (int k = 0; k < length; k += 16) {
      int xk = xAt + k;
      s0 = floats(sums, DECODED + k).fma(floats(x, xk), s0);
      s1 = floats(sums, w1 + k).fma(floats(x, xk + N % 16), s1);
      s2 = floats(sums, w2 + k).fma(floats(x, xk + 2 * N % 16), s2);
      s3 = floats(sums, w3 + k).fma(floats(x, xk + 3 * N % 16), s3);
    }
    s0.intoArray(sums, 0);
    s1.intoArray(sums, N);
    s2.intoArray(sums, 2 * N);
    s3.intoArray(sums, 3 * N);
  }

  private static FloatVector floats(float[] array, int at) {
    return FloatVector.fromArray(FLOAT, array, at);
  }

  /** See {@link Rows#decode}. */
  static void decode(MemorySegment data, long offset, int length, float[] out, int outAt) {
    Decode.f16(data, offset, length, out, outAt);
  }
}
