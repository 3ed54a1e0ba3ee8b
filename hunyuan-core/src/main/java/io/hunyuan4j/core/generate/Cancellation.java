package io.hunyuan4j.core.generate;

import java.time.Duration;

/** A switch that ends a generation from another thread, within one token. It stays thrown. */
public final class Cancellation {
  private volatile boolean cancelled;
  private volatile boolean limited;
  private volatile long end; // in System.nanoTime, where limited

  /** A switch not yet thrown. */
  public Cancellation() {}

  /** Ends every generation that was given this switch. */
  public void cancel() {
    cancelled = true;
  }

  /**
   * Ends them also once this much time has passed from now; more than 292 years are no limit.
   *
   * @throws IllegalArgumentException if {@code limit} is negative
   */
  public void cancelAfter(Duration limit) {
    if (limit.isNegative()) {
      throw new IllegalArgumentException("a time limit must be at least 0, not " + limit);
    }
    if (limit.compareTo(Duration.ofNanos(Long.MAX_VALUE)) < 0) {
      end = System.nanoTime() + limit.toNanos();
      limited = true;
    }
  }

  /** Whether {@link #cancel} was called or the time is over. */
  public boolean isCancelled() {
    return cancelled || isLate();
  }

  private boolean isLate() {
    return limited && System.nanoTime() - end >= 0;
  }

  /** What a generation that it has ended says. */
  StopReason reason() {
    return cancelled ? StopReason.CANCELLED : StopReason.TIME_LIMIT;
  }
}
