package io.hunyuan4j.engine;

import io.hunyuan4j.core.generate.GenerationResult;
import io.hunyuan4j.text.chat.ChatMessage;
import io.hunyuan4j.text.chat.ToolCall;
import java.util.List;

/**
 * A model's answer and how it came about.
 *
 * @param message what it thought, said and asked for; goes into the conversation as it is. A call
 *     of tools that is malformed stands in its content. Where a format was asked for, the content
 *     is a text of it, to the letter
 * @param finishReason why it ended
 * @param raw all that the model wrote, tags included, but no special tokens
 * @param thinkingTokens how many of the generated tokens were thinking, as {@link Thinking.Budget}
 *     counts them: without the tags around it
 * @param generation the tokens and the times they took
 */
public record ChatResponse(
    ChatMessage.Assistant message,
    FinishReason finishReason,
    String raw,
    int thinkingTokens,
    GenerationResult generation) {

  /** What it said. */
  public String text() {
    return message.content();
  }

  /** What it thought before. */
  public String thinking() {
    return message.thinking();
  }

  /** What it asked for. */
  public List<ToolCall> toolCalls() {
    return message.toolCalls();
  }

  /** Tokens of the whole conversation before it. */
  public int promptTokens() {
    return generation.promptTokens();
  }

  /** How many of them the session or the prefix cache knew, so that the model did not run them. */
  public int cachedPromptTokens() {
    return generation.cachedPromptTokens();
  }

  /** Tokens generated, thinking included. */
  public int generatedTokens() {
    return generation.tokens().size();
  }
}
