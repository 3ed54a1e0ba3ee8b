package io.hunyuan4j.core;

import io.hunyuan4j.kernels.FloatMatrix;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * The memory for activations of passes with many tokens, which sessions that read prompts use in
 * turns: so many sessions need no more of it than a few. Safe to share between threads.
 */
public final class BatchPool {
  /** Passes of so many tokens are served from a session's own memory. */
  static final int FEW_TOKENS = 16;

  /** Passes at once; more would only take processors from one another. */
  private static final int LENT_AT_ONCE = 4;

  private static final long LOOK_UP_MILLIS = 20;

  private final Semaphore turns = new Semaphore(LENT_AT_ONCE, true);
  private final Queue<Batch> idle = new ConcurrentLinkedQueue<>();
  private final Set<Thread> inside = ConcurrentHashMap.newKeySet();

  /** Nothing yet. */
  public BatchPool() {}

  /**
   * Runs tokens of one session when it is its turn. The logits are the session's memory.
   *
   * @throws CancellationException if the session wants to stop while it waits
   */
  FloatMatrix forward(LanguageModel model, int[] tokens, Session session, int logitRows) {
    if (!inside.add(Thread.currentThread())) { // called by an observer: it must not wait for itself
      return run(new Batch(), model, tokens, session, logitRows);
    }
    try {
      awaitTurn(session);
      Batch pooled = idle.poll();
      Batch batch = pooled == null ? new Batch() : pooled;
      try {
        return run(batch, model, tokens, session, logitRows);
      } finally {
        batch.clear();
        idle.add(batch);
        turns.release();
      }
    } finally {
      inside.remove(Thread.currentThread());
    }
  }

  private static FloatMatrix run(
      Batch batch, LanguageModel model, int[] tokens, Session session, int logitRows) {
    batch.clear();
    batch.add(session, tokens, logitRows);
    model.forward(batch);
    return session.keep(batch.logits(0));
  }

  private void awaitTurn(Session session) {
    try {
      while (!turns.tryAcquire(LOOK_UP_MILLIS, TimeUnit.MILLISECONDS)) {
        if (session.wantsStop()) {
          throw new CancellationException("the forward pass was cancelled");
        }
      }
    } catch (InterruptedException e) { // no reason to end a pass
      turns.acquireUninterruptibly();
      Thread.currentThread().interrupt();
    }
  }
}
