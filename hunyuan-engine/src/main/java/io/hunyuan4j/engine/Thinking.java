package io.hunyuan4j.engine;

/**
 * Whether a model thinks before it answers. It sets the variable {@code enable_thinking} of the
 * chat template; on models whose template knows no tag for thinking it has no further effect.
 */
public sealed interface Thinking {
  /** As long as the model likes. */
  record On() implements Thinking {}

  /** Not at all. */
  record Off() implements Thinking {}

  /**
   * On, until so many tokens are spent; then the thinking is closed, wherever it is, and the answer
   * begins.
   *
   * @param tokens at least 0, not counting the tags around the thinking
   */
  record Budget(int tokens) implements Thinking {
    /**
     * Checks the number.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public Budget {
      if (tokens < 0) {
        throw new IllegalArgumentException("a budget must be at least 0 tokens, not " + tokens);
      }
    }
  }
}
