package io.hunyuan4j.text.chat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Messages and tools in the JSON shape that Hugging Face's chat templates read, as plain values:
 * String, Boolean, Integer, Long, BigInteger, Double, List, Map (in order) and null.
 */
public final class HuggingFaceChat {
  private HuggingFaceChat() {}

  /**
   * The variable {@code messages}: of each, {@code role} and {@code content}; an assistant's {@code
   * reasoning_content} and {@code tool_calls} where it has any, the arguments as objects; a tool's
   * {@code tool_call_id}.
   */
  public static List<Map<String, @Nullable Object>> messages(List<ChatMessage> messages) {
    List<Map<String, @Nullable Object>> values = new ArrayList<>(messages.size());
    for (ChatMessage message : messages) {
      values.add(message(message));
    }
    return values;
  }

  /** The variable {@code tools}: {@code type} and {@code function} of each. */
  public static List<Map<String, @Nullable Object>> tools(List<ToolSpec> tools) {
    List<Map<String, @Nullable Object>> values = new ArrayList<>(tools.size());
    for (ToolSpec tool : tools) {
      Map<String, @Nullable Object> function = new LinkedHashMap<>();
      function.put("name", tool.name());
      function.put("description", tool.description());
      function.put("parameters", Json.object("parameters", tool.parametersJson()));
      values.add(function(function));
    }
    return values;
  }

  private static Map<String, @Nullable Object> message(ChatMessage message) {
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    values.put("role", role(message));
    values.put("content", message.content());
    switch (message) {
      case ChatMessage.System _, ChatMessage.User _ -> {}
      case ChatMessage.Assistant assistant -> {
        if (!assistant.thinking().isEmpty()) {
          values.put("reasoning_content", assistant.thinking());
        }
        if (!assistant.toolCalls().isEmpty()) {
          values.put("tool_calls", calls(assistant.toolCalls()));
        }
      }
      case ChatMessage.Tool tool -> values.put("tool_call_id", tool.callId());
    }
    return values;
  }

  private static String role(ChatMessage message) {
    return switch (message) {
      case ChatMessage.System _ -> "system";
      case ChatMessage.User _ -> "user";
      case ChatMessage.Assistant _ -> "assistant";
      case ChatMessage.Tool _ -> "tool";
    };
  }

  private static List<Map<String, @Nullable Object>> calls(List<ToolCall> calls) {
    List<Map<String, @Nullable Object>> values = new ArrayList<>(calls.size());
    for (ToolCall call : calls) {
      Map<String, @Nullable Object> function = new LinkedHashMap<>();
      function.put("name", call.name());
      function.put("arguments", Json.object("arguments", call.argumentsJson()));
      Map<String, @Nullable Object> value = function(function);
      value.put("id", call.id());
      values.add(value);
    }
    return values;
  }

  private static Map<String, @Nullable Object> function(Map<String, @Nullable Object> function) {
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    values.put("type", "function");
    values.put("function", function);
    return values;
  }
}
