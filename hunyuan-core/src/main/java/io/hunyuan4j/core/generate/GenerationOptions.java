package io.hunyuan4j.core.generate;

import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What to generate.
 *
 * @param maxTokens how many tokens at most, at least 0
 * @param sampling how they are drawn
 * @param stopTokens tokens that end the text and are not part of it
 * @param chunk prompt tokens per forward pass, at least 1; does not change the result
 * @param logprobs for how many of the most probable tokens at each place, besides the one that is
 *     drawn, to tell log-probabilities; {@link #NO_LOGPROBS} for none at all
 * @param constraints which tokens the texts may be made of; null for any
 * @param overflow what happens when the session is full
 * @param speculation where guesses of the next tokens come from; does not change the result
 */
public record GenerationOptions(
    int maxTokens,
    SamplingOptions sampling,
    Set<Integer> stopTokens,
    int chunk,
    int logprobs,
    TokenConstraint.@Nullable Source constraints,
    ContextOverflow overflow,
    Speculation speculation) {

  /**
   * Prompt tokens per forward pass unless said otherwise: enough for products of full speed, little
   * scratch memory.
   */
  public static final int DEFAULT_CHUNK = 512;

  /** No log-probabilities. */
  public static final int NO_LOGPROBS = -1;

  /** Checks the numbers and copies the set. */
  public GenerationOptions {
    Objects.requireNonNull(sampling, "sampling");
    Objects.requireNonNull(overflow, "overflow");
    Objects.requireNonNull(speculation, "speculation");
    stopTokens = Set.copyOf(stopTokens);
    if (maxTokens < 0) {
      throw new IllegalArgumentException("max tokens must be at least 0, not " + maxTokens);
    }
    if (chunk < 1) {
      throw new IllegalArgumentException("chunk must be at least 1, not " + chunk);
    }
    if (logprobs < NO_LOGPROBS) {
      throw new IllegalArgumentException("logprobs must be at least 0, not " + logprobs);
    }
  }

  /**
   * Without log-probabilities, constraint and guesses; the end of the session is the end of the
   * text.
   */
  public GenerationOptions(
      int maxTokens, SamplingOptions sampling, Set<Integer> stopTokens, int chunk) {
    this(
        maxTokens,
        sampling,
        stopTokens,
        chunk,
        NO_LOGPROBS,
        null,
        new ContextOverflow.Stop(),
        new Speculation.None());
  }

  /** The same with log-probabilities of the drawn token and of so many of the most probable. */
  public GenerationOptions withLogprobs(int newLogprobs) {
    return new GenerationOptions(
        maxTokens, sampling, stopTokens, chunk, newLogprobs, constraints, overflow, speculation);
  }

  /** The same for texts that keep to a constraint. */
  public GenerationOptions withConstraints(TokenConstraint.Source newConstraints) {
    return new GenerationOptions(
        maxTokens, sampling, stopTokens, chunk, logprobs, newConstraints, overflow, speculation);
  }

  /** The same with another policy for a full session. */
  public GenerationOptions withOverflow(ContextOverflow newOverflow) {
    return new GenerationOptions(
        maxTokens, sampling, stopTokens, chunk, logprobs, constraints, newOverflow, speculation);
  }

  /** The same with guesses of the next tokens. */
  public GenerationOptions withSpeculation(Speculation newSpeculation) {
    return new GenerationOptions(
        maxTokens, sampling, stopTokens, chunk, logprobs, constraints, overflow, newSpeculation);
  }

  /** The same with another way to draw tokens. */
  public GenerationOptions withSampling(SamplingOptions newSampling) {
    return new GenerationOptions(
        maxTokens, newSampling, stopTokens, chunk, logprobs, constraints, overflow, speculation);
  }
}
