package io.hunyuan4j.kernels;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Floats to the bytes of a key-value cache, rounded to nearest, ties to even. */
final class KvEncoding {
  private static final ValueLayout.OfFloat FLOAT = JAVA_FLOAT_UNALIGNED.withOrder(LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT = JAVA_SHORT_UNALIGNED.withOrder(LITTLE_ENDIAN);

  private KvEncoding() {}

  /**
   * Writes {@code headDim} floats of {@code x} from index {@code from} to {@code block} at {@code
   * byteOffset}.
   */
  static void encode(KvView cache, MemorySegment block, long byteOffset, float[] x, int from) {
    int n = cache.headDim();
    switch (cache.format()) {
      case F32 -> MemorySegment.copy(x, from, block, FLOAT, byteOffset, n);
      case BF16 -> {
        for (int i = 0; i < n; i++) {
          block.set(SHORT, byteOffset + 2L * i, bf16(x[from + i]));
        }
      }
      case F16 -> {
        for (int i = 0; i < n; i++) {
          block.set(SHORT, byteOffset + 2L * i, Float.floatToFloat16(x[from + i]));
        }
      }
    }
  }

  /** A float as bfloat16. */
  static short bf16(float x) {
    int bits = Float.floatToRawIntBits(x);
    if (Float.isNaN(x)) {
      return (short) (bits >>> 16 | 0x40); // rounding could carry a NaN into an infinity
    }
    return (short) (bits + 0x7FFF + (bits >>> 16 & 1) >>> 16);
  }
}
