package io.hunyuan4j.core.generate;

/** What options may be. */
final class Range {
  private static final double LARGEST = 1e6;

  /** {@link #isModerate} in words. */
  static final String MODERATE = "between -1000000 and 1000000";

  private Range() {}

  static boolean isModerate(double value) {
    return value >= -LARGEST && value <= LARGEST;
  }

  /**
   * Refuses an option.
   *
   * @throws IllegalArgumentException unless {@code fine}, with the value
   */
  static void check(boolean fine, String what, Number value, String range) {
    if (!fine) {
      throw new IllegalArgumentException("%s must be %s, not %s".formatted(what, range, value));
    }
  }
}
