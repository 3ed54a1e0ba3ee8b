package io.hunyuan4j.text.chat;

import java.util.List;

/** One message of a conversation. What it says is text; empty where there is none. */
public sealed interface ChatMessage {
  /** What was said. */
  String content();

  /** What holds for the whole conversation. */
  record System(String content) implements ChatMessage {}

  /** What the person, or the program, at the other end says. */
  record User(String content) implements ChatMessage {}

  /**
   * What the model said.
   *
   * @param thinking what it thought before, without tags
   * @param toolCalls what it asked for, in order
   */
  record Assistant(String content, String thinking, List<ToolCall> toolCalls)
      implements ChatMessage {
    public Assistant {
      toolCalls = List.copyOf(toolCalls);
    }

    /** A message that only says something. */
    public Assistant(String content) {
      this(content, "", List.of());
    }
  }

  /**
   * What a tool gave back.
   *
   * @param callId the {@link ToolCall#id() id} of the call that this answers
   */
  record Tool(String callId, String content) implements ChatMessage {}
}
