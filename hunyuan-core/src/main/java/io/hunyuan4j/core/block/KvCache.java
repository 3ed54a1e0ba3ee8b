package io.hunyuan4j.core.block;

import static io.hunyuan4j.kernels.KvView.BLOCK_TOKENS;

import io.hunyuan4j.kernels.KvFormat;
import io.hunyuan4j.kernels.KvView;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Keys and values of a session: blocks of {@link KvView#BLOCK_TOKENS} positions in native memory,
 * each for all slots. For one thread at a time.
 *
 * <p>Blocks may be shared with other caches. What is shared is never written to: {@link #prepare}
 * puts a copy in its place first.
 */
public final class KvCache implements AutoCloseable {
  private final KvLayout layout;
  private final KvFormat format;
  private final KvMemory memory;
  private final long slotBytes;
  private final List<KvBlock> blocks = new ArrayList<>();
  private final List<KvView> slots = new ArrayList<>();
  private boolean closed;

  /** An empty cache that gets its blocks from {@code memory}. */
  public KvCache(KvLayout layout, KvFormat format, KvMemory memory) {
    this.layout = layout;
    this.format = format;
    this.memory = memory;
    this.slotBytes = KvView.blockBytes(format, layout.numKeyValueHeads(), layout.headDim());
    for (int slot = 0; slot < layout.numSlots(); slot++) {
      slots.add(new KvView(format, layout.numKeyValueHeads(), layout.headDim(), new ArrayList<>()));
    }
  }

  /** One slot, for a kernel. */
  public KvView slot(int slot) {
    return slots.get(slot);
  }

  /** The blocks, in the order of their positions; they stay this cache's. */
  public List<KvBlock> blocks() {
    return List.copyOf(blocks);
  }

  /** A block. */
  public KvBlock block(int index) {
    return blocks.get(index);
  }

  /** Bytes of a block. */
  public long blockBytes() {
    return slots.size() * slotBytes;
  }

  /** Bytes of native memory in use, that of shared blocks too. */
  public long bytes() {
    return blocks.size() * blockBytes();
  }

  /**
   * Makes sure that positions {@code from … to − 1} have room which this cache alone owns; those
   * before keep what they have.
   */
  public void prepare(int from, int to) {
    for (int index = from / BLOCK_TOKENS; index < blocksOf(to); index++) {
      if (index == blocks.size() || blocks.get(index).isShared()) {
        KvBlock own = memory.allocate(slots.size(), slotBytes);
        if (index < blocks.size() && from > index * BLOCK_TOKENS) {
          MemorySegment.copy(blocks.get(index).data(), 0, own.data(), 0, own.bytes());
        }
        put(index, own);
      }
    }
  }

  /** Gives back the blocks that hold none of the first {@code positions} positions. */
  public void truncate(int positions) {
    while (blocks.size() > blocksOf(positions)) {
      slots.forEach(slot -> slot.blocks().removeLast());
      blocks.removeLast().release();
    }
  }

  /** A cache of the first {@code positions} positions, which shares their blocks. */
  public KvCache fork(int positions) {
    KvCache fork = new KvCache(layout, format, memory);
    for (int index = 0; index < blocksOf(positions); index++) {
      fork.put(index, blocks.get(index).retain());
    }
    return fork;
  }

  /**
   * Takes over a block, in the place of another or behind the last one. The caller owned it and
   * does so no more.
   */
  public void put(int index, KvBlock block) {
    if (index == blocks.size()) {
      blocks.add(block);
      for (int slot = 0; slot < slots.size(); slot++) {
        slots.get(slot).blocks().add(block.slot(slot));
      }
    } else {
      KvBlock before = blocks.set(index, block);
      for (int slot = 0; slot < slots.size(); slot++) {
        slots.get(slot).blocks().set(index, block.slot(slot));
      }
      before.release();
    }
  }

  /** Blocks that so many positions take. */
  private static int blocksOf(int positions) {
    return (int) ((positions + (long) BLOCK_TOKENS - 1) / BLOCK_TOKENS);
  }

  /** Whether {@link #close} was called. */
  public boolean isClosed() {
    return closed;
  }

  /** Lets go of all blocks. Closing again does nothing. */
  @Override
  public void close() {
    closed = true;
    truncate(0);
  }
}
