package io.hunyuan4j.core.generate;

/**
 * Which tokens may come next in one text: asked before each token, told of it afterwards. The text
 * keeps to it whatever the logits and the {@link SamplingOptions} are.
 */
public interface TokenConstraint {

  /** Begins constraints that are alike, one for each text. */
  @FunctionalInterface
  interface Source {
    /**
     * The constraint of a new text.
     *
     * @param maxTokens how many tokens the text may have, not counting a stop token
     * @throws IllegalArgumentException if no text has so few
     */
    TokenConstraint begin(int maxTokens);
  }

  /**
   * Overwrites {@code allowed} with the tokens that may come next, stop tokens where the text may
   * end: token {@code 64 i + j} is bit {@code j} of element {@code i}.
   *
   * @param allowed {@code [⌈vocabSize / 64⌉]}
   */
  void mask(long[] allowed);

  /** Takes a token, no stop token, as the next of the text. */
  void accept(int token);

  /** Whether the text is complete and no token but a stop token may come, however many are left. */
  boolean mustEnd();

  /**
   * Whether the text is complete as it is, though more may follow: where {@link #mask} then allows
   * nothing, for want of a stop token, this is the end.
   */
  default boolean mayEnd() {
    return mustEnd();
  }
}
