package io.hunyuan4j.core;

import io.hunyuan4j.kernels.FloatMatrix;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Lets the generations of one model share forward passes, so that its weights are read once for all
 * of them (continuous batching). Each gets the bits that it would get alone. Safe to share between
 * threads; it has none of its own: whoever comes last runs the pass for all.
 *
 * <p>So many may generate at once, and so many wait for that, in the order in which they came; who
 * comes then is refused. A pass takes a token of everyone who has one, and pieces of prompts, in
 * turns.
 */
public final class Scheduler {
  private final SharedPasses passes;
  private final Turns turns;
  private final Map<Thread, Integer> generating = new ConcurrentHashMap<>(); // seats they have

  /**
   * A scheduler with nothing to do.
   *
   * @param running generations at once, at least 1
   * @param waiting how many may wait besides, at least 0
   * @throws IllegalArgumentException if a number is too small
   */
  public Scheduler(LanguageModel model, int running, int waiting) {
    if (running < 1 || waiting < 0) {
      throw new IllegalArgumentException(
          "expected at least 1 generation at once and 0 waiting, not %d and %d"
              .formatted(running, waiting));
    }
    this.passes = new SharedPasses(model);
    this.turns = new Turns(running, waiting);
  }

  /**
   * A seat for one generation, or a place in the queue for one. Never waits; the first pass does.
   *
   * <p>A thread that generates already, and asks within a listener of that, gets one in any case:
   * it would wait for itself. So does whoever asks on a thread that uses such a seat.
   *
   * @throws java.util.concurrent.RejectedExecutionException if the queue is full
   */
  public Seat seat() {
    boolean nested = generating.containsKey(Thread.currentThread());
    return new Seat(nested ? null : turns.take());
  }

  /** One generation's part in the passes. Used by one thread at a time; closing it frees it. */
  public final class Seat implements ForwardPass, AutoCloseable {
    private final Turns.@Nullable Ticket ticket; // null: it needs none
    private @Nullable Thread thread; // that has it now
    private boolean closed;

    private Seat(Turns.@Nullable Ticket ticket) {
      this.ticket = ticket;
    }

    /**
     * Runs tokens of one session of the model, with those that others have at this time.
     *
     * <p>A pass with several sessions ends early only if all want to; whoever waits can go at once.
     */
    @Override
    public FloatMatrix run(int[] tokens, Session session, int logitRows) {
      awaitTurn(session);
      return passes.run(this, tokens, session, logitRows);
    }

    /** Runs a batch when no other pass runs, in turns with those that are shared. */
    @Override
    public void run(Batch batch) {
      awaitTurn(batch.session(0));
      passes.run(this, batch);
    }

    @Override
    public void awaitTurn(Session session) {
      if (closed) {
        throw new IllegalStateException("the seat is closed");
      }
      if (ticket != null) {
        ticket.await(session.stopCondition());
      }
      if (thread != Thread.currentThread()) {
        leaveThread();
        thread = Thread.currentThread();
        generating.merge(thread, 1, Integer::sum);
      }
    }

    private void leaveThread() {
      if (thread != null) {
        generating.computeIfPresent(thread, (_, seats) -> seats == 1 ? null : seats - 1);
      }
    }

    /** Frees it for the next. Closing again does nothing. */
    @Override
    public void close() {
      if (closed) {
        return;
      }
      closed = true;
      passes.leave(this);
      leaveThread();
      if (ticket != null) {
        ticket.giveBack();
      }
    }
  }
}
