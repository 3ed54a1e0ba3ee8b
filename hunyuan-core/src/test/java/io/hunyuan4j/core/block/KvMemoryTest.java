package io.hunyuan4j.core.block;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Blocks that nobody owns any more give their memory to others, without what was in it. */
class KvMemoryTest {
  private static final long SLOT_BYTES = 1 << 20;

  @Test
  void allocate_afterABlockOfThisSize_getsItsMemoryAsZeros() {
    try (KvMemory memory = new KvMemory()) {
      KvBlock first = memory.allocate(3, SLOT_BYTES);
      MemorySegment data = first.data();
      data.fill((byte) 7);
      first.release();
      assertEquals(0, memory.liveBytes());
      assertEquals(3 * SLOT_BYTES, memory.idleBytes());
      assertThrows(IllegalStateException.class, first::retain);
      assertThrows(IllegalStateException.class, first::release);
      memory.allocate(1, 3 * SLOT_BYTES).release();
      assertEquals(6 * SLOT_BYTES, memory.idleBytes(), "as many bytes, and other slots");

      KvBlock second = memory.allocate(3, SLOT_BYTES);
      assertEquals(data.address(), second.data().address());
      assertEquals(-1, second.data().mismatch(MemorySegment.ofArray(new byte[3 << 20])));
      assertEquals(3 * SLOT_BYTES, memory.liveBytes());
      assertEquals(3 * SLOT_BYTES, memory.idleBytes());
      assertThrows(IllegalStateException.class, first::release);
      second.release();
    }
  }

  @Test
  void release_ofMoreThanIsKept_freesTheRest() {
    try (KvMemory memory = new KvMemory()) {
      List<KvBlock> blocks = new ArrayList<>();
      for (int i = 0; i < 70; i++) {
        blocks.add(memory.allocate(1, SLOT_BYTES));
      }
      assertEquals(70 * SLOT_BYTES, memory.liveBytes());
      blocks.forEach(KvBlock::release);
      assertEquals(KvMemory.MOST_IDLE_BYTES, memory.idleBytes());
      assertEquals(0, memory.liveBytes());
    }
  }

  @Test
  void close_freesWhatWaits_andKeepsNothingMore() {
    KvMemory memory = new KvMemory();
    KvBlock late = memory.allocate(1, SLOT_BYTES);
    KvBlock idle = memory.allocate(1, SLOT_BYTES);
    idle.release();
    memory.close();
    memory.close();
    assertEquals(0, memory.idleBytes());
    assertThrows(IllegalStateException.class, () -> idle.data().fill((byte) 1));
    late.data().fill((byte) 1); // its owner still may
    late.release();
    assertEquals(0, memory.liveBytes());
    assertEquals(0, memory.idleBytes());
    assertThrows(IllegalStateException.class, () -> late.data().fill((byte) 1));
  }
}
