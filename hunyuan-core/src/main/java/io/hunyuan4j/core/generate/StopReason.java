package io.hunyuan4j.core.generate;

/** Why a generation ended. */
public enum StopReason {
  /** The model produced a token that ends the text. */
  STOP_TOKEN,
  /** The text reached one of the caller's stop strings. */
  STOP_STRING,
  /** The text is complete: the {@link TokenConstraint} lets no token follow. */
  CONSTRAINT,
  /** As many tokens as were asked for. */
  MAX_TOKENS,
  /** The session is full, and {@link ContextOverflow} says that this is the end. */
  CONTEXT_FULL,
  /** Somebody cancelled it. */
  CANCELLED,
  /** Its time was over. */
  TIME_LIMIT
}
