package io.hunyuan4j.core.generate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * How the next token is drawn, in this order: logit bias and banned tokens → penalties →
 * temperature → top-k → top-p → min-p → typical-p → draw.
 *
 * @param bias what is said about single tokens
 * @param penalties for tokens that came before
 * @param temperature divides the logits; 0 takes the largest of them (the lowest id of several),
 *     whatever follows
 * @param truncation which tokens may be drawn
 * @param seed start of the random numbers: same seed, same tokens, on every machine
 * @param history what penalties count besides prompt and text, as if it stood in front of them: the
 *     tokens that a session holds already, for who wants what one whole prompt would give
 */
public record SamplingOptions(
    TokenBias bias,
    Penalties penalties,
    double temperature,
    Truncation truncation,
    long seed,
    List<Integer> history) {

  /**
   * Checks the temperature and copies the list; the others have checked themselves.
   *
   * @throws IllegalArgumentException if it is out of range
   */
  public SamplingOptions {
    Objects.requireNonNull(bias, "bias");
    Objects.requireNonNull(penalties, "penalties");
    Objects.requireNonNull(truncation, "truncation");
    history = List.copyOf(history);
    Range.check(
        temperature >= 0 && Range.isModerate(temperature),
        "temperature",
        temperature,
        "between 0 and 1000000");
  }

  /**
   * Refuses a token that no logit belongs to.
   *
   * @throws IllegalArgumentException if bias or ban is of a token that the vocabulary does not have
   */
  public void checkTokens(int vocabSize) {
    int largest = bias.largestToken();
    if (largest >= vocabSize) {
      throw new IllegalArgumentException(
          "a bias or ban is of token %d, but the vocabulary has %d tokens"
              .formatted(largest, vocabSize));
    }
  }

  /**
   * The same for what follows {@code tokens}, which penalties are to count: see {@link #history}.
   */
  public SamplingOptions after(int[] tokens) {
    List<Integer> all = new ArrayList<>(history);
    Arrays.stream(tokens).forEach(all::add);
    return toBuilder().history(all).build();
  }

  /** Always the most probable token. */
  public static SamplingOptions greedy() {
    return builder().build();
  }

  /** Starts from {@link #greedy} with seed 0. */
  public static Builder builder() {
    return new Builder();
  }

  /** Starts from these options. */
  public Builder toBuilder() {
    Builder builder = new Builder();
    builder.logitBias = bias.logits();
    builder.bannedTokens = bias.banned();
    builder.repetitionPenalty = penalties.repetition();
    builder.frequencyPenalty = penalties.frequency();
    builder.presencePenalty = penalties.presence();
    builder.penaltyWindow = penalties.window();
    builder.temperature = temperature;
    builder.topK = truncation.topK();
    builder.topP = truncation.topP();
    builder.minP = truncation.minP();
    builder.typicalP = truncation.typicalP();
    builder.seed = seed;
    builder.history = history;
    return builder;
  }

  /** Options in the making, in the order in which they work. */
  public static final class Builder {
    private Map<Integer, Double> logitBias = Map.of();
    private Set<Integer> bannedTokens = Set.of();
    private double repetitionPenalty = Penalties.NONE.repetition();
    private double frequencyPenalty = Penalties.NONE.frequency();
    private double presencePenalty = Penalties.NONE.presence();
    private int penaltyWindow = Penalties.NONE.window();
    private double temperature;
    private int topK = Truncation.NONE.topK();
    private double topP = Truncation.NONE.topP();
    private double minP = Truncation.NONE.minP();
    private double typicalP = Truncation.NONE.typicalP();
    private long seed;
    private List<Integer> history = List.of();

    private Builder() {}

    /** See {@link TokenBias#logits}. */
    public Builder logitBias(Map<Integer, Double> newLogitBias) {
      logitBias = newLogitBias;
      return this;
    }

    /** See {@link TokenBias#banned}. */
    public Builder bannedTokens(Set<Integer> newBannedTokens) {
      bannedTokens = newBannedTokens;
      return this;
    }

    /** See {@link Penalties#repetition}. */
    public Builder repetitionPenalty(double newRepetitionPenalty) {
      repetitionPenalty = newRepetitionPenalty;
      return this;
    }

    /** See {@link Penalties#frequency}. */
    public Builder frequencyPenalty(double newFrequencyPenalty) {
      frequencyPenalty = newFrequencyPenalty;
      return this;
    }

    /** See {@link Penalties#presence}. */
    public Builder presencePenalty(double newPresencePenalty) {
      presencePenalty = newPresencePenalty;
      return this;
    }

    /** See {@link Penalties#window}. */
    public Builder penaltyWindow(int newPenaltyWindow) {
      penaltyWindow = newPenaltyWindow;
      return this;
    }

    /** See {@link SamplingOptions#temperature}. */
    public Builder temperature(double newTemperature) {
      temperature = newTemperature;
      return this;
    }

    /** See {@link Truncation#topK}. */
    public Builder topK(int newTopK) {
      topK = newTopK;
      return this;
    }

    /** See {@link Truncation#topP}. */
    public Builder topP(double newTopP) {
      topP = newTopP;
      return this;
    }

    /** See {@link Truncation#minP}. */
    public Builder minP(double newMinP) {
      minP = newMinP;
      return this;
    }

    /** See {@link Truncation#typicalP}. */
    public Builder typicalP(double newTypicalP) {
      typicalP = newTypicalP;
      return this;
    }

    /** See {@link SamplingOptions#seed}. */
    public Builder seed(long newSeed) {
      seed = newSeed;
      return this;
    }

    /** See {@link SamplingOptions#history}. */
    public Builder history(List<Integer> newHistory) {
      history = newHistory;
      return this;
    }

    /**
     * The options.
     *
     * @throws IllegalArgumentException if one is out of range
     */
    public SamplingOptions build() {
      return new SamplingOptions(
          new TokenBias(logitBias, bannedTokens),
          new Penalties(repetitionPenalty, frequencyPenalty, presencePenalty, penaltyWindow),
          temperature,
          new Truncation(topK, topP, minP, typicalP),
          seed,
          history);
    }
  }
}
