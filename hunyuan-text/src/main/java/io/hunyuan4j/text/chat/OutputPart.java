package io.hunyuan4j.text.chat;

/** A piece of a model's output, on one of four channels. Texts are not empty. */
public sealed interface OutputPart {
  /** More of what the model thinks. */
  record Thinking(String text) implements OutputPart {}

  /** More of what it answers. */
  record Answer(String text) implements OutputPart {}

  /** A tool it asks for. */
  record Call(ToolCall call) implements OutputPart {}

  /** More of the output as it came, every character of it, whatever channel it is on besides. */
  record Raw(String text) implements OutputPart {}
}
