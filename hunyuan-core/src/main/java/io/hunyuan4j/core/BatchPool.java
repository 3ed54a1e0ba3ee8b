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
  private static final int MOST_TOKENS_KEPT = 1024;

  private static final long LOOK_UP_MILLIS = 20;

  private final Set<Thread> inside = ConcurrentHashMap.newKeySet();

  // What follows is guarded by this.
  private final Deque<Batch> idle = new ArrayDeque<>();
  private final Deque<Object> waiting = new ArrayDeque<>(); // in the order in which they came
  private int lent;

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
      Batch batch = take(session);
      try {
        return run(batch, model, tokens, session, logitRows);
      } finally {
        giveBack(batch);
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

  /** Waits for those who came before; an interrupt is no reason to end a pass. */
  private synchronized Batch take(Session session) {
    Object ticket = new Object();
    boolean interrupted = false;
    waiting.add(ticket);
    try {
      while (lent == LENT_AT_ONCE || waiting.peek() != ticket) {
        if (session.wantsStop()) {
          throw new CancellationException("the forward pass was cancelled");
        }
        try {
          wait(LOOK_UP_MILLIS);
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      Batch batch = idle.isEmpty() ? new Batch() : idle.pop();
      lent++;
      return batch;
    } finally {
      waiting.remove(ticket);
      notifyAll();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private synchronized void giveBack(Batch batch) {
    lent--;
    notifyAll();
    if (batch.rows() <= MOST_TOKENS_KEPT) {
      batch.clear();
      idle.push(batch);
    }
  }
}
