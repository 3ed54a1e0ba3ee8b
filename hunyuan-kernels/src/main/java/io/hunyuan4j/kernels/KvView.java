package io.hunyuan4j.kernels;

import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * What a kernel needs to know of one slot of a key-value cache: blocks of {@value #BLOCK_TOKENS}
 * positions, block {@code b} holding positions {@code 64b … 64b + 63}.
 *
 * <p>A block is {@code [key | value][numKeyValueHeads]}, and for each head its 64 keys or values:
 *
 * <ul>
 *   <li>keys {@code [2][headDim][32]}, 32 keys side by side, then scales {@code [scales][64]} if
 *       the format has any. So scores come out side by side, without sums across a vector. The
 *       numbers of a key are in the order of the sixteen sums: those with {@code k ≡ 0 (mod 16)},
 *       then 8, 4, 12, 2, 10, … (see {@link io.hunyuan4j.kernels.scalar.SixteenSums#residue}).
 *   <li>values {@code [headDim / 32][64][32]}, the last panel as narrow as it must be, then scales
 *       {@code [scales][64]}.
 * </ul>
 *
 * <p>So the products, which work on a panel of one or two vectors at a time, read memory from
 * beginning to end, which processors foresee.
 *
 * <p>Attention works block by block and merges in ascending order; the block size is part of the
 * numerics contract, where a number lies in the block is not.
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

  /** Numbers that lie side by side. */
  public static final int PANEL = 32;

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

  /** Byte offset in a block of the keys of a head. */
  public long keyOffset(int head) {
    return (long) head * BLOCK_TOKENS * rowBytes();
  }

  /** Byte offset in a block of the values of a head. */
  public long valueOffset(int head) {
    return (long) (numKeyValueHeads + head) * BLOCK_TOKENS * rowBytes();
  }

  /** Byte offset, in the keys of a head, of the first number of the key at a position. */
  public long keyAt(int position) {
    return ((long) position / PANEL * headDim * PANEL + position % PANEL) * format.elementBytes();
  }

  /** Byte offset, in the values of a head, of number {@code i} of the value at a position. */
  public long valueAt(int position, int i) {
    int before = i / PANEL * PANEL; // numbers in panels before
    return ((long) before * BLOCK_TOKENS + position * valueWidth(i) + i % PANEL)
        * format.elementBytes();
  }

  /** Numbers of a value that lie side by side where number {@code i} is. */
  public int valueWidth(int i) {
    return Math.min(PANEL, headDim - i / PANEL * PANEL);
  }

  /** Byte offset, in the keys or the values of a head, of scale {@code i} of a position. */
  public long scaleAt(int position, int i) {
    return (long) BLOCK_TOKENS * headDim * format.elementBytes()
        + ((long) i * BLOCK_TOKENS + position) * Short.BYTES;
  }
}
