package io.hunyuan4j.core.generate;

import io.hunyuan4j.core.StopCondition;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/** A switch that ends a generation from another thread, within one token. It stays thrown. */
public final class Cancellation implements StopCondition {
  private volatile boolean cancelled;
  private volatile boolean limited;
  private volatile long end; // in System.nanoTime, where limited
  private final Set<Thread> parked = ConcurrentHashMap.newKeySet();

  /** A switch not yet thrown. */
  public Cancellation() {}

  /** Ends every generation that was given this switch. */
  public void cancel() {
    cancelled = true;
    parked.forEach(LockSupport::unpark);
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
      parked.forEach(LockSupport::unpark); // who parked before knows nothing of the end
    }
  }

  /** Whether {@link #cancel} was called or the time is over. */
  public boolean isCancelled() {
    return cancelled || isLate();
  }

  @Override
  public boolean isMet() {
    return isCancelled();
  }

  /** Until somebody cancels or the time is over, unless the thread is unparked before. */
  @Override
  public void park() {
    Thread thread = Thread.currentThread();
    parked.add(thread); // and then looks, while who changes something looks here afterwards
    try {
      if (limited) {
        LockSupport.parkNanos(this, cancelled ? 0 : end - System.nanoTime());
      } else if (!cancelled) {
        LockSupport.park(this);
      }
    } finally {
      parked.remove(thread);
    }
  }

  private boolean isLate() {
    return limited && System.nanoTime() - end >= 0;
  }

  /** What a generation that it has ended says. */
  StopReason reason() {
    return cancelled ? StopReason.CANCELLED : StopReason.TIME_LIMIT;
  }
}
