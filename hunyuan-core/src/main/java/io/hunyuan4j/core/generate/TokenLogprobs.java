package io.hunyuan4j.core.generate;

import java.util.List;

/**
 * How probable a token was to the model, and what else was.
 *
 * @param token the token
 * @param logprob natural logarithm of its probability, by the model's logits alone: before bias,
 *     penalties, temperature and filters
 * @param top the most probable tokens and their log-probabilities, most probable first, lower token
 *     first where equal; the token is among them only if it is one of them
 */
public record TokenLogprobs(int token, double logprob, List<Alternative> top) {
  /**
   * A token that might have been.
   *
   * @param token the token
   * @param logprob natural logarithm of its probability
   */
  public record Alternative(int token, double logprob) {}

  /** Copies the list. */
  public TokenLogprobs {
    top = List.copyOf(top);
  }
}
