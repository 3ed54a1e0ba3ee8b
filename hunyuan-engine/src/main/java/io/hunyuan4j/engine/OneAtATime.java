package io.hunyuan4j.engine;

import io.hunyuan4j.core.generate.Cancellation;

/**
 * Sees to it that a session does one thing at a time: whoever asks for a second one is refused.
 * What runs when it is closed is cancelled, and frees the session at its end.
 */
final class OneAtATime {
  private final Runnable free;

  // What follows is guarded by this.
  private boolean taken;
  private boolean closed;
  private Cancellation running = new Cancellation();

  OneAtATime(Runnable free) {
    this.free = free;
  }

  /**
   * Begins something that cannot be cancelled; {@link #giveBack} ends it.
   *
   * @throws IllegalStateException if the session is closed or does something else
   */
  void take() {
    take(new Cancellation());
  }

  /**
   * Begins something that is cancelled when the session is closed; {@link #giveBack} ends it.
   *
   * @throws IllegalStateException if the session is closed or does something else
   */
  synchronized void take(Cancellation cancellation) {
    if (closed) {
      throw new IllegalStateException("the session is closed");
    }
    if (taken) {
      throw new IllegalStateException("the session does something else");
    }
    taken = true;
    running = cancellation;
  }

  synchronized void giveBack() {
    taken = false;
    if (closed) {
      free.run();
    }
  }

  /** Closing again does nothing but free it again. */
  synchronized void close() {
    closed = true;
    running.cancel();
    if (!taken) {
      free.run();
    }
  }
}
