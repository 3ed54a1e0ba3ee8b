package io.hunyuan4j.text.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** Values of JSON as the texts that a constraint admits for them. */
final class JsonText {
  private JsonText() {}

  /** A string with its quotation marks, escaped where it must be and nowhere else. */
  static String quoted(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    text.chars()
        .forEach(
            c -> {
              switch (c) {
                case '"', '\\' -> quoted.append('\\').append((char) c);
                case '\b' -> quoted.append("\\b");
                case '\f' -> quoted.append("\\f");
                case '\n' -> quoted.append("\\n");
                case '\r' -> quoted.append("\\r");
                case '\t' -> quoted.append("\\t");
                default -> {
                  if (c < ' ') {
                    quoted.append("\\u%04x".formatted(c));
                  } else {
                    quoted.append((char) c);
                  }
                }
              }
            });
    return quoted.append('"').toString();
  }

  /** A value, with a space after commas and colons or without. */
  static Expression value(JsonNode value, String place) {
    return switch (value.getNodeType()) {
      case OBJECT -> {
        List<Expression> parts = new ArrayList<>(List.of(new Expression.Text("{")));
        value
            .properties()
            .forEach(
                entry -> {
                  if (parts.size() > 1) {
                    parts.add(JsonRules.COMMA);
                  }
                  requireCharacters(entry.getKey(), place);
                  parts.add(new Expression.Text(quoted(entry.getKey())));
                  parts.add(JsonRules.COLON);
                  parts.add(value(entry.getValue(), place));
                });
        parts.add(new Expression.Text("}"));
        yield new Expression.Sequence(parts);
      }
      case ARRAY -> {
        List<Expression> parts = new ArrayList<>(List.of(new Expression.Text("[")));
        for (JsonNode element : value) {
          if (parts.size() > 1) {
            parts.add(JsonRules.COMMA);
          }
          parts.add(value(element, place));
        }
        parts.add(new Expression.Text("]"));
        yield new Expression.Sequence(parts);
      }
      case STRING -> {
        requireCharacters(value.textValue(), place);
        yield new Expression.Text(quoted(value.textValue()));
      }
      case BOOLEAN, NULL, NUMBER, BINARY, MISSING, POJO -> new Expression.Text(value.asText());
    };
  }

  /** Refuses a text that UTF-8 cannot write. */
  static void requireCharacters(String text, String place) {
    for (int i = 0; i < text.length(); i++) {
      int codePoint = text.codePointAt(i);
      if (codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE) {
        throw new GrammarException(place, "a lone surrogate at char " + i + " is no character");
      }
      i += Character.charCount(codePoint) - 1;
    }
  }
}
