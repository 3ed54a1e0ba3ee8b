package io.hunyuan4j.text.chat;

/**
 * A call of a tool, as a model asked for it. Nothing says that there is such a tool, or that the
 * arguments are what it takes.
 *
 * @param id what a {@link ChatMessage.Tool} names to answer it
 * @param name of the tool
 * @param argumentsJson a JSON object, letter for letter as the model wrote it: where a key stands
 *     twice, the last value counts
 */
public record ToolCall(String id, String name, String argumentsJson) {
  /**
   * @throws IllegalArgumentException if the arguments are no JSON object, by the bounds of {@link
   *     OutputParser}
   */
  public ToolCall {
    var _ = Json.object("arguments of the call of tool \"" + name + "\"", argumentsJson);
  }
}
