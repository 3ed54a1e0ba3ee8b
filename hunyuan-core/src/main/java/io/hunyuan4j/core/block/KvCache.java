package io.hunyuan4j.core.block;

import io.hunyuan4j.kernels.KvFormat;
import io.hunyuan4j.kernels.KvView;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Keys and values of a session in native memory: for every slot a list of blocks of {@link
 * KvView#BLOCK_TOKENS} positions.
 *
 * <p>Grows by one block of all slots at a time. Owns its memory.
 */
public final class KvCache implements AutoCloseable {
  private static final long ALIGNMENT = 64;

  private final Arena arena = Arena.ofShared();
  private final List<KvView> slots = new ArrayList<>();
  private final long blockBytes;

  /** An empty cache. */
  public KvCache(KvLayout layout, KvFormat format) {
    this.blockBytes = KvView.blockBytes(format, layout.numKeyValueHeads(), layout.headDim());
    for (int slot = 0; slot < layout.numSlots(); slot++) {
      slots.add(new KvView(format, layout.numKeyValueHeads(), layout.headDim(), new ArrayList<>()));
    }
  }

  /** One slot, for a kernel. */
  public KvView slot(int slot) {
    return slots.get(slot);
  }

  /** Bytes of native memory in use. */
  public long bytes() {
    return slots.isEmpty() ? 0 : slots.size() * (slots.getFirst().blocks().size() * blockBytes);
  }

  /** Grows until {@code positions} positions fit. */
  public void ensure(int positions) {
    while (!slots.isEmpty() && slots.getFirst().positions() < positions) {
      MemorySegment blocks = arena.allocate(slots.size() * blockBytes, ALIGNMENT);
      for (int slot = 0; slot < slots.size(); slot++) {
        slots.get(slot).blocks().add(blocks.asSlice(slot * blockBytes, blockBytes));
      }
    }
  }

  /** Whether {@link #close} was called. */
  public boolean isClosed() {
    return !arena.scope().isAlive();
  }

  @Override
  public void close() {
    if (!isClosed()) {
      arena.close();
    }
  }
}
