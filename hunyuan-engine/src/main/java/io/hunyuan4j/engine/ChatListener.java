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
}
