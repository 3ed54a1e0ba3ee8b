package io.hunyuan4j.kernels.vector;

import static io.hunyuan4j.kernels.vector.Lanes.FLOAT;
import static io.hunyuan4j.kernels.vector.Lanes.N;
import static io.hunyuan4j.kernels.vector.Lanes.ROWS;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * Loops over rows of binary32 numbers. One such file a format: C2 must see the decoding in them.
 */
final class F32Rows {
  private static final int BYTES = 4;

  private F32Rows() {}

  /** One vector of decoded numbers. */
  private static FloatVector at(MemorySegment data, long offset) {
    return FloatVector.fromMemorySegment(FLOAT, data, offset, LITTLE_ENDIAN);
  }

  /** See {@link Rows#dots}. */
  static void products(
      MemorySegment data,
      long offset,
      long distance,
      int length,
      float[] x,
      int xAt,
      float[] sums) {
    // Four vectors of sums: of one row at 128 bits, two rows at 256, four at 512.
    long w1 = N / 16 * distance + N % 16 * BYTES;
    long w2 = 2 * N / 16 * distance + 2 * N % 16 * BYTES;
    long w3 = 3 * N / 16 * distance + 3 * N % 16 * BYTES;
    for (int row = 0; row < ROWS; row += N / 4) {
      long w0 = offset + row * distance;
      FloatVector s0 = FloatVector.zero(FLOAT);
      FloatVector s1 = s0;
      FloatVector s2 = s0;
      FloatVector s3 = s0;
      for (int k = 0; k < length; k += 16) {
        long at = w0 + (long) k * BYTES;
        int xk = xAt + k;
        s0 = at(data, at).fma(FloatVector.fromArray(FLOAT, x, xk), s0);
        s1 = at(data, at + w1).fma(FloatVector.fromArray(FLOAT, x, xk + N % 16), s1);
        s2 = at(data, at + w2).fma(FloatVector.fromArray(FLOAT, x, xk + 2 * N % 16), s2);
        s3 = at(data, at + w3).fma(FloatVector.fromArray(FLOAT, x, xk + 3 * N % 16), s3);
      }
      s0.intoArray(sums, 16 * row);
      s1.intoArray(sums, 16 * row + N);
      s2.intoArray(sums, 16 * row + 2 * N);
      s3.intoArray(sums, 16 * row + 3 * N);
    }
  }

  /** See {@link Rows#decode}. */
  static void decode(MemorySegment data, long offset, int length, float[] out, int outAt) {
    for (int i = 0; i < length; i += N) {
      at(data, offset + (long) i * BYTES).intoArray(out, outAt + i);
    }
  }
}
