package io.hunyuan4j.core.generate;

/**
 * How the logits of tokens that came before are changed: those among the last {@code window} tokens
 * of prompt and text together. With {@code c} the times that a token stands there, its logit {@code
 * l} becomes {@code (l > 0 ? l / repetition : l · repetition) − c · frequency − presence}.
 *
 * @param repetition 1 means none; above 0
 * @param frequency 0 means none; below 0 it favours what came before
 * @param presence 0 means none; below 0 it favours what came before
 * @param window how many tokens are looked at, 0 meaning all
 */
public record Penalties(double repetition, double frequency, double presence, int window) {
  /** None. */
  public static final Penalties NONE = new Penalties(1, 0, 0, 0);

  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException if one is out of range
   */
  public Penalties {
    Range.check(
        repetition > 0 && Range.isModerate(repetition),
        "repetition penalty",
        repetition,
        "above 0 and at most 1000000");
    Range.check(Range.isModerate(frequency), "frequency penalty", frequency, Range.MODERATE);
    Range.check(Range.isModerate(presence), "presence penalty", presence, Range.MODERATE);
    Range.check(window >= 0, "penalty window", window, "at least 0");
  }

  /** Whether no logit changes. */
  boolean isNone() {
    return repetition == 1 && frequency == 0 && presence == 0;
  }

  /** The logit of a token that stands {@code count} times in the window. */
  double apply(double logit, int count) {
    double scaled = logit > 0 ? logit / repetition : logit * repetition;
    return scaled - count * frequency - presence;
  }
}
