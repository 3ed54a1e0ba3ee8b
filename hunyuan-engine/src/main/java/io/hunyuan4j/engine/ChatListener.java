package io.hunyuan4j.engine;

import io.hunyuan4j.text.chat.OutputPart;

/** Receives an answer as it is generated, on the thread that generates it. */
@FunctionalInterface
public interface ChatListener {

  /**
   * The next piece, on one of four channels: thinking, answer, tool calls, and all of it as it
   * comes.
   */
  void onPart(OutputPart part);

  /**
   * Hears how many tokens of the prompt are read, of how many in all; those that were known count.
   * Called after each forward pass over the prompt, at last with all of them: before the first
   * piece of the answer. What it throws ends the generation.
   */
  default void onPromptRead(int read, int total) {}
}
