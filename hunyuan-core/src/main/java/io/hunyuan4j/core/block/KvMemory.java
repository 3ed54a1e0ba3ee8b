package io.hunyuan4j.core.block;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Where the blocks of a model's key-value caches come from, and how much they take. Safe to share
 * between threads.
 */
public final class KvMemory {
  private final AtomicLong liveBytes = new AtomicLong();

  /** Nothing yet. */
  public KvMemory() {}

  /** Bytes of native memory in use; a block counts once, however many share it. */
  public long liveBytes() {
    return liveBytes.get();
  }

  /** A new block of zeros, which the caller owns. */
  KvBlock allocate(int slots, long slotBytes) {
    KvBlock block = new KvBlock(this, slots, slotBytes);
    liveBytes.addAndGet(block.bytes());
    return block;
  }

  /** Takes note of a block that nobody owns any more. */
  void freed(KvBlock block) {
    liveBytes.addAndGet(-block.bytes());
  }
}
