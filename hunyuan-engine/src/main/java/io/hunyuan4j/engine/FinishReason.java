package io.hunyuan4j.engine;

/** Why an answer ended. {@link io.hunyuan4j.core.generate.StopReason} says it in more detail. */
public enum FinishReason {
  /** It is complete, or reached one of the caller's stop strings. */
  STOP,
  /**
   * No tokens, or no time, were left. With no tokens, a text of a format is complete all the same.
   */
  LENGTH,
  /** It asks for tools, and goes on when their results are sent. */
  TOOL_CALLS,
  /** Somebody cancelled it. */
  CANCELLED
}
