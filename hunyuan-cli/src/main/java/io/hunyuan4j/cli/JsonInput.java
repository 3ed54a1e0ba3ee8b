package io.hunyuan4j.cli;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.hunyuan4j.text.json.JsonProblem;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/**
 * JSON that a command is given. What is not as asked for is wrong usage: a {@link
 * ParameterException} that names the file.
 */
final class JsonInput {
  /** Nesting is bounded at 1,000; of a key that stands twice the last value counts. */
  static final JsonMapper MAPPER =
      JsonMapper.builder(JsonLines.JSON)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final Host host;
  private final CommandLine command;

  JsonInput(Host host, CommandLine command) {
    this.host = host;
    this.command = command;
  }

  /** The list in {@code file}, or in standard input where that is {@code -}. */
  List<?> list(String file) {
    String name = TextFile.name(file);
    if (value(name, new TextFile(host, command).read(file)) instanceof List<?> list) {
      return list;
    }
    throw misuse(name, "expected a JSON list");
  }

  /** The value of a JSON text; of any other text that does not look like JSON itself. */
  @Nullable Object valueOrText(String name, String text) {
    boolean json = text.startsWith("{") || text.startsWith("[") || text.startsWith("\"");
    try {
      return MAPPER.readValue(text, Object.class);
    } catch (JacksonException e) {
      if (json) {
        throw misuse(name, "expected JSON, but: " + JsonProblem.reason(e));
      }
      return text;
    }
  }

  private @Nullable Object value(String name, String json) {
    try {
      return MAPPER.readValue(json, Object.class);
    } catch (JacksonException e) {
      throw misuse(name, JsonProblem.place(e) + ": expected JSON, but: " + JsonProblem.reason(e));
    }
  }

  private ParameterException misuse(String name, String problem) {
    return new ParameterException(command, name + ": " + problem);
  }
}
