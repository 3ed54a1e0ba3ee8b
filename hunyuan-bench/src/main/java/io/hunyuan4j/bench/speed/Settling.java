package io.hunyuan4j.bench.speed;

import java.time.Duration;

/**
 * Says when speeds have settled, as the JVM has compiled what they come from: once none was better
 * than those before for a while. Waiting for two alike would not do, since interpreted code is
 * steady too.
 */
final class Settling {
  /** Speeds that are better by less are alike. */
  private static final double BETTER = 1.05;

  /** Where speeds do not settle, waiting ends after so many times the least duration. */
  private static final int LONGEST = 10;

  private final long quietNanos;
  private final long start = System.nanoTime();
  private long bestAt = start;
  private double best;

  /** Settled is what was not better for so long. */
  Settling(Duration quiet) {
    this.quietNanos = quiet.toNanos();
  }

  /** Takes one more speed in, and says whether to go on. */
  boolean goesOn(double speed) {
    long now = System.nanoTime();
    if (speed > best * BETTER) {
      bestAt = now;
    }
    best = Math.max(best, speed);
    return now - bestAt < quietNanos && now - start < LONGEST * quietNanos;
  }

  /** The best so far. */
  double best() {
    return best;
  }
}
