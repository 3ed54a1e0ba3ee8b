package io.hunyuan4j.kernels.vector;

import static io.hunyuan4j.kernels.vector.Lanes.N;
import static io.hunyuan4j.kernels.vector.Lanes.ROWS;

import io.hunyuan4j.kernels.Bf16Matrix;
import io.hunyuan4j.kernels.F16Matrix;
import io.hunyuan4j.kernels.F32Matrix;
import io.hunyuan4j.kernels.FloatMatrix;
import io.hunyuan4j.kernels.RowMatrix;
import io.hunyuan4j.kernels.scalar.Decode;
import io.hunyuan4j.kernels.scalar.SixteenSums;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Reads rows of stored numbers: dot products, decoding.
 *
 * <p>The vector part is in one file a format; what does not fill a step is done here by the scalar
 * definition.
 */
final class Rows {
  /** Where the end of a row lies in the scratch, behind the sums of up to four rows. */
  private static final int TAIL = 64;

  private Rows() {}

  /** Room for {@link #dots}. */
  static int scratchLength(RowMatrix matrix) {
    return TAIL + matrix.cols();
  }

  /**
   * Dot products of row {@code t} of x with {@link Lanes#ROWS} rows of the matrix that are {@code
   * step} apart, from {@code row} on.
   *
   * @param packed all of x in the order of {@link Pairs}, for binary16 {@linkplain F16Rows#lift
   *     lifted}
   */
  static void dots(
      FloatMatrix out,
      FloatMatrix x,
      float[] packed,
      int t,
      RowMatrix matrix,
      int row,
      int step,
      float[] scratch) {
    MemorySegment data = matrix.data();
    long rowBytes = matrix.rowBytes();
    long offset = row * rowBytes;
    long distance = step * rowBytes;
    int cols = matrix.cols();
    int whole = cols & -16;
    int xAt = x.rowOffset(t);
    int packedAt = t * cols;
    switch (matrix) {
      case F32Matrix _ -> F32Rows.products(data, offset, distance, whole, x.data(), xAt, scratch);
      case Bf16Matrix _ ->
          Bf16Rows.products(data, offset, distance, whole, packed, packedAt, scratch);
      case F16Matrix _ -> {
        if (!F16Rows.products(data, offset, distance, whole, packed, packedAt, scratch)) {
          Arrays.fill(scratch, 0, TAIL, 0f);
          whole = 0;
        }
      }
    }
    for (int r = 0; r < ROWS; r++) {
      if (whole < cols) {
        long at = offset + r * distance + rowBytes / cols * whole;
        Decode.numbers(matrix, at, cols - whole, scratch, TAIL);
        SixteenSums.addProducts(
            scratch, 16 * r, scratch, TAIL, x.data(), xAt + whole, 0, cols - whole);
      }
      out.data()[out.rowOffset(t) + row + r * step] = Tree.sum(scratch, 16 * r);
    }
  }

  /** The {@code n} numbers at {@code offset}, a multiple of 16, in the order of {@link Pairs}. */
  static void decodePairs(RowMatrix matrix, long offset, int n, float[] out, int outAt) {
    boolean isF16 = Pairs.SPLIT && matrix instanceof F16Matrix;
    if (!isF16 || !F16Rows.decodePairs(matrix.data(), offset, n, out, outAt)) {
      decode(matrix, offset, n, out, outAt);
      if (Pairs.SPLIT) {
        Pairs.order(out, outAt, n, out, outAt);
      }
    }
  }

  /** The {@code n} numbers at {@code offset} as floats. */
  static void decode(RowMatrix matrix, long offset, int n, float[] out, int outAt) {
    MemorySegment data = matrix.data();
    int whole = n & -N;
    switch (matrix) {
      case F32Matrix _ -> F32Rows.decode(data, offset, whole, out, outAt);
      case Bf16Matrix _ -> Bf16Rows.decode(data, offset, whole, out, outAt);
      case F16Matrix _ -> F16Rows.decode(data, offset, whole, out, outAt);
    }
    if (whole < n) {
      long at = offset + matrix.rowBytes() / matrix.cols() * whole;
      Decode.numbers(matrix, at, n - whole, out, outAt + whole);
    }
  }
}
