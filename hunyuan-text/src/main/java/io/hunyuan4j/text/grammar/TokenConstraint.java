package io.hunyuan4j.text.grammar;

/**
 * What the tokens of one text may be, step by step: before each token {@link #mask}, after it
 * {@link #accept}. Belongs to one text and is not thread-safe; those of one {@link CompiledFormat}
 * may be used side by side on many threads.
 */
public interface TokenConstraint {
  /**
   * Overwrites {@code allowed} with the tokens that may follow, a bit for each id, token 64·i + j
   * in bit j of element i. Stop tokens are among them where the text may end. Special tokens
   * otherwise never are. At least one bit is set, unless {@link #mustEnd} and there are no stop
   * tokens.
   *
   * @param allowed at least as many bits as the vocabulary has ids
   * @throws IllegalArgumentException if {@code allowed} is too short
   */
  void mask(long[] allowed);

  /**
   * Takes a token as the next of the text. A stop token ends it.
   *
   * @throws IllegalArgumentException if it may not follow; nothing has changed then
   */
  void accept(int token);

  /** Whether the text is complete as it is. */
  boolean mayEnd();

  /** Whether the text is complete and nothing may follow, be it for want of tokens. */
  boolean mustEnd();

  /** The fewest tokens after which the text may end; 0 if it may now. */
  int tokensNeeded();
}
