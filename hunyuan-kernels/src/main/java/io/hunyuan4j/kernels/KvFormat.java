package io.hunyuan4j.kernels;

/**
 * How the key-value cache stores a number. Stored values are rounded to nearest, ties to even;
 * {@link KvEncoding} is the exact rule for writing, {@code scalar.Decode} the one for reading.
 */
public enum KvFormat {
  /** IEEE binary32, exact. */
  F32(4),
  /** bfloat16: half the memory, 8 significant bits. */
  BF16(2),
  /** IEEE binary16: half the memory, 11 significant bits, values beyond ±65 504 become infinite. */
  F16(2),
  /**
   * Signed bytes {@code q = −127 … 127} with one bfloat16 scale for every {@value
   * #NUMBERS_PER_SCALE} numbers of a key or value: {@code decode = q · scale}, exact in binary32.
   *
   * <p>{@code scale = bf16(max |x| / 127)} over these numbers, {@code q = x / scale} rounded to the
   * nearest integer, ties to even, and held within ±127; 0 where the scale is 0. If one of the
   * numbers is infinite or not a number, the scale is a NaN and so are all of them.
   */
  Q8(1);

  /** Numbers that share a scale in {@link #Q8}; the last ones of a key or value may be fewer. */
  public static final int NUMBERS_PER_SCALE = 32;

  private final int elementBytes;

  KvFormat(int elementBytes) {
    this.elementBytes = elementBytes;
  }

  /** Bytes of one number, without its share of a scale. */
  public int elementBytes() {
    return elementBytes;
  }

  /** Scales of one key or value of {@code headDim} numbers; 0 for formats that have none. */
  public int scales(int headDim) {
    return this == Q8 ? (headDim + NUMBERS_PER_SCALE - 1) / NUMBERS_PER_SCALE : 0;
  }

  /** Bytes of one key or one value of {@code headDim} numbers, with its scales. */
  public long rowBytes(int headDim) {
    return (long) elementBytes * headDim + (long) Short.BYTES * scales(headDim);
  }
}
