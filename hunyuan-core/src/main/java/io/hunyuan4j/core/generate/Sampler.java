package io.hunyuan4j.core.generate;

import io.hunyuan4j.kernels.FloatMatrix;
import java.util.Objects;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * Draws tokens from logits as {@link SamplingOptions} says, the same ones on every machine. Belongs
 * to one generation.
 *
 * <p>The chain, in this order; a logit that is not a number is no token's:
 *
 * <ol>
 *   <li>constraint, if there is one: tokens that it does not allow are no more;
 *   <li>bias: {@code l + bias}; banned tokens are no more;
 *   <li>{@link Penalties}; this and the bias are in double, each rounded to float;
 *   <li>temperature 0, or a largest logit that is infinite: the largest logit, the lowest token of
 *       several, and the end;
 *   <li>top-k: the {@code k} largest logits, lower tokens first where they are equal;
 *   <li>temperature: each gets the weight {@code w = 2³⁰ · exp((l − largest) / temperature)}, a
 *       whole number, as {@link Weights} defines it;
 *   <li>top-p: by falling weight, then rising token, the fewest with {@code Σ w ≥ ⌈p · Σ all⌉};
 *   <li>min-p: those with {@code w ≥ p · 2³⁰};
 *   <li>typical-p: with {@code t = (largest − l) / (temperature · ln 2)} and its mean {@code m = Σ
 *       w t / Σ w} (a sum in double by rising token), by rising {@code |t − m|} in float, then
 *       rising token, the fewest with {@code Σ w ≥ ⌈p · Σ left⌉}. ({@code t} is {@code −log₂} of
 *       the probability, and {@code m} the entropy, but for the same constant.)
 *   <li>draw: with {@code r} the next 64 bits of {@code L64X128MixRandom}, unsigned, the first
 *       token by rising id at which the weights add up to more than {@code ⌊r · Σ w / 2⁶⁴⌋}.
 * </ol>
 *
 * <p>Temperature is applied after top-k, which it does not change. Sums of weights are exact, so no
 * order of adding matters. Every step takes time in proportion to the vocabulary at most.
 */
public final class Sampler {
  private final SamplingOptions options;
  private final int vocabSize;
  private final boolean choosesByRank; // top-k has an effect
  private final PenaltyWindow window;
  private final RandomGenerator random;
  private final float[] logits;
  private final Weights weights;
  private final Candidates candidates = new Candidates();
  private int[] allWeights = new int[0];

  /**
   * A sampler at the start of its random numbers, which has observed the options' history.
   *
   * @throws IllegalArgumentException if the options name a token that the vocabulary does not have
   */
  public Sampler(SamplingOptions options, int vocabSize) {
    options.checkTokens(vocabSize);
    this.options = options;
    this.vocabSize = vocabSize;
    int topK = options.truncation().topK();
    this.choosesByRank = options.temperature() > 0 && topK > 0 && topK < vocabSize;
    this.window = new PenaltyWindow(options.penalties(), vocabSize);
    this.random = RandomGeneratorFactory.of("L64X128MixRandom").create(options.seed());
    this.weights = new Weights(options.temperature());
    this.logits = new float[vocabSize];
    options.history().forEach(this::observe);
  }

  /**
   * Counts a token of the prompt or of the text for the penalties.
   *
   * @throws IllegalArgumentException if the vocabulary does not have it
   */
  public void observe(int token) {
    if (token < 0 || token >= vocabSize) {
      throw new IllegalArgumentException(
          "token %d is not in the vocabulary of %d".formatted(token, vocabSize));
    }
    window.add(token);
  }

  /**
   * The next token, for logits {@code [vocabSize]}, which stay as they are. The caller tells {@link
   * #observe} if it uses it.
   *
   * @throws IllegalArgumentException if there are more or fewer of them, or no token is left: none
   *     has a logit that is a number, or all that have are banned
   */
  public int sample(float[] rawLogits) {
    return sample(FloatMatrix.of(rawLogits, 1, rawLogits.length), 0);
  }

  /** The same for a row of logits {@code [tokens, vocabSize]}. */
  public int sample(FloatMatrix rawLogits, int row) {
    take(rawLogits, row);
    return sample();
  }

  /**
   * The same of the tokens that {@code allowed} has, a {@link TokenConstraint#mask}.
   *
   * @throws IllegalArgumentException also if no allowed token is left
   */
  public int sample(FloatMatrix rawLogits, int row, long[] allowed) {
    take(rawLogits, row);
    for (int token = 0; token < vocabSize; token++) {
      if ((allowed[token >> 6] & 1L << token) == 0) {
        logits[token] = Float.NaN;
      }
    }
    return sample();
  }

  private void take(FloatMatrix rawLogits, int row) {
    if (rawLogits.cols() != vocabSize) {
      throw new IllegalArgumentException(
          "expected logits of %d tokens, found %d".formatted(vocabSize, rawLogits.cols()));
    }
    int from = rawLogits.rowOffset(Objects.checkIndex(row, rawLogits.rows()));
    System.arraycopy(rawLogits.data(), from, logits, 0, vocabSize);
  }

  private int sample() {
    applyBias();
    window.apply(logits);
    int first = first();
    float largest = logits[first];
    if (options.temperature() == 0 || Float.isInfinite(largest)) {
      return first;
    }
    if (choosesByRank) {
      weighCandidates(largest);
      keepShare(options.truncation().topP());
    } else {
      topPOfAll(largest);
    }
    minP();
    typicalP(largest);
    return draw();
  }

  private void applyBias() {
    TokenBias bias = options.bias();
    if (!bias.logits().isEmpty()) {
      bias.logits().forEach((token, add) -> logits[token] = (float) (logits[token] + add));
    }
    if (!bias.banned().isEmpty()) {
      bias.banned().forEach(token -> logits[token] = Float.NaN);
    }
  }

  /** The first token of the largest logit. With top-k, the candidates are then those it leaves. */
  private int first() {
    if (choosesByRank) {
      candidates.takeLargest(logits, options.truncation().topK());
      int first = -1;
      for (int i = 0; i < candidates.size(); i++) {
        int token = candidates.token(i);
        if (first < 0 || logits[token] > logits[first]) {
          first = token;
        }
      }
      if (first >= 0) {
        return first;
      }
    }
    return firstOfAll();
  }

  private int firstOfAll() {
    int first = -1;
    float largest = Float.NEGATIVE_INFINITY;
    for (int token = 0; token < vocabSize; token++) {
      if (logits[token] > largest) {
        largest = logits[token];
        first = token;
      }
    }
    for (int token = 0; first < 0 && token < vocabSize; token++) {
      if (logits[token] == Float.NEGATIVE_INFINITY) {
        first = token;
      }
    }
    if (first < 0) {
      throw new IllegalArgumentException(
          "none of the %d logits is a number, tokens that are banned or that a constraint forbids left out"
              .formatted(vocabSize));
    }
    return first;
  }

  private void weighCandidates(float largest) {
    for (int i = 0; i < candidates.size(); i++) {
      int weight = weights.weight(logits[candidates.token(i)], largest);
      candidates.set(i, weight, weight);
    }
  }

  private void topPOfAll(float largest) {
    if (allWeights.length == 0) {
      allWeights = new int[vocabSize];
    }
    long sum = weights.weigh(allWeights, logits, largest);
    long target = share(options.truncation().topP(), sum);
    // All tokens of at most this weight make up less than what top-p leaves out, even together.
    candidates.takeHeavier(allWeights, (int) ((sum - target) / vocabSize));
    if (target < sum) {
      candidates.keepFirst(target);
    }
  }

  private static long share(double p, long sum) {
    return p == 1 ? sum : (long) Math.ceil(p * sum);
  }

  /** Keeps the first candidates that make up a share of what all have. */
  private void keepShare(double p) {
    if (p < 1) {
      candidates.keepFirst(share(p, candidates.totalMass()));
    }
  }

  private void minP() {
    if (options.truncation().minP() > 0) {
      candidates.keepHeavy(options.truncation().minP() * Weights.ONE);
    }
  }

  private void typicalP(float largest) {
    if (options.truncation().typicalP() == 1) {
      return;
    }
    double sum = 0;
    for (int i = 0; i < candidates.size(); i++) {
      sum += candidates.mass(i) * (double) halvings(i, largest);
    }
    double mean = sum / candidates.totalMass();
    for (int i = 0; i < candidates.size(); i++) {
      float distance = (float) Math.abs(halvings(i, largest) - mean);
      candidates.set(i, Candidates.key(-distance), candidates.mass(i));
    }
    keepShare(options.truncation().typicalP());
  }

  private float halvings(int candidate, float largest) {
    return weights.halvings(logits[candidates.token(candidate)], largest);
  }

  private int draw() {
    long sum = candidates.totalMass();
    return candidates.tokenAt(Math.unsignedMultiplyHigh(random.nextLong(), sum));
  }
}
