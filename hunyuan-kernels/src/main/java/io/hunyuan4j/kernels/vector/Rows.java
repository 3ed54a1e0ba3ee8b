package io.hunyuan4j.kernels.vector;

import static io.hunyuan4j.kernels.vector.Lanes.N;
import static io.hunyuan4j.kernels.vector.Lanes.ROWS;

import io.hunyuan4j.kernels.Bf16Matrix;
import io.hunyuan4j.kernels.F16Matrix;
import io.hunyuan4j.kernels.F32Matrix;
import io.hunyuan4j.kernels.KvFormat;
import io.hunyuan4j.kernels.RowMatrix;
import io.hunyuan4j.kernels.scalar.Decode;
import io.hunyuan4j.kernels.scalar.SixteenSums;
import java.lang.foreign.MemorySegment;

/**
 * Reads rows of {@code cols} stored numbers, of a matrix or of a cache: dot products, weighted
 * sums, decoding.
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
  private final float[] decoded; // [ROWS, cols] for F16

  Rows(KvFormat format, int cols) {
    this.format = format;
    this.cols = cols;
    this.rowBytes = format.rowBytes(cols);
    this.decoded = new float[format == KvFormat.F16 ? ROWS * cols : 0];
  }

  static Rows of(RowMatrix matrix) {
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
      case F16 -> F16Rows.products(data, offset, rowBytes, whole, x, xAt, sums, decoded);
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

  /**
   * {@code out[d] = Σ_i weights[i] · row_i[d]} over the {@code rows} rows from {@code offset} on,
   * row by row from 0.
   */
  void weightedSum(MemorySegment data, long offset, int rows, float[] weights, float[] out) {
    switch (format) {
      case F32 -> F32Rows.weightedSum(data, offset, rowBytes, rows, weights, out, cols);
      case BF16 -> Bf16Rows.weightedSum(data, offset, rowBytes, rows, weights, out, cols);
      case F16 -> F16Rows.weightedSum(data, offset, rowBytes, rows, weights, out, cols);
    }
    int whole = cols & -N;
    for (int d = whole; d < cols; d++) {
      out[d] = 0f;
    }
    for (int i = 0; i < rows && whole < cols; i++) {
      Decode.numbers(
          format, data, offset + i * rowBytes + format.rowBytes(whole), cols - whole, tail, 0);
      for (int d = whole; d < cols; d++) {
        out[d] = Math.fma(weights[i], tail[d - whole], out[d]);
      }
    }
  }

  /** The row at {@code offset} as floats. */
  void decode(MemorySegment data, long offset, float[] out, int outAt) {
    decode(data, offset, cols, out, outAt);
  }

  /** The {@code n} numbers at {@code offset} as floats. */
  void decode(MemorySegment data, long offset, int n, float[] out, int outAt) {
    int whole = n & -N;
    switch (format) {
      case F32 -> F32Rows.decode(data, offset, whole, out, outAt);
      case BF16 -> Bf16Rows.decode(data, offset, whole, out, outAt);
      case F16 -> F16Rows.decode(data, offset, whole, out, outAt);
    }
    Decode.numbers(format, data, offset + format.rowBytes(whole), n - whole, out, outAt + whole);
  }
}
