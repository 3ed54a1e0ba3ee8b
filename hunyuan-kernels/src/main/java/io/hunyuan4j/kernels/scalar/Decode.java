package io.hunyuan4j.kernels.scalar;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.hunyuan4j.kernels.Bf16Matrix;
import io.hunyuan4j.kernels.BlockMatrix;
import io.hunyuan4j.kernels.F16Matrix;
import io.hunyuan4j.kernels.F32Matrix;
import io.hunyuan4j.kernels.KvFormat;
import io.hunyuan4j.kernels.Matrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The rule from bytes to float of every format, element by element. */
public final class Decode {
  private static final ValueLayout.OfFloat FLOAT = JAVA_FLOAT_UNALIGNED.withOrder(LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT = JAVA_SHORT_UNALIGNED.withOrder(LITTLE_ENDIAN);

  private Decode() {}

  /** Row {@code row} of a matrix into {@code out} from index {@code at}. */
  public static void row(Matrix matrix, int row, float[] out, int at) {
    switch (matrix) {
      case F32Matrix m -> f32(m.data(), row * m.rowBytes(), m.cols(), out, at);
      case Bf16Matrix m -> bf16(m.data(), row * m.rowBytes(), m.cols(), out, at);
      case F16Matrix m -> f16(m.data(), row * m.rowBytes(), m.cols(), out, at);
      case BlockMatrix m -> Blocks.row(m, row, out, at);
    }
  }

  /** {@code n} stored numbers at a byte offset into {@code out} from index {@code at}. */
  public static void numbers(
      KvFormat format, MemorySegment data, long offset, int n, float[] out, int at) {
    switch (format) {
      case F32 -> f32(data, offset, n, out, at);
      case BF16 -> bf16(data, offset, n, out, at);
      case F16 -> f16(data, offset, n, out, at);
    }
  }

  static void f32(MemorySegment data, long offset, int n, float[] out, int at) {
    MemorySegment.copy(data, FLOAT, offset, out, at, n);
  }

  static void bf16(MemorySegment data, long offset, int n, float[] out, int at) {
    for (int i = 0; i < n; i++) {
      out[at + i] = Float.intBitsToFloat(data.get(SHORT, offset + 2L * i) << 16);
    }
  }

  /** {@code n} numbers of binary16. */
  public static void f16(MemorySegment data, long offset, int n, float[] out, int at) {
    for (int i = 0; i < n; i++) {
      out[at + i] = Float.float16ToFloat(data.get(SHORT, offset + 2L * i));
    }
  }
}
