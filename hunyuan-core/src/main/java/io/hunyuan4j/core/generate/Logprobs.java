package io.hunyuan4j.core.generate;

import io.hunyuan4j.core.generate.TokenLogprobs.Alternative;
import io.hunyuan4j.kernels.FloatMatrix;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;

/**
 * Log-probabilities of the model's own distribution: {@code ln p = (l − m) − ln Σ exp(l' − m)} with
 * {@code m} the largest logit, in double, the sum as {@link Weights} defines it; some millionths
 * off. NaN where {@code m} is infinite. A logit that is not a number is no token's.
 */
public final class Logprobs {
  private static final Comparator<Alternative> FIRST_MOST_PROBABLE =
      Comparator.comparingDouble(Alternative::logprob)
          .reversed()
          .thenComparingInt(Alternative::token);

  private final float[] logits;
  private final Weights weights = new Weights(1);
  private final Candidates candidates = new Candidates();

  /** For logits of {@code vocabSize} tokens each time. */
  public Logprobs(int vocabSize) {
    logits = new float[vocabSize];
  }

  /**
   * Of {@code token}, and of the {@code top} most probable ones, or all that are possible if they
   * are fewer.
   *
   * @param rawLogits of this row, {@code [tokens, vocabSize]}
   */
  public TokenLogprobs of(FloatMatrix rawLogits, int row, int token, int top) {
    if (rawLogits.cols() != logits.length) {
      throw new IllegalArgumentException(
          "expected logits of %d tokens, found %d".formatted(logits.length, rawLogits.cols()));
    }
    int from = rawLogits.rowOffset(Objects.checkIndex(row, rawLogits.rows()));
    System.arraycopy(rawLogits.data(), from, logits, 0, logits.length);
    float largest = largest();
    double logOfSum = StrictMath.log(weights.sum(logits, largest));
    List<Alternative> alternatives = new ArrayList<>();
    if (top > 0) {
      candidates.takeLargest(logits, top);
      for (int i = 0; i < candidates.size(); i++) {
        int other = candidates.token(i);
        alternatives.add(new Alternative(other, logprob(other, largest, logOfSum)));
      }
      alternatives.sort(FIRST_MOST_PROBABLE);
    }
    return new TokenLogprobs(token, logprob(token, largest, logOfSum), alternatives);
  }

  private float largest() {
    float largest = Float.NEGATIVE_INFINITY;
    for (float logit : logits) {
      if (logit > largest) {
        largest = logit;
      }
    }
    return largest;
  }

  private double logprob(int token, float largest, double logOfSum) {
    return (double) logits[token] - largest - logOfSum;
  }
}
