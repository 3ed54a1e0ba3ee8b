package io.hunyuan4j.core.generate;

/**
 * Which tokens may be drawn: those that pass all four filters, one after the other. Each looks at
 * what the ones before it have left, and at probabilities relative to that. Equally probable tokens
 * go in order of their ids, the lower one first.
 *
 * @param topK only that many most probable tokens; 0 means all
 * @param topP only the most probable tokens whose probabilities first add up to at least this; 1
 *     means all
 * @param minP only tokens at least this fraction as probable as the most probable one; 0 means all
 * @param typicalP only the most typical tokens whose probabilities first add up to at least this: a
 *     token is the more typical, the nearer {@code −log p} is to its mean, the entropy; 1 means all
 */
public record Truncation(int topK, double topP, double minP, double typicalP) {
  /** Every token may be drawn. */
  public static final Truncation NONE = new Truncation(0, 1, 0, 1);

  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException if one is out of range
   */
  public Truncation {
    Range.check(topK >= 0, "top-k", topK, "at least 0");
    Range.check(topP > 0 && topP <= 1, "top-p", topP, "above 0 and at most 1");
    Range.check(minP >= 0 && minP <= 1, "min-p", minP, "between 0 and 1");
    Range.check(typicalP > 0 && typicalP <= 1, "typical-p", typicalP, "above 0 and at most 1");
  }
}
