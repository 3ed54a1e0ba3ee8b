package io.hunyuan4j.core;

import io.hunyuan4j.kernels.FloatMatrix;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The memory for activations of passes with many tokens, which sessions that read prompts use in
 * turns: so many sessions need no more of it than a few. Safe to share between threads.
 */
public final class BatchPool {
  /** Passes of so many tokens are served from a session's own memory. */
  static final int FEW_TOKENS = 16;

  /** Passes at once; more would only take processors from one another. */
  private static final int LENT_AT_ONCE = 4;

  /**
   * A batch that had more tokens is not kept: nobody would ever give its memory back. Generators
   * read pieces of half as many.
   */
  static final int MOST_TOKENS_KEPT = 1024;

  private final Turns turns = new Turns(LENT_AT_ONCE, Integer.MAX_VALUE);
  private final Set<Thread> inside = ConcurrentHashMap.newKeySet();
  private final Deque<Batch> idle = new ArrayDeque<>(); // guarded by this

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
    Turns.Ticket ticket = turns.take();
    try {
      ticket.await(session.stopCondition());
      Batch batch = take();
      try {
        return run(batch, model, tokens, session, logitRows);
      } finally {
        keep(batch);
      }
    } finally {
      ticket.giveBack();
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

  private synchronized Batch take() {
    return idle.isEmpty() ? new Batch() : idle.pop();
  }

  private synchronized void keep(Batch batch) {
    if (batch.rows() <= MOST_TOKENS_KEPT) {
      batch.clear();
      idle.push(batch);
    }
  }
}
