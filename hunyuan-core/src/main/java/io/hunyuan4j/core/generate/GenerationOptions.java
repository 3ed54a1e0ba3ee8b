package io.hunyuan4j.core.generate;

import java.util.Objects;
import java.util.Set;

/**
 * What to generate.
 *
 * @param maxTokens how many tokens at most, at least 0
 * @param sampling how they are drawn
 * @param stopTokens tokens that end the text and are not part of it
 * @param chunk prompt tokens per forward pass, at least 1; does not change the result
 */
public record GenerationOptions(
    int maxTokens, SamplingOptions sampling, Set<Integer> stopTokens, int chunk) {

  /**
   * Prompt tokens per forward pass unless said otherwise: enough for products of full speed, little
   * scratch memory.
   */
  public static final int DEFAULT_CHUNK = 512;

  /** Checks the numbers and copies the set. */
  public GenerationOptions {
    Objects.requireNonNull(sampling, "sampling");
    stopTokens = Set.copyOf(stopTokens);
    if (maxTokens < 0) {
      throw new IllegalArgumentException("max tokens must be at least 0, not " + maxTokens);
    }
    if (chunk < 1) {
      throw new IllegalArgumentException("chunk must be at least 1, not " + chunk);
    }
  }
}
