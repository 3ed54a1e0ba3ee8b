package io.hunyuan4j.bench;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.hunyuan4j.kernels.Parallel;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Random bfloat16 numbers from a seed: about a nanosecond for four of them.
 *
 * <p>A number is {@code ±1.m · 2^e} with sign, the 7 bits of m and e from {−8, −7, −6, −5} drawn
 * evenly: mean 0, root mean square 0.0275, at most 0.0625, never 0, subnormal or infinite. That is
 * the scale of a model's initial weights. The bits are those of SplitMix64 counted from the seed,
 * so every place has its number whatever the number of threads.
 */
public final class RandomBf16 {
  private static final ValueLayout.OfLong LONG = JAVA_LONG_UNALIGNED.withOrder(LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT = JAVA_SHORT_UNALIGNED.withOrder(LITTLE_ENDIAN);
  private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

  /** Sign, two bits of exponent, mantissa; four times. */
  private static final long RANDOM_BITS = 0x81FF_81FF_81FF_81FFL;

  /** The exponent of 2⁻⁸, four times. Adding up to three to it carries into no other field. */
  private static final long SMALLEST_EXPONENT = 0x3B80_3B80_3B80_3B80L;

  private static final int PIECE_LONGS = 1 << 16;

  private RandomBf16() {}

  /** Fills memory of at most 2³⁴ bytes, a whole number of bfloat16. */
  public static void fill(MemorySegment memory, long seed, Parallel parallel) {
    int longs = Math.toIntExact(memory.byteSize() / Long.BYTES);
    parallel.forRange(
        longs,
        PIECE_LONGS,
        (from, to) -> {
          for (int i = from; i < to; i++) {
            memory.set(LONG, (long) i * Long.BYTES, four(seed, i));
          }
        });
    long rest = four(seed, longs);
    for (long at = (long) longs * Long.BYTES; at < memory.byteSize(); at += Short.BYTES) {
      memory.set(SHORT, at, (short) rest);
      rest >>>= Short.SIZE;
    }
  }

  private static long four(long seed, long index) {
    return (mix(seed + index * GOLDEN_GAMMA) & RANDOM_BITS) + SMALLEST_EXPONENT;
  }

  /** The finalizer of SplitMix64: neighbours become unrelated. */
  static long mix(long bits) {
    long z = (bits ^ (bits >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
