package io.hunyuan4j.kernels.vector;

import static io.hunyuan4j.kernels.vector.Lanes.N;
import static io.hunyuan4j.kernels.vector.Lanes.ROWS;

import io.hunyuan4j.kernels.Bf16Matrix;
import io.hunyuan4j.kernels.F16Matrix;
import io.hunyuan4j.kernels.F32Matrix;
import io.hunyuan4j.kernels.KvFormat;
import io.hunyuan4j.kernels.Matrix;
import io.hunyuan4j.kernels.scalar.Decode;
import io.hunyuan4j.kernels.scalar.SixteenSums;
import java.lang.foreign.MemorySegment;

/**
 * Reads rows of {@code cols} stored numbers: dot products, decoding.
 *
 * <p>The vector part is in one file a format; what does not fill a vector is done here by the
 * scalar definition. Belongs to one thread.
 */
final class Rows {
  private final KvFormat format;
  private final int cols;
  private final long rowBytes;
  private final float[] sums = new float[64];
  private final float[] tail = new float[16];

  Rows(KvFormat format, int cols) {
    this.format = format;
    this.cols = cols;
    this.rowBytes = format.rowBytes(cols);
  }

  static Rows of(Matrix matrix) {
    return switch (matrix) {
      case F32Matrix m -> new Rows(KvFormat.F32, m.cols());
      case Bf16Matrix m -> new Rows(KvFormat.BF16, m.cols());
      case F16Matrix m -> new Rows(KvFormat.F16, m.cols());
    };
  }

  /**
   * Dot products of the {@link Lanes#ROWS} rows from {@code offset} on with x, to {@code out[outAt
   * …]}.
   */
  void dots(MemorySegment data, long offset, float[] x, int xAt, float[] out, int outAt) {
    int whole = cols & -16;
    switch (format) {
      case F32 -> F32Rows.products(data, offset, rowBytes, whole, x, xAt, sums);
      case BF16 -> Bf16Rows.products(data, offset, rowBytes, whole, x, xAt, sums);
      case F16 -> F16Rows.products(data, offset, rowBytes, whole, x, xAt, sums);
      case Q8 -> throw new IllegalStateException("no rows of this format");
    }
    for (int r = 0; r < ROWS; r++) {
      if (whole < cols) {
        long at = offset + r * rowBytes + format.rowBytes(whole);
        Decode.numbers(format, data, at, cols - whole, tail, 0);
        SixteenSums.addProducts(sums, 16 * r, tail, 0, x, xAt + whole, 0, cols - whole);
      }
      out[outAt + r] = SixteenSums.tree(sums, 16 * r);
    }
  }

  /** The row at {@code offset} as floats. */
  void decode(MemorySegment data, long offset, float[] out, int outAt) {
    int whole = cols & -N;
    switch (format) {
      case F32 -> F32Rows.decode(data, offset, whole, out, outAt);
      case BF16 -> Bf16Rows.decode(data, offset, whole, out, outAt);
      case F16 -> F16Rows.decode(data, offset, whole, out, outAt);
      case Q8 -> throw new IllegalStateException("no rows of this format");
    }
    Decode.numbers(format, data, offset + format.rowBytes(whole), cols - whole, out, outAt + whole);
  }
}
