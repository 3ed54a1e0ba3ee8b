package io.hunyuan4j.text.chat;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What stands between the tags of a block of tool calls: a JSON array of objects, each with a
 * string {@code name} and {@code arguments} that are an object, or a string that holds one. Other
 * keys are ignored, a repeated key's last value counts.
 */
final class CallsBlock {
  private final String block;
  private final JsonParser json;

  private CallsBlock(String block, JsonParser json) {
    this.block = block;
    this.json = json;
  }

  /**
   * The calls of {@code block}; empty if it is malformed.
   *
   * @param firstId the number of the first call's id
   */
  static Optional<List<ToolCall>> read(String block, int firstId) {
    try (JsonParser json = Json.parser(block)) {
      return new CallsBlock(block, json).calls(firstId);
    } catch (IOException e) {
      return Optional.empty(); // not JSON, or beyond Jackson's bounds
    }
  }

  private Optional<List<ToolCall>> calls(int firstId) throws IOException {
    if (json.nextToken() != JsonToken.START_ARRAY) {
      return Optional.empty();
    }
    List<ToolCall> calls = new ArrayList<>();
    while (json.nextToken() != JsonToken.END_ARRAY) {
      ToolCall call = call("call_" + (firstId + calls.size()));
      if (call == null) {
        return Optional.empty();
      }
      calls.add(call);
    }
    return json.nextToken() == null ? Optional.of(calls) : Optional.empty();
  }

  private @Nullable ToolCall call(String id) throws IOException {
    if (json.currentToken() != JsonToken.START_OBJECT) {
      return null;
    }
    String name = null;
    String arguments = null;
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String key = json.currentName();
      JsonToken value = json.nextToken();
      if (key.equals("name")) {
        name = value == JsonToken.VALUE_STRING ? json.getText() : null;
      } else if (key.equals("arguments")) {
        arguments = arguments(value);
      }
      json.skipChildren();
    }
    return name == null || arguments == null || !Json.isObject(arguments)
        ? null
        : new ToolCall(id, name, arguments);
  }

  /** The text of the arguments as it stands in the block, or in the string there. */
  private @Nullable String arguments(JsonToken value) throws IOException {
    if (value == JsonToken.VALUE_STRING) {
      return json.getText();
    }
    if (value != JsonToken.START_OBJECT) {
      return null;
    }
    long from = json.currentTokenLocation().getCharOffset();
    json.skipChildren();
    return block.substring((int) from, (int) json.currentLocation().getCharOffset());
  }
}
