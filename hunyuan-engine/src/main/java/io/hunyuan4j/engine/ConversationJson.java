package io.hunyuan4j.engine;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hunyuan4j.text.ContentSafety;
import io.hunyuan4j.text.chat.ChatMessage;
import io.hunyuan4j.text.chat.ToolCall;
import io.hunyuan4j.text.chat.ToolSpec;
import io.hunyuan4j.text.grammar.ResponseFormat.ToolChoice;
import io.hunyuan4j.text.json.JsonProblem;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A conversation as JSON in the file of a session: messages, tools, what was chosen of them,
 * thinking and what the template is told, but not the options of answers. Arguments and parameters
 * are strings, so that they come back letter for letter.
 */
final class ConversationJson {
  /** What was written is read back, however long: the size of the file is bounded already. */
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxStringLength(Integer.MAX_VALUE)
                  .maxNameLength(Integer.MAX_VALUE)
                  .maxNumberLength(Integer.MAX_VALUE)
                  .build())
          .build();

  private static final JsonMapper MAPPER =
      JsonMapper.builder(FACTORY)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(JsonWriteFeature.ESCAPE_NON_ASCII) // UTF-8 has no lone surrogates, contents may
          .build();

  private ConversationJson() {}

  /**
   * The bytes of a conversation.
   *
   * @throws IllegalArgumentException if a variable of the template is no JSON value
   */
  static byte[] write(ChatRequest request) {
    ObjectNode root = MAPPER.createObjectNode();
    ArrayNode messages = root.putArray("messages");
    request.messages().forEach(message -> write(message, messages.addObject()));
    ArrayNode tools = root.putArray("tools");
    for (ToolSpec tool : request.tools()) {
      tools
          .addObject()
          .put("name", tool.name())
          .put("description", tool.description())
          .put("parameters", tool.parametersJson());
    }
    switch (request.toolChoice()) {
      case ToolChoice.Auto _ -> root.put("tool_choice", "auto");
      case ToolChoice.None _ -> root.put("tool_choice", "none");
      case ToolChoice.Required _ -> root.put("tool_choice", "required");
      case ToolChoice.Named named -> root.putObject("tool_choice").put("name", named.name());
    }
    switch (request.thinking()) {
      case Thinking.On() -> root.put("thinking", "on");
      case Thinking.Off() -> root.put("thinking", "off");
      case Thinking.Budget(int tokens) -> root.put("thinking", tokens);
    }
    TemplateOptions template = request.template();
    root.put("content_safety", template.contentSafety().name());
    root.set("variables", MAPPER.valueToTree(template.variables()));
    root.put("time", template.clock().instant().toString());
    root.put("zone", template.clock().getZone().getId());
    try {
      return MAPPER.writeValueAsBytes(root);
    } catch (JacksonException e) {
      throw new IllegalArgumentException(
          "the conversation cannot be written as JSON: " + JsonProblem.reason(e), e);
    }
  }

  private static void write(ChatMessage message, ObjectNode node) {
    switch (message) {
      case ChatMessage.System _ -> node.put("role", "system");
      case ChatMessage.User _ -> node.put("role", "user");
      case ChatMessage.Tool tool -> node.put("role", "tool").put("call_id", tool.callId());
      case ChatMessage.Assistant assistant -> {
        node.put("role", "assistant").put("thinking", assistant.thinking());
        ArrayNode calls = node.putArray("calls");
        for (ToolCall call : assistant.toolCalls()) {
          calls
              .addObject()
              .put("id", call.id())
              .put("name", call.name())
              .put("arguments", call.argumentsJson());
        }
      }
    }
    node.put("content", message.content());
  }

  /**
   * The conversation of a file, with these options.
   *
   * @throws SessionFormatException if it is none
   */
  static ChatRequest read(Path file, byte[] json, TextOptions options) {
    if (json.length == 0) {
      throw new SessionFormatException(
          file, SessionFile.ATTACHMENT_BYTES_AT, "expected a conversation, found a session alone");
    }
    try {
      return request(MAPPER.readTree(json), options);
    } catch (JacksonException e) {
      throw broken(file, JsonProblem.reason(e));
    } catch (IOException | IllegalArgumentException | DateTimeException e) {
      throw broken(file, String.valueOf(e.getMessage()));
    }
  }

  private static SessionFormatException broken(Path file, String reason) {
    return new SessionFormatException(
        file,
        SessionFile.ATTACHMENT_BYTES_AT,
        "expected a conversation, found JSON of which is said: " + reason);
  }

  private static ChatRequest request(JsonNode root, TextOptions options) throws IOException {
    List<ChatMessage> messages = new ArrayList<>();
    for (JsonNode message : list(root, "messages")) {
      messages.add(message(message));
    }
    List<ToolSpec> tools = new ArrayList<>();
    for (JsonNode tool : list(root, "tools")) {
      tools.add(
          new ToolSpec(text(tool, "name"), text(tool, "description"), text(tool, "parameters")));
    }
    Map<String, @Nullable Object> variables = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> variable : root.path("variables").properties()) {
      variables.put(variable.getKey(), MAPPER.treeToValue(variable.getValue(), Object.class));
    }
    Clock clock = Clock.fixed(Instant.parse(text(root, "time")), ZoneId.of(text(root, "zone")));
    return new ChatRequest(
        messages,
        tools,
        toolChoice(root.path("tool_choice")),
        thinking(root.path("thinking")),
        new TemplateOptions(ContentSafety.valueOf(text(root, "content_safety")), variables, clock),
        options);
  }

  private static ChatMessage message(JsonNode node) {
    String content = text(node, "content");
    String role = text(node, "role");
    return switch (role) {
      case "system" -> new ChatMessage.System(content);
      case "user" -> new ChatMessage.User(content);
      case "tool" -> new ChatMessage.Tool(text(node, "call_id"), content);
      case "assistant" -> {
        List<ToolCall> calls = new ArrayList<>();
        for (JsonNode call : list(node, "calls")) {
          calls.add(new ToolCall(text(call, "id"), text(call, "name"), text(call, "arguments")));
        }
        yield new ChatMessage.Assistant(content, text(node, "thinking"), calls);
      }
      default -> throw new IllegalArgumentException("there is no role " + role);
    };
  }

  private static ToolChoice toolChoice(JsonNode node) {
    if (node.isObject()) {
      return new ToolChoice.Named(text(node, "name"));
    }
    return switch (node.asText()) {
      case "auto" -> new ToolChoice.Auto();
      case "none" -> new ToolChoice.None();
      case "required" -> new ToolChoice.Required();
      case String other -> throw new IllegalArgumentException("there is no tool choice " + other);
    };
  }

  private static Thinking thinking(JsonNode node) {
    if (node.isInt()) {
      return new Thinking.Budget(node.intValue());
    }
    return switch (node.asText()) {
      case "on" -> new Thinking.On();
      case "off" -> new Thinking.Off();
      case String other -> throw new IllegalArgumentException("there is no thinking " + other);
    };
  }

  private static String text(JsonNode node, String key) {
    JsonNode value = node.path(key);
    if (!value.isTextual()) {
      throw new IllegalArgumentException("%s is no string but %s".formatted(key, value));
    }
    return value.textValue();
  }

  private static JsonNode list(JsonNode node, String key) {
    JsonNode value = node.path(key);
    if (!value.isArray()) {
      throw new IllegalArgumentException("%s is no list but %s".formatted(key, value));
    }
    return value;
  }
}
