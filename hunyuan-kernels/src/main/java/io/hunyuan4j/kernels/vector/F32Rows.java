package io.hunyuan4j.kernels.vector;

import static io.hunyuan4j.kernels.vector.Lanes.FLOAT;
import static io.hunyuan4j.kernels.vector.Lanes.N;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * Loops over rows of binary32 numbers. One such file a format: only {@link #at} differs, and C2
 * must see it in the loop.
 */
final class F32Rows {
  private static final int BYTES = 4;

  private F32Rows() {}

  /** One vector of decoded numbers. */
  private static FloatVector at(MemorySegment data, long offset) {
    return FloatVector.fromMemorySegment(FLOAT, data, offset, LITTLE_ENDIAN);
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
    if (N
        == 8) { // one row after the other: memory is read in one stream, a third faster than in two
      row(data, offset, length, x, xAt, sums, 0);
      row(data, offset + rowBytes, length, x, xAt, sums, 16);
      return;
    }
    // Four vectors of sums: of one row at 128 bits, four rows at 512.
    long w0 = offset;
    long w1 = offset + N / 16 * rowBytes + N % 16 * BYTES;
    long w2 = offset + 2 * N / 16 * rowBytes + 2 * N % 16 * BYTES;
    long w3 = offset + 3 * N / 16 * rowBytes + 3 * N % 16 * BYTES;
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

  /** One row by two vectors of sums. */
  private static void row(
      MemorySegment data, long offset, int length, float[] x, int xAt, float[] sums, int sumsAt) {
    FloatVector s0 = FloatVector.zero(FLOAT);
    FloatVector s1 = s0;
    for (int k = 0; k < length; k += 16) {
      long at = offset + (long) k * BYTES;
      s0 = at(data, at).fma(FloatVector.fromArray(FLOAT, x, xAt + k), s0);
      s1 = at(data, at + N * BYTES).fma(FloatVector.fromArray(FLOAT, x, xAt + k + N), s1);
    }
    s0.intoArray(sums, sumsAt);
    s1.intoArray(sums, sumsAt + N);
  }

  /** See {@link Rows#decode}. */
  static void decode(MemorySegment data, long offset, int length, float[] out, int outAt) {
    for (int i = 0; i < length; i += N) {
      at(data, offset + (long) i * BYTES).intoArray(out, outAt + i);
    }
  }
}
