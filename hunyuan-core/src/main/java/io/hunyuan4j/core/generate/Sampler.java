package io.hunyuan4j.core.generate;

import io.hunyuan4j.kernels.FloatMatrix;
import java.util.Arrays;
import java.util.Objects;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * Draws tokens from logits as {@link SamplingOptions} says, the same ones on every machine.
 *
 * <p>Logits, penalties and the temperature are taken in double; probabilities are {@link
 * StrictMath#exp}; tokens are ordered by falling logit, equal ones by id, and sums run in that
 * order; the random numbers are {@code L64X128MixRandom}'s, 53 bits each. Only as many tokens are
 * sorted as the filters leave: a heap gives them one by one. Belongs to one generation.
 */
public final class Sampler {
  private static final double TO_UNIT = 0x1p-53;

  private final SamplingOptions options;
  private final RandomGenerator random;
  private double[] logits = new double[0];
  private int[] heap = new int[0];
  private int[] kept = new int[0];
  private double[] weights = new double[0];
  private boolean[] seen = new boolean[0];

  /** A sampler at the start of its random numbers. */
  public Sampler(SamplingOptions options) {
    this.options = options;
    this.random = RandomGeneratorFactory.of("L64X128MixRandom").create(options.seed());
  }

  /** Counts a token of the prompt or of the text for the repetition penalty. */
  public void observe(int token) {
    if (token >= seen.length) {
      seen = Arrays.copyOf(seen, Math.max(token + 1, 2 * seen.length));
    }
    seen[token] = true;
  }

  /**
   * The next token, for logits {@code [vocabSize]}, which stay as they are. The caller tells {@link
   * #observe} if it uses it.
   *
   * @throws IllegalArgumentException if no logit is a number
   */
  public int sample(float[] rawLogits) {
    return sample(FloatMatrix.of(rawLogits, 1, rawLogits.length), 0);
  }

  /** The same for a row of logits {@code [tokens, vocabSize]}, which are not copied. */
  public int sample(FloatMatrix rawLogits, int row) {
    int n = rawLogits.cols();
    if (logits.length != n) {
      logits = new double[n];
      heap = new int[n];
    }
    float[] data = rawLogits.data();
    int at = rawLogits.rowOffset(Objects.checkIndex(row, rawLogits.rows()));
    int candidates = 0;
    for (int token = 0; token < n; token++) {
      logits[token] = Double.NaN;
      if (!Float.isNaN(data[at + token])) {
        logits[token] = penalised(token, data[at + token]);
        heap[candidates++] = token;
      }
    }
    if (candidates == 0) {
      throw new IllegalArgumentException("none of the %d logits is a number".formatted(n));
    }
    for (int i = candidates / 2 - 1; i >= 0; i--) {
      sink(i, candidates);
    }
    if (options.temperature() == 0 || Double.isInfinite(logits[heap[0]])) {
      return heap[0];
    }
    return draw(candidates);
  }

  private double penalised(int token, double logit) {
    if (token >= seen.length || !seen[token]) {
      return logit;
    }
    return logit > 0 ? logit / options.repetitionPenalty() : logit * options.repetitionPenalty();
  }

  /** Draws one of the tokens that top-k, then top-p, then min-p leave. */
  private int draw(int candidates) {
    double top = logits[heap[0]];
    int limit = options.topK() == 0 ? candidates : Math.min(options.topK(), candidates);
    // Without top-k the probabilities are relative to all tokens; with it, to those it leaves.
    double all = limit == candidates ? sumOfWeights(top) : Double.NaN;
    if (kept.length < limit) {
      kept = new int[limit];
      weights = new double[limit];
    }
    int count = 0;
    double sum = 0;
    for (int left = candidates; count < limit; left--) {
      kept[count] = heap[0];
      weights[count] = weight(heap[0], top);
      if (count > 0 && weights[count] < options.minP() && limit == candidates) {
        break; // those that follow are no more probable
      }
      sum += weights[count++];
      if (options.topP() < 1 && sum >= options.topP() * all) {
        break;
      }
      heap[0] = heap[left - 1];
      sink(0, left - 1);
    }
    if (limit < candidates) {
      count = nucleus(count, sum);
    }
    while (count > 1 && weights[count - 1] < options.minP()) {
      count--;
    }
    return kept[pick(count)];
  }

  /** How many of the first weights reach top-p of their sum. */
  private int nucleus(int count, double sum) {
    double reached = 0;
    for (int i = 0; i < count; i++) {
      reached += weights[i];
      if (reached >= options.topP() * sum) {
        return i + 1;
      }
    }
    return count;
  }

  private int pick(int count) {
    double sum = 0;
    for (int i = 0; i < count; i++) {
      sum += weights[i];
    }
    double mark = (random.nextLong() >>> 11) * TO_UNIT * sum;
    double reached = 0;
    for (int i = 0; i < count - 1; i++) {
      reached += weights[i];
      if (mark < reached) {
        return i;
      }
    }
    return count - 1;
  }

  /** Probability relative to the most probable token. */
  private double weight(int token, double top) {
    return StrictMath.exp((logits[token] - top) / options.temperature());
  }

  /** Sum over all tokens by id: the order of the heap would depend on how it was built. */
  private double sumOfWeights(double top) {
    double sum = 0;
    for (int token = 0; token < logits.length; token++) {
      if (!Double.isNaN(logits[token])) {
        sum += weight(token, top);
      }
    }
    return sum;
  }

  private boolean comesBefore(int a, int b) {
    return logits[a] > logits[b] || (logits[a] == logits[b] && a < b);
  }

  private void sink(int start, int size) {
    int at = start;
    int token = heap[at];
    for (int child; (child = 2 * at + 1) < size; at = child) {
      if (child + 1 < size && comesBefore(heap[child + 1], heap[child])) {
        child++;
      }
      if (!comesBefore(heap[child], token)) {
        break;
      }
      heap[at] = heap[child];
    }
    if (size > 0) {
      heap[at] = token;
    }
  }
}
