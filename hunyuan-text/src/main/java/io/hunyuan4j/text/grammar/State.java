package io.hunyuan4j.text.grammar;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All readings of a text so far: nodes that wait for a byte, each with its stack. Equal ones are
 * the same object within a {@link Recognizer}. Guarded by the recognizer's owner, as are the
 * caches.
 */
final class State {
  private static final int FEW = 3;

  /** One reading. */
  record Thread(int node, Frame frame) {}

  final List<Thread> threads;

  /** Whether the text may end here. */
  final boolean accepting;

  /** The least number of bytes to an end. */
  final long leastBytes;

  final int depth;
  private final boolean dead;

  /** By class of bytes, once there are several; null where not known yet. */
  private @Nullable State @Nullable [] next;

  /** The first few, of the classes beside them. */
  private final @Nullable State[] firstNext = new State[FEW];

  private final int[] firstClasses = new int[FEW];
  private int few;

  /** The tokens that may follow, once asked for. */
  @Nullable TokenStep step;

  /** The same without the short cut of plain tokens, once asked for. */
  @Nullable TokenStep fullStep;

  /** The least number of tokens to an end, or −1 while not known. */
  int tokensNeeded = -1;

  /** Number of the last walk of a {@link TokenWalk} that met it, and of its group there. */
  int walk;

  int group;

  /** What {@link PlainRoom#loopOf} found, once asked for. */
  @Nullable State loop;

  boolean isLoopKnown;

  State(List<Thread> threads, boolean accepting, long leastBytes) {
    this.threads = threads;
    this.accepting = accepting;
    this.leastBytes = leastBytes;
    int deepest = 0;
    for (Thread thread : threads) {
      deepest = Math.max(deepest, thread.frame().depth);
    }
    this.depth = deepest;
    this.dead = threads.isEmpty() && !accepting;
  }

  /** Whether nothing may follow and the text may not end either. */
  boolean isDead() {
    return dead;
  }

  /** The state after a byte of the class, or null if that is not known. */
  @Nullable State next(int byteClass) {
    if (next != null) {
      return next[byteClass];
    }
    for (int i = 0; i < few; i++) {
      if (firstClasses[i] == byteClass) {
        return firstNext[i];
      }
    }
    return null;
  }

  /** Keeps the state after a byte of the class; returns by how many bytes this one has grown. */
  int keep(int byteClass, State state, int classes) {
    if (next == null && few < FEW) {
      firstClasses[few] = byteClass;
      firstNext[few++] = state;
      return 0;
    }
    int grown = 0;
    if (next == null) {
      next = new State[classes];
      grown = 4 * classes;
      for (int i = 0; i < FEW; i++) {
        next[firstClasses[i]] = firstNext[i];
      }
    }
    next[byteClass] = state;
    return grown;
  }

  /** Forgets all that is kept here. */
  void clear() {
    next = null;
    few = 0;
    Arrays.fill(firstNext, null);
    loop = null;
    isLoopKnown = false;
    step = null;
    fullStep = null;
  }
}
