package io.hunyuan4j.core.block;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where the blocks of a model's key-value caches come from, and how much they take. Safe to share
 * between threads.
 *
 * <p>Memory that nobody owns any more waits here for the next block of its size, up to 64 MB: to
 * free it, all threads must stop for a moment, and those in a kernel run slowly for a while. {@link
 * #close} frees it; a model that somebody drops without that leaves it to the end of the process.
 */
public final class KvMemory implements AutoCloseable {
  /** What waits at most: some hundred blocks of a small model, some ten of a large one. */
  static final long MOST_IDLE_BYTES = 64L << 20;

  private static final long ALIGNMENT = 64;

  // All of it is guarded by this.
  private final Map<Size, Deque<Piece>> idle = new HashMap<>();
  private long idleBytes;
  private long liveBytes;
  private boolean closed;

  /** What a block of a cache needs. */
  record Size(int slots, long slotBytes) {
    long bytes() {
      return Math.multiplyExact(slots, slotBytes);
    }
  }

  /** Native memory for one block. */
  record Piece(Size size, Arena arena, MemorySegment data) {
    static Piece allocate(Size size) {
      Arena arena = Arena.ofShared();
      return new Piece(size, arena, arena.allocate(size.bytes(), ALIGNMENT));
    }
  }

  /** Nothing yet. */
  public KvMemory() {}

  /** Bytes of native memory in use; a block counts once, however many share it. */
  public synchronized long liveBytes() {
    return liveBytes;
  }

  /** Bytes of native memory that nobody uses and that is kept for the next blocks. */
  public synchronized long idleBytes() {
    return idleBytes;
  }

  /** A new block of zeros, which the caller owns. */
  KvBlock allocate(int slots, long slotBytes) {
    Size size = new Size(slots, slotBytes);
    Piece known = takeIdle(size);
    Piece piece = known == null ? Piece.allocate(size) : known;
    if (known != null) {
      known.data().fill((byte) 0); // nothing of one text gets into the memory of another
    }
    count(size.bytes());
    return new KvBlock(this, piece);
  }

  private synchronized void count(long bytes) {
    liveBytes += bytes;
  }

  private synchronized @Nullable Piece takeIdle(Size size) {
    Deque<Piece> pieces = idle.get(size);
    Piece piece = pieces == null ? null : pieces.pollLast(); // the one that caches may still have
    if (piece != null) {
      idleBytes -= size.bytes();
    }
    return piece;
  }

  /** Takes back the memory of a block that nobody owns any more. */
  void giveBack(Piece piece) {
    if (!keep(piece)) {
      piece.arena().close();
    }
  }

  private synchronized boolean keep(Piece piece) {
    long bytes = piece.size().bytes();
    liveBytes -= bytes;
    if (closed || idleBytes + bytes > MOST_IDLE_BYTES) {
      return false;
    }
    idle.computeIfAbsent(piece.size(), _ -> new ArrayDeque<>()).addLast(piece);
    idleBytes += bytes;
    return true;
  }

  /** Frees what waits, and from now on each block when its last owner lets go of it. */
  @Override
  public void close() {
    List<Piece> waiting = new ArrayList<>();
    synchronized (this) {
      closed = true;
      idle.values().forEach(waiting::addAll);
      idle.clear();
      idleBytes = 0;
    }
    waiting.forEach(piece -> piece.arena().close());
  }
}
