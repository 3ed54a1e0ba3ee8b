package io.hunyuan4j.text.chat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.hunyuan4j.text.json.JsonProblem;
import java.util.ArrayList;
import java.util.List;

/**
 * Tools in the JSON shape of OpenAI's chat API: a list of {@code {"type": "function", "function":
 * {"name": …, "description": …, "parameters": {…}}}}, where all but the name may be missing.
 */
public final class OpenAiTools {
  private OpenAiTools() {}

  /**
   * The tools of a list.
   *
   * @throws IllegalArgumentException if it is none, with the place; by the bounds of {@link
   *     OutputParser}
   */
  public static List<ToolSpec> read(String json) {
    JsonNode list;
    try {
      list = Json.tree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "expected a JSON list of tools, but " + JsonProblem.sentence(e), e);
    }
    if (!list.isArray()) {
      throw new IllegalArgumentException("expected a JSON list of tools, found " + shown(list));
    }
    List<ToolSpec> tools = new ArrayList<>();
    for (int i = 0; i < list.size(); i++) {
      tools.add(tool(list.get(i), "tool " + i));
    }
    return List.copyOf(tools);
  }

  private static ToolSpec tool(JsonNode node, String place) {
    JsonNode type = node.path("type");
    JsonNode function = node.path("function");
    if (!(type.isMissingNode() || type.asText().equals("function")) || !function.isObject()) {
      throw new IllegalArgumentException(
          place + ": expected type \"function\" and a function, found " + shown(node));
    }
    JsonNode name = function.path("name");
    JsonNode description = function.path("description");
    JsonNode parameters = function.path("parameters");
    if (!name.isTextual() || !(isAbsent(description) || description.isTextual())) {
      throw new IllegalArgumentException(
          place + ": expected a name and a description that are strings, found " + shown(function));
    }
    return new ToolSpec(
        name.textValue(),
        isAbsent(description) ? "" : description.textValue(),
        isAbsent(parameters) ? "{}" : parameters.toString());
  }

  private static boolean isAbsent(JsonNode node) {
    return node.isMissingNode() || node.isNull();
  }

  private static String shown(JsonNode node) {
    String text = node.toString();
    return text.length() <= 60 ? text : text.substring(0, 60) + "…";
  }
}
