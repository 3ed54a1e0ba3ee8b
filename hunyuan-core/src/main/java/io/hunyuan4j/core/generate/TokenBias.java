package io.hunyuan4j.core.generate;

import java.util.Map;
import java.util.Set;

/**
 * What is said about single tokens.
 *
 * @param logits added to the logit of a token, from its id
 * @param banned tokens that are never drawn, whatever is added
 */
public record TokenBias(Map<Integer, Double> logits, Set<Integer> banned) {
  /** Nothing. */
  public static final TokenBias NONE = new TokenBias(Map.of(), Set.of());

  /**
   * Checks the numbers and copies map and set.
   *
   * @throws IllegalArgumentException if an id is negative or a bias is beyond ±1000000
   */
  public TokenBias {
    logits = Map.copyOf(logits);
    banned = Set.copyOf(banned);
    logits.forEach(
        (token, bias) -> {
          Range.check(token >= 0, "token of a logit bias", token, "at least 0");
          Range.check(Range.isModerate(bias), "logit bias", bias, Range.MODERATE);
        });
    for (int token : banned) {
      Range.check(token >= 0, "banned token", token, "at least 0");
    }
  }

  /** The largest id that is named; −1 if none is. */
  int largestToken() {
    int largest = -1;
    for (int token : logits.keySet()) {
      largest = Math.max(largest, token);
    }
    for (int token : banned) {
      largest = Math.max(largest, token);
    }
    return largest;
  }
}
