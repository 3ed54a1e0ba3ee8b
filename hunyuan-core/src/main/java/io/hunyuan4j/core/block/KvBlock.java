package io.hunyuan4j.core.block;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The keys and values of {@link io.hunyuan4j.kernels.KvView#BLOCK_TOKENS} positions in all slots,
 * one piece of native memory with any number of owners. The last one to let go gives it back.
 *
 * <p>Who is its only owner may write to it. Nobody else may.
 */
public final class KvBlock {
  private final KvMemory memory;
  private final KvMemory.Piece piece;
  private final List<MemorySegment> slots = new ArrayList<>();
  private final AtomicInteger owners = new AtomicInteger(1);

  KvBlock(KvMemory memory, KvMemory.Piece piece) {
    this.memory = memory;
    this.piece = piece;
    long slotBytes = piece.size().slotBytes();
    for (int slot = 0; slot < piece.size().slots(); slot++) {
      slots.add(piece.data().asSlice(slot * slotBytes, slotBytes));
    }
  }

  /** Bytes of native memory. */
  public long bytes() {
    return piece.data().byteSize();
  }

  /** The memory of all slots, one after the other. */
  public MemorySegment data() {
    return piece.data();
  }

  /** The memory of one slot. */
  MemorySegment slot(int slot) {
    return slots.get(slot);
  }

  /** Whether there is more than one owner. */
  boolean isShared() {
    return owners.get() > 1;
  }

  /**
   * One owner more. The caller must know that there is one.
   *
   * @throws IllegalStateException if there is none left
   */
  public KvBlock retain() {
    if (owners.getAndUpdate(n -> n == 0 ? 0 : n + 1) == 0) {
      throw new IllegalStateException("a block of a key-value cache is used after it was freed");
    }
    return this;
  }

  /**
   * One owner less.
   *
   * @throws IllegalStateException if there is none left
   */
  public void release() {
    int before = owners.getAndUpdate(n -> Math.max(0, n - 1));
    if (before == 0) {
      throw new IllegalStateException("a block of a key-value cache is freed twice");
    }
    if (before == 1) {
      memory.giveBack(piece);
    }
  }
}
