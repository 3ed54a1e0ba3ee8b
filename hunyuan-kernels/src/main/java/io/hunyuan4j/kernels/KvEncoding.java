package io.hunyuan4j.kernels;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.hunyuan4j.kernels.scalar.Encode;
import io.hunyuan4j.kernels.scalar.SixteenSums;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Floats to the bytes of a key-value cache, rounded to nearest, ties to even. */
final class KvEncoding {
  private static final ValueLayout.OfFloat FLOAT = JAVA_FLOAT_UNALIGNED.withOrder(LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT = JAVA_SHORT_UNALIGNED.withOrder(LITTLE_ENDIAN);
  private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;

  /** 1.5 · 2²³: adding it rounds to an integer, which is then in the low bits of the float. */
  private static final float ROUNDER = 12_582_912f;

  private static final short NAN = 0x7FC0;

  private KvEncoding() {}

  /** Writes a key, {@code x[from …]}, as that of {@code position} of a block. */
  static void key(KvView cache, MemorySegment block, int head, int position, float[] x, int from) {
    long keys = cache.keyOffset(head);
    scales(cache, block, keys, position, x, from);
    long at = keys + cache.keyAt(position);
    long step = (long) KvView.PANEL * cache.format().elementBytes();
    int n = cache.headDim();
    for (int index = 0; index < 16; index++) {
      int residue = SixteenSums.residue(index);
      switch (cache.format()) {
        case F32 -> {
          for (int k = residue; k < n; k += 16, at += step) {
            block.set(FLOAT, at, x[from + k]);
          }
        }
        case BF16 -> {
          for (int k = residue; k < n; k += 16, at += step) {
            block.set(SHORT, at, Encode.bf16(x[from + k]));
          }
        }
        case F16 -> {
          for (int k = residue; k < n; k += 16, at += step) {
            block.set(SHORT, at, Float.floatToFloat16(x[from + k]));
          }
        }
        case Q8 -> {
          for (int k = residue; k < n; k += 16, at += step) {
            long scaleAt = keys + cache.scaleAt(position, k / KvFormat.NUMBERS_PER_SCALE);
            block.set(BYTE, at, quantized(x[from + k], block.get(SHORT, scaleAt)));
          }
        }
      }
    }
  }

  /** Writes a value, {@code x[from …]}, as that of {@code position} of a block. */
  static void value(
      KvView cache, MemorySegment block, int head, int position, float[] x, int from) {
    long values = cache.valueOffset(head);
    scales(cache, block, values, position, x, from);
    for (int first = 0; first < cache.headDim(); first += KvView.PANEL) {
      long at = values + cache.valueAt(position, first);
      int n = cache.valueWidth(first);
      int xAt = from + first;
      switch (cache.format()) {
        case F32 -> MemorySegment.copy(x, xAt, block, FLOAT, at, n);
        case BF16 -> {
          for (int i = 0; i < n; i++) {
            block.set(SHORT, at + 2L * i, Encode.bf16(x[xAt + i]));
          }
        }
        case F16 -> {
          for (int i = 0; i < n; i++) {
            block.set(SHORT, at + 2L * i, Float.floatToFloat16(x[xAt + i]));
          }
        }
        case Q8 -> {
          long scaleAt = values + cache.scaleAt(position, first / KvFormat.NUMBERS_PER_SCALE);
          short scale = block.get(SHORT, scaleAt);
          for (int i = 0; i < n; i++) {
            block.set(BYTE, at + i, quantized(x[xAt + i], scale));
          }
        }
      }
    }
  }

  /** The scales of a key or a value; none for most formats. */
  private static void scales(
      KvView cache, MemorySegment block, long offset, int position, float[] x, int from) {
    int n = cache.headDim();
    for (int s = 0; s < cache.format().scales(n); s++) {
      int first = s * KvFormat.NUMBERS_PER_SCALE;
      float max = 0;
      for (int i = first; i < Math.min(n, first + KvFormat.NUMBERS_PER_SCALE); i++) {
        max = Math.max(max, Math.abs(x[from + i])); // a NaN stays
      }
      short scale = max <= Float.MAX_VALUE ? Encode.bf16(max / 127f) : NAN;
      block.set(SHORT, offset + cache.scaleAt(position, s), scale);
    }
  }

  /** A number as a byte, see {@link KvFormat#Q8}. */
  private static byte quantized(float x, short scaleBits) {
    float scale = Float.intBitsToFloat(scaleBits << 16);
    if (scale > 0) {
      float q = Math.min(127f, Math.max(-127f, x / scale));
      return (byte) Float.floatToRawIntBits(q + ROUNDER);
    }
    return 0;
  }

  /**
   * Units of storing: a head of a block, so that no two threads share a line of the cache. Keys are
   * {@code x} of the call, values its {@code y}.
   */
  static int units(Call call) {
    int last = (call.position + call.x.rows() - 1) / KvView.BLOCK_TOKENS;
    int blocks = last - call.position / KvView.BLOCK_TOKENS + 1;
    return Math.multiplyExact(blocks, call.cache.numKeyValueHeads());
  }

  /** Stores units {@code from … to}. */
  static void store(Call call, int from, int to) {
    int heads = call.cache.numKeyValueHeads();
    int firstBlock = call.position / KvView.BLOCK_TOKENS;
    for (int unit = from; unit < to; unit++) {
      storeHead(call, firstBlock + unit / heads, unit % heads);
    }
  }

  /** Writes the keys and values of one head that belong into one block. */
  private static void storeHead(Call call, int block, int head) {
    KvView cache = call.cache;
    FloatMatrix keys = call.x;
    FloatMatrix values = call.y;
    int first = block * KvView.BLOCK_TOKENS;
    MemorySegment memory = cache.blocks().get(block);
    int column = head * cache.headDim();
    int end = Math.min(keys.rows(), first + KvView.BLOCK_TOKENS - call.position);
    for (int t = Math.max(0, first - call.position); t < end; t++) {
      int position = call.position + t - first;
      key(cache, memory, head, position, keys.data(), keys.rowOffset(t) + column);
      value(cache, memory, head, position, values.data(), values.rowOffset(t) + column);
    }
  }
}
