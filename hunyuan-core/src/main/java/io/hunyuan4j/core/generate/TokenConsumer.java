package io.hunyuan4j.core.generate;

/** Receives each generated token at once, and may end the generation. */
@FunctionalInterface
public interface TokenConsumer {

  /**
   * Whether to go on after this token. False ends the generation with {@link
   * StopReason#STOP_STRING}.
   */
  boolean accept(int token);

  /** The same, where log-probabilities were asked for. */
  default boolean accept(TokenLogprobs token) {
    return accept(token.token());
  }
}
