package io.hunyuan4j.core.generate;

/**
 * How the next token is drawn, in this order: repetition penalty → temperature → top-k → top-p →
 * min-p → draw.
 *
 * @param temperature divides the logits; 0 takes the most probable token (the lowest id of several)
 * @param topK only that many most probable tokens; 0 means all
 * @param topP only the most probable tokens whose probabilities first add up to at least this; 1
 *     means all
 * @param minP only tokens at least this fraction as probable as the most probable one; 0 means all
 * @param repetitionPenalty divides positive logits of tokens seen so far and multiplies negative
 *     ones; 1 means none
 * @param seed start of the random numbers: same seed, same tokens, on every machine
 */
public record SamplingOptions(
    double temperature, int topK, double topP, double minP, double repetitionPenalty, long seed) {

  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException if one is out of range
   */
  public SamplingOptions {
    check(
        temperature >= 0 && temperature <= 1e6,
        "temperature",
        temperature,
        "between 0 and 1000000");
    check(topK >= 0, "top-k", topK, "at least 0");
    check(topP > 0 && topP <= 1, "top-p", topP, "above 0 and at most 1");
    check(minP >= 0 && minP <= 1, "min-p", minP, "between 0 and 1");
    check(
        repetitionPenalty > 0 && repetitionPenalty <= 1e6,
        "repetition penalty",
        repetitionPenalty,
        "above 0 and at most 1000000");
  }

  /** Always the most probable token. */
  public static SamplingOptions greedy() {
    return new SamplingOptions(0, 0, 1, 0, 1, 0);
  }

  private static void check(boolean fine, String what, Number value, String range) {
    if (!fine) {
      throw new IllegalArgumentException("%s must be %s, not %s".formatted(what, range, value));
    }
  }
}
