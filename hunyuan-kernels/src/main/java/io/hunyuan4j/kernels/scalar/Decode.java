package io.hunyuan4j.kernels.scalar;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.hunyuan4j.kernels.Bf16Matrix;
import io.hunyuan4j.kernels.BlockMatrix;
import io.hunyuan4j.kernels.F16Matrix;
import io.hunyuan4j.kernels.F32Matrix;
import io.hunyuan4j.kernels.KvFormat;
import io.hunyuan4j.kernels.KvView;
import io.hunyuan4j.kernels.Matrix;
import io.hunyuan4j.kernels.RowMatrix;
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
      case RowMatrix m -> numbers(m, row * m.rowBytes(), m.cols(), out, at);
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
      case Q8 -> throw new IllegalArgumentException("numbers of Q8 have a scale");
    }
  }

  /** The key of a head at {@code position} of a block. */
  public static void key(KvView cache, MemorySegment block, int head, int position, float[] out) {
    KvFormat format = cache.format();
    long keys = cache.keyOffset(head);
    long at = keys + cache.keyAt(position);
    for (int index = 0; index < 16; index++) {
      for (int k = SixteenSums.residue(index); k < cache.headDim(); k += 16) {
        out[k] = number(format, block, at);
        if (format == KvFormat.Q8) {
          out[k] *= scale(block, keys + cache.scaleAt(position, k / KvFormat.NUMBERS_PER_SCALE));
        }
        at += (long) KvView.PANEL * format.elementBytes();
      }
    }
  }

  /**
   * The numbers {@code from … to} of the value of a head at {@code position} of a block, to {@code
   * out} from index {@code outAt}.
   */
  public static void value(
      KvView cache,
      MemorySegment block,
      int head,
      int position,
      int from,
      int to,
      float[] out,
      int outAt) {
    KvFormat format = cache.format();
    long values = cache.valueOffset(head);
    for (int i = from; i < to; i++) {
      float number = number(format, block, values + cache.valueAt(position, i));
      if (format == KvFormat.Q8) {
        number *= scale(block, values + cache.scaleAt(position, i / KvFormat.NUMBERS_PER_SCALE));
      }
      out[outAt + i - from] = number;
    }
  }

  /** A stored number without its scale. */
  private static float number(KvFormat format, MemorySegment data, long offset) {
    return switch (format) {
      case F32 -> data.get(FLOAT, offset);
      case BF16 -> Float.intBitsToFloat(data.get(SHORT, offset) << 16);
      case F16 -> Float.float16ToFloat(data.get(SHORT, offset));
      case Q8 -> data.get(ValueLayout.JAVA_BYTE, offset);
    };
  }

  private static float scale(MemorySegment data, long offset) {
    return Float.intBitsToFloat(data.get(SHORT, offset) << 16);
  }

  /** {@code n} stored numbers of a matrix at a byte offset into {@code out} from {@code at}. */
  public static void numbers(RowMatrix matrix, long offset, int n, float[] out, int at) {
    switch (matrix) {
      case F32Matrix m -> f32(m.data(), offset, n, out, at);
      case Bf16Matrix m -> bf16(m.data(), offset, n, out, at);
      case F16Matrix m -> f16(m.data(), offset, n, out, at);
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
