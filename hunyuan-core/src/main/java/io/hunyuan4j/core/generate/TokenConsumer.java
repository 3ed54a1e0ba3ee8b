package io.hunyuan4j.core.generate;

/**
 * Receives each generated token at once, and may end the generation. What it throws ends it too.
 */
@FunctionalInterface
public interface TokenConsumer {

  /**
   * Whether to go on after this token. False ends the generation with {@link
   * StopReason#STOP_STRING}.
   */
  boolean accept(int token);

  /**
   * Hears how many tokens of the prompt are read, of how many in all; those that need no reading
   * count. Called after each forward pass over the prompt, at last with all of them.
   */
  default void promptRead(int read, int total) {}

  /** {@link #accept(int)}, where log-probabilities were asked for. */
  default boolean accept(TokenLogprobs token) {
    return accept(token.token());
  }
}
