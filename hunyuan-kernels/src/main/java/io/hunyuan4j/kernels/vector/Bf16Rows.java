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
 * Loops over rows of bfloat16 numbers. One such file a format: only {@link #at} differs, and C2
 * must see it in the loop.
 */
final class Bf16Rows {
  private static final int BYTES = 2;

  private Bf16Rows() {}

  /** One vector of decoded numbers. */
  private static FloatVector at(MemorySegment data, long offset) {
    return ((IntVector)
            ShortVector.fromMemorySegment(SHORT, data, offset, LITTLE_ENDIAN)
                .convertShape(VectorOperators.ZERO_EXTEND_S2I, INT, 0))
        .lanewise(VectorOperators.LSHL, 16)
        .reinterpretAsFloats();
  }

  /** See {@link Rows#products}. */
  static void products(
      MemorySegment data,
      long offset,
      long distance,
      int length,
      float[] x,
      int xAt,
      float[] sums) {
    // Four vectors of sums: of one row at 128 bits, two rows at 256, four at 512.
    long w0 = offset;
    long w1 = offset + N / 16 * distance + N % 16 * BYTES;
    long w2 = offset + 2 * N / 16 * distance + 2 * N % 16 * BYTES;
    long w3 = offset + 3 * N / 16 * distance + 3 * N % 16 * BYTES;
    FloatVector s0 = FloatVector.zero(FLOAT);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    for (int k = 0; k < length; k += 16) {
      long byteK = (long) k * BYTES;
      s0 = at(data, w0 + byteK).fma(FloatVector.fromArray(FLOAT, x, xAt + k), s0);
      s1 = at(data, w1 + byteK).fma(FloatVector.fromArray(FLOAT, x, xAt + k + N % 16), s1);
      s2 = at(data, w2 + byteK).fma(FloatVector.fromArray(FLOAT, x, xAt + k + 2 * N % 16), s2);
      s3 = at(data, w3 + byteK).fma(FloatVector.fromArray(FLOAT, x, xAt + k + 3 * N % 16), s3);
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
