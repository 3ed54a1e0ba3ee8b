package io.hunyuan4j.cli;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The keys and values of a JSON file, spelled as the file spells them; those of nested objects as
 * {@code outer.inner}.
 */
final class ConfigTable {
  private final Table table = new Table("ll");
  private final JsonParser parser;

  private ConfigTable(JsonParser parser) {
    this.parser = parser;
  }

  /** Reads a file that a {@link io.hunyuan4j.loader.Checkpoint} has found to be a JSON object. */
  static Table read(Path file) throws IOException {
    try (JsonParser parser = JsonLines.JSON.createParser(file.toFile())) {
      parser.nextToken();
      ConfigTable config = new ConfigTable(parser);
      config.addObject("");
      return config.table;
    }
  }

  /** Rows for the object that has just begun. */
  private void addObject(String prefix) throws IOException {
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String key = prefix + parser.currentName();
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        table.row(key, value());
      } else {
        int before = table.rowCount();
        addObject(key + ".");
        if (table.rowCount() == before) {
          table.row(key, "{}");
        }
      }
    }
  }

  /** The value that begins here; its objects stay in one cell. */
  private String value() throws IOException {
    StringBuilder text = new StringBuilder();
    append(text);
    return text.toString();
  }

  private void append(StringBuilder text) throws IOException {
    switch (parser.currentToken()) {
      case START_ARRAY -> {
        text.append('[');
        for (String gap = ""; parser.nextToken() != JsonToken.END_ARRAY; gap = ", ") {
          append(text.append(gap));
        }
        text.append(']');
      }
      case START_OBJECT -> {
        text.append('{');
        for (String gap = ""; parser.nextToken() != JsonToken.END_OBJECT; gap = ", ") {
          text.append(gap).append(JsonLines.quote(parser.currentName())).append(": ");
          parser.nextToken();
          append(text);
        }
        text.append('}');
      }
      case VALUE_STRING -> text.append(JsonLines.quote(parser.getText()));
      default -> text.append(parser.getText());
    }
  }
}
