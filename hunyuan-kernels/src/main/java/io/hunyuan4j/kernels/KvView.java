package io.hunyuan4j.kernels;

import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * What a kernel needs to know of one slot of a key-value cache: blocks of {@value #BLOCK_TOKENS}
 * positions, block {@code b} holding positions {@code 64b … 64b + 63}.
 *
 * <p>A block is {@code [key | value][numKeyValueHeads][64][headDim]}, so that the keys of one head
 * lie side by side. Attention works block by block and merges in ascending order; the block size is
 * part of the numerics contract.
 *
 * @param format how numbers are stored
 * @param numKeyValueHeads heads per position
 * @param headDim numbers per key and per value
 * @param blocks the memory, each of {@link #blockBytes} bytes
 */
public record KvView(
    KvFormat format, int numKeyValueHeads, int headDim, List<MemorySegment> blocks) {

  /** Positions per block. */
  public static final int BLOCK_TOKENS = 64;

  /** Checks the shape. The blocks are checked when they are used. */
  public KvView {
    if (numKeyValueHeads < 1 || headDim < 1) {
      throw new IllegalArgumentException(
          "bad cache shape: %d heads of %d".formatted(numKeyValueHeads, headDim));
    }
  }

  /** Bytes of one block. */
  public static long blockBytes(KvFormat format, int numKeyValueHeads, int headDim) {
    return 2L * numKeyValueHeads * BLOCK_TOKENS * format.rowBytes(headDim);
  }

  /** Positions that the present blocks can hold. */
  public long positions() {
    return (long) blocks.size() * BLOCK_TOKENS;
  }

  /** Bytes of one key or value. */
  public long rowBytes() {
    return format.rowBytes(headDim);
  }

  /**
   * Byte offset in a block of the first key of a head; the keys of the block's positions follow it.
   */
  public long keyOffset(int head) {
    return (long) head * BLOCK_TOKENS * rowBytes();
  }

  /** Byte offset in a block of the first value of a head. */
  public long valueOffset(int head) {
    return (long) (numKeyValueHeads + head) * BLOCK_TOKENS * rowBytes();
  }
}
