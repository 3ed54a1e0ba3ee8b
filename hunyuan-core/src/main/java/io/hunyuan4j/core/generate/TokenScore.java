package io.hunyuan4j.core.generate;

/**
 * How probable a token of a given text was to the model.
 *
 * @param token the token
 * @param logprob natural logarithm of its probability, by the model's logits alone
 * @param isGreedy whether no other token was more probable, nor one of a lower id as probable: what
 *     a greedy generation would have said there
 */
public record TokenScore(int token, double logprob, boolean isGreedy) {

  /** The score of a token, from its log-probability and that of the most probable one. */
  static TokenScore of(TokenLogprobs logprobs) {
    boolean greedy =
        !logprobs.top().isEmpty() && logprobs.top().getFirst().token() == logprobs.token();
    return new TokenScore(logprobs.token(), logprobs.logprob(), greedy);
  }
}
