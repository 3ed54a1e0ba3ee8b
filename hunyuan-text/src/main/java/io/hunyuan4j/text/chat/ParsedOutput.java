package io.hunyuan4j.text.chat;

import java.util.List;

/**
 * A model's output taken apart.
 *
 * @param thinking what it thought, without surrounding blanks
 * @param content its answer, without surrounding blanks
 * @param toolCalls what it asked for, in order
 */
public record ParsedOutput(String thinking, String content, List<ToolCall> toolCalls) {
  public ParsedOutput {
    toolCalls = List.copyOf(toolCalls);
  }

  /** The output as a message of the conversation. */
  public ChatMessage.Assistant message() {
    return new ChatMessage.Assistant(content, thinking, toolCalls);
  }
}
