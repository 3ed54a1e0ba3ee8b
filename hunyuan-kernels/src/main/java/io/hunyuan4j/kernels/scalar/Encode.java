package io.hunyuan4j.kernels.scalar;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.hunyuan4j.kernels.Bf16Matrix;
import io.hunyuan4j.kernels.F16Matrix;
import io.hunyuan4j.kernels.F32Matrix;
import io.hunyuan4j.kernels.Matrix;
import io.hunyuan4j.kernels.RowMatrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Floats to the bytes of the formats that store number by number, rounded to nearest even. */
public final class Encode {
  private static final ValueLayout.OfFloat FLOAT = JAVA_FLOAT_UNALIGNED.withOrder(LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT = JAVA_SHORT_UNALIGNED.withOrder(LITTLE_ENDIAN);

  private Encode() {}

  /**
   * Converts rows {@code from … to}.
   *
   * @throws IllegalArgumentException if a finite weight is beyond the range of binary16
   */
  public static void rows(Matrix source, RowMatrix target, int from, int to) {
    float[] row = new float[target.cols()];
    for (int r = from; r < to; r++) {
      Decode.row(source, r, row, 0);
      row(row, target, r);
    }
  }

  private static void row(float[] from, RowMatrix matrix, int row) {
    MemorySegment data = matrix.data();
    long at = row * matrix.rowBytes();
    switch (matrix) {
      case F32Matrix m -> MemorySegment.copy(from, 0, data, FLOAT, at, m.cols());
      case Bf16Matrix m -> {
        for (int k = 0; k < m.cols(); k++) {
          data.set(SHORT, at + 2L * k, bf16(from[k]));
        }
      }
      case F16Matrix m -> {
        for (int k = 0; k < m.cols(); k++) {
          short half = Float.floatToFloat16(from[k]);
          if (Float.isFinite(from[k]) && (half & 0x7C00) == 0x7C00) {
            throw new IllegalArgumentException(
                "weight [%d, %d] is %s: F16 holds magnitudes up to 65504"
                    .formatted(row, k, from[k]));
          }
          data.set(SHORT, at + 2L * k, half);
        }
      }
    }
  }

  /** A float as bfloat16. */
  public static short bf16(float x) {
    int bits = Float.floatToRawIntBits(x);
    // No branch, so that C2 can do several at once; all ones unless x is not a number.
    int isNumber = (bits & 0x7FFFFFFF) - 0x7F800001 >> 31;
    int rounded = bits + 0x7FFF + (bits >>> 16 & 1) >>> 16;
    int quiet = bits >>> 16 | 0x40; // rounding could carry a NaN into an infinity
    return (short) (rounded & isNumber | quiet & ~isNumber);
  }
}
