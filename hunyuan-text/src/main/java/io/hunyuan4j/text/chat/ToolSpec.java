package io.hunyuan4j.text.chat;

/**
 * A tool that a model may call.
 *
 * @param name not blank
 * @param description what it does, for the model to read
 * @param parametersJson the JSON schema of its arguments, an object; {@code {}} if anything goes.
 *     Only its syntax is checked, not that it is a schema
 */
public record ToolSpec(String name, String description, String parametersJson) {
  /**
   * @throws IllegalArgumentException if the name is blank, or the parameters are no JSON object, by
   *     the bounds of {@link OutputParser}
   */
  public ToolSpec {
    if (name.isBlank()) {
      throw new IllegalArgumentException("a tool's name is not blank, but one is \"" + name + '"');
    }
    var _ = Json.object("parameters of tool \"" + name + "\"", parametersJson);
  }
}
