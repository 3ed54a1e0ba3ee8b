package io.hunyuan4j.engine;

import io.hunyuan4j.core.generate.TokenScore;
import java.util.List;

/**
 * How probable a given continuation of a prompt is.
 *
 * @param text the continuation as it was asked for
 * @param tokens its tokens, each with its natural log-probability given all before it
 */
public record ScoredText(String text, List<TokenScore> tokens) {

  /** Copies the list. */
  public ScoredText {
    tokens = List.copyOf(tokens);
  }

  /** Natural logarithm of its probability: the sum over its tokens, from the first to the last. */
  public double logprob() {
    double sum = 0;
    for (TokenScore token : tokens) {
      sum += token.logprob();
    }
    return sum;
  }

  /** Whether a greedy generation would have said exactly this. */
  public boolean isGreedy() {
    return tokens.stream().allMatch(TokenScore::isGreedy);
  }
}
