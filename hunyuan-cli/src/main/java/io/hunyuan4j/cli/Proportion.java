package io.hunyuan4j.cli;

/**
 * How many of several trials succeeded, and what that says of all that might have been made.
 *
 * @param successes those that did
 * @param trials all of them, at least 1
 */
record Proportion(int successes, int trials) {
  /** Of the standard normal distribution: 95 % lie between minus and plus this. */
  private static final double Z = 1.959963984540054;

  Proportion {
    if (trials < 1 || successes < 0 || successes > trials) {
      throw new IllegalArgumentException("%d successes of %d".formatted(successes, trials));
    }
  }

  /** The share that succeeded. */
  double value() {
    return (double) successes / trials;
  }

  /** Lower end of the 95 % confidence interval. */
  double low() {
    return Math.max(0, centre() - halfWidth());
  }

  /** Upper end of it. */
  double high() {
    return Math.min(1, centre() + halfWidth());
  }

  /*
   * The interval of E. B. Wilson, "Probable inference, the law of succession, and statistical
   * inference", 1927, without correction for continuity.
   */
  private double centre() {
    return (value() + Z * Z / (2 * trials)) / (1 + Z * Z / trials);
  }

  private double halfWidth() {
    double p = value();
    double variance = p * (1 - p) / trials + Z * Z / (4.0 * trials * trials);
    return Z * Math.sqrt(variance) / (1 + Z * Z / trials);
  }
}
