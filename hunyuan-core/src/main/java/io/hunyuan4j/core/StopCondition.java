package io.hunyuan4j.core;

import java.util.concurrent.locks.LockSupport;

/**
 * When the forward passes of a session are to end early, and whoever waits for one is to give up.
 */
@FunctionalInterface
public interface StopCondition {
  /**
   * Whether it is so now. Asked often, by any thread that runs or waits for passes, and under their
   * locks: it should only look at something and take no lock.
   */
  boolean isMet();

  /**
   * Parks the calling thread, which waits for its turn, until somebody unparks it or it is time to
   * ask {@link #isMet} again; it may return for no reason. A condition that can wake those who wait
   * has no need to be asked again and again.
   */
  default void park() {
    LockSupport.parkNanos(this, 100_000_000);
  }
}
