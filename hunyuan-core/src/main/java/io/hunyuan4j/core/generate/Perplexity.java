package io.hunyuan4j.core.generate;

/**
 * How surprising a text is to a model.
 *
 * @param tokens tokens of the text
 * @param scoredTokens those whose probability counts: all but the first, before which nothing
 *     stands
 * @param negativeLogLikelihood {@code −Σ ln p} of these, in double, summed from the first to the
 *     last
 */
public record Perplexity(int tokens, int scoredTokens, double negativeLogLikelihood) {

  /** The perplexity itself: {@code exp} of the mean negative log-likelihood of a token. */
  public double value() {
    return StrictMath.exp(meanNegativeLogLikelihood());
  }

  /** Nats a token. */
  public double meanNegativeLogLikelihood() {
    return negativeLogLikelihood / scoredTokens;
  }
}
