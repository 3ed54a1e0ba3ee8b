package io.hunyuan4j.core;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CancellationException;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BooleanSupplier;

/**
 * Places for so many at once; the others wait in the order in which they came. Safe to share
 * between threads.
 */
final class Turns {
  private static final long LOOK_UP_MILLIS = 20;

  private final int places;
  private final int mostWaiting;

  // What follows is guarded by this.
  private final Deque<Ticket> waiting = new ArrayDeque<>();
  private int taken;

  /** A place, or the right to wait for one. Whoever has one gives it back, once. */
  final class Ticket {
    private boolean hasPlace; // guarded by the turns

    private Ticket() {}

    /**
     * Waits until it is this one's turn; an interrupt is no reason to give up.
     *
     * @throws CancellationException if {@code stop} says so meanwhile
     */
    void await(BooleanSupplier stop) {
      synchronized (Turns.this) {
        boolean interrupted = false;
        try {
          while (!hasPlace) {
            if (stop.getAsBoolean()) {
              throw new CancellationException("the forward pass was cancelled");
            }
            try {
              Turns.this.wait(LOOK_UP_MILLIS);
            } catch (InterruptedException e) {
              interrupted = true;
            }
          }
        } finally {
          if (interrupted) {
            Thread.currentThread().interrupt();
          }
        }
      }
    }

    /** Gives the place to the next, or leaves the queue. */
    void giveBack() {
      synchronized (Turns.this) {
        if (hasPlace) {
          taken--;
          admit();
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
    admit();
    return ticket;
  }

  private synchronized void admit() {
    while (taken < places && !waiting.isEmpty()) {
      waiting.remove().hasPlace = true;
      taken++;
    }
    notifyAll();
  }
}
