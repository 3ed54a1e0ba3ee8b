package io.hunyuan4j.text.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.TreeMap;

/** Values of JSON compared as JSON Schema compares them. */
final class JsonValues {
  private JsonValues() {}

  /**
   * A text that two values share just if they are the same: numbers by their value, objects
   * whatever their order.
   */
  static String canonical(JsonNode value) {
    StringBuilder text = new StringBuilder();
    append(value, text);
    return text.toString();
  }

  private static void append(JsonNode value, StringBuilder text) {
    switch (type(value)) {
      case NULL, BOOLEAN -> text.append(value.asText());
      case NUMBER -> text.append(value.decimalValue().stripTrailingZeros());
      case STRING -> text.append(JsonText.quoted(value.textValue()));
      case ARRAY -> {
        text.append('[');
        value.forEach(
            element -> {
              append(element, text);
              text.append(',');
            });
        text.append(']');
      }
      case OBJECT -> {
        TreeMap<String, JsonNode> members = new TreeMap<>();
        value.properties().forEach(entry -> members.put(entry.getKey(), entry.getValue()));
        text.append('{');
        members.forEach(
            (key, member) -> {
              text.append(JsonText.quoted(key)).append(':');
              append(member, text);
              text.append(',');
            });
        text.append('}');
      }
    }
  }

  /** How many arrays and objects there are around the innermost value, its own included. */
  static int nesting(JsonNode value) {
    int deepest = 0;
    for (JsonNode inner : value) {
      deepest = Math.max(deepest, nesting(inner));
    }
    return value.isContainerNode() ? 1 + deepest : 0;
  }

  /** Whether a number has no fraction, such as 1.0. */
  static boolean isWhole(JsonNode number) {
    return number.decimalValue().stripTrailingZeros().scale() <= 0;
  }

  static Shape.Type type(JsonNode value) {
    return switch (value.getNodeType()) {
      case NULL, MISSING -> Shape.Type.NULL;
      case BOOLEAN -> Shape.Type.BOOLEAN;
      case NUMBER -> Shape.Type.NUMBER;
      case STRING, BINARY, POJO -> Shape.Type.STRING;
      case ARRAY -> Shape.Type.ARRAY;
      case OBJECT -> Shape.Type.OBJECT;
    };
  }
}
