package io.hunyuan4j.text.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Iterator;

/** Values of JSON compared as JSON Schema compares them. */
final class JsonValues {
  private JsonValues() {}

  /** Whether two values are the same: numbers by their value, objects whatever their order. */
  static boolean same(JsonNode a, JsonNode b) {
    if (a.isNumber() && b.isNumber()) {
      return a.decimalValue().compareTo(b.decimalValue()) == 0;
    }
    if (a.getNodeType() != b.getNodeType() || a.size() != b.size()) {
      return false;
    }
    if (a.isObject()) {
      return a.properties().stream()
          .allMatch(
              entry -> b.has(entry.getKey()) && same(entry.getValue(), b.get(entry.getKey())));
    }
    if (a.isArray()) {
      Iterator<JsonNode> other = b.iterator();
      for (JsonNode element : a) {
        if (!same(element, other.next())) {
          return false;
        }
      }
      return true;
    }
    return a.equals(b);
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
