package io.hunyuan4j.kernels;

/**
 * How the key-value cache stores a number. Stored values are rounded to nearest, ties to even;
 * reading them back is exact.
 */
public enum KvFormat {
  /** IEEE binary32, exact. */
  F32(4),
  /** bfloat16: half the memory, 8 significant bits. */
  BF16(2),
  /** IEEE binary16: half the memory, 11 significant bits, values beyond ±65 504 become infinite. */
  F16(2);

  private final int elementBytes;

  KvFormat(int elementBytes) {
    this.elementBytes = elementBytes;
  }

  /** Bytes of one key or one value of {@code headDim} numbers. */
  public long rowBytes(int headDim) {
    return (long) elementBytes * headDim;
  }
}
