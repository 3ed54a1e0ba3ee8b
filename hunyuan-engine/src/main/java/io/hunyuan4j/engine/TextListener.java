package io.hunyuan4j.engine;

/** Receives a text as it is generated, on the thread that generates it. */
@FunctionalInterface
public interface TextListener {

  /** The next piece: never empty, never a part of a character. All pieces together are the text. */
  void onText(String piece);

  /**
   * Hears how many tokens of the prompt are read, of how many in all; those that were known count.
   * Called after each forward pass over the prompt, at last with all of them: before the first
   * piece of the text. What it throws ends the generation.
   */
  default void onPromptRead(int read, int total) {}
}
