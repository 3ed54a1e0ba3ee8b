package io.hunyuan4j.core;

import java.util.LinkedHashSet;
import java.util.SequencedSet;
import java.util.concurrent.CancellationException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Places for so many at once; the others wait in the order in which they came. Safe to share
 * between threads.
 *
 * <p>A place that becomes free wakes the one who gets it and nobody else, and who waits does
 * nothing: a long queue costs no more than a short one.
 */
final class Turns {
  private final int places;
  private final int mostWaiting;

  // What follows is guarded by this.
  private final SequencedSet<Ticket> waiting = new LinkedHashSet<>(); // cheap to leave anywhere
  private int taken;

  /** A place, or the right to wait for one. Whoever has one gives it back, once. */
  final class Ticket {
    // Whoever waits sets `waiter` and then looks for its place; whoever admits it does so the other
    // way round. So one of the two sees what the other did, and no wake-up is lost.
    private volatile boolean hasPlace; // written with the turns' monitor
    private volatile @Nullable Thread waiter;

    private Ticket() {}

    /**
     * Waits until it is this one's turn; an interrupt is no reason to give up.
     *
     * @throws CancellationException if {@code stop} is met meanwhile
     */
    void await(StopCondition stop) {
      boolean interrupted = false;
      waiter = Thread.currentThread();
      try {
        while (!hasPlace) {
          if (stop.isMet()) {
            throw new CancellationException("the forward pass was cancelled");
          }
          stop.park();
          interrupted |= Thread.interrupted(); // or it would park no more
        }
      } finally {
        waiter = null;
        if (interrupted) {
          Thread.currentThread().interrupt();
        }
      }
    }

    private void admit() {
      hasPlace = true;
      LockSupport.unpark(waiter); // null: it does not wait yet
    }

    /** Gives the place to the next, or leaves the queue. */
    void giveBack() {
      synchronized (Turns.this) {
        if (hasPlace) {
          taken--;
          admitNext();
        } else {
          waiting.remove(this);
        }
      }
    }
  }

  Turns(int places, int mostWaiting) {
    this.places = places;
    this.mostWaiting = mostWaiting;
  }

  /**
   * A ticket behind all that were given out before.
   *
   * @throws RejectedExecutionException if as many wait as may
   */
  synchronized Ticket take() {
    if (taken == places && waiting.size() >= mostWaiting) {
      throw new RejectedExecutionException(
          "%d generations run and %d wait, which is as many as may"
              .formatted(taken, waiting.size()));
    }
    Ticket ticket = new Ticket();
    waiting.add(ticket);
    admitNext();
    return ticket;
  }

  private synchronized void admitNext() {
    while (taken < places && !waiting.isEmpty()) {
      taken++;
      waiting.removeFirst().admit();
    }
  }
}
