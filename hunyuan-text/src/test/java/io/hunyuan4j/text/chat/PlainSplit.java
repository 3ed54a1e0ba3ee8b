package io.hunyuan4j.text.chat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The five rules for reading an output, one after the other on the whole text, as plainly as they
 * are written: what {@link OutputParser} must come to.
 *
 * @param calls name and arguments of each
 */
record PlainSplit(String thinking, String content, List<Call> calls) {
  record Call(String name, JsonNode arguments) {}

  private static final ObjectMapper MAPPER =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  static PlainSplit of(String output) {
    String rest = output;
    String thinking = "";
    String ahead = stripLeading(output);
    if (ahead.startsWith("<think>")) {
      ahead = ahead.substring("<think>".length());
      int end = ahead.indexOf("</think>");
      thinking = strip(end < 0 ? ahead : ahead.substring(0, end));
      rest = end < 0 ? "" : ahead.substring(end + "</think>".length());
    }
    ahead = stripLeading(rest);
    if (ahead.startsWith("<answer>")) {
      rest = ahead.substring("<answer>".length());
      String behind = stripTrailing(rest);
      if (behind.endsWith("</answer>")) {
        rest = behind.substring(0, behind.length() - "</answer>".length());
      }
    }
    List<Call> calls = new ArrayList<>();
    String content = strip(withoutBlocks(rest, calls));
    if (content.startsWith("助手：")) {
      content = stripLeading(content.substring("助手：".length()));
    }
    return new PlainSplit(thinking, content, calls);
  }

  private static String withoutBlocks(String text, List<Call> calls) {
    StringBuilder kept = new StringBuilder();
    int at = 0;
    while (true) {
      int open = text.indexOf("<tool_calls>", at);
      int close = open < 0 ? -1 : text.indexOf("</tool_calls>", open);
      if (close < 0) {
        return kept.append(text, at, text.length()).toString();
      }
      int end = close + "</tool_calls>".length();
      List<Call> block = block(text.substring(open + "<tool_calls>".length(), close));
      kept.append(text, at, block == null ? end : open);
      if (block != null) {
        calls.addAll(block);
      }
      at = end;
    }
  }

  private static @Nullable List<Call> block(String json) {
    JsonNode array = read(json);
    if (array == null || !array.isArray()) {
      return null;
    }
    List<Call> calls = new ArrayList<>();
    for (JsonNode element : array) {
      JsonNode arguments = element.path("arguments");
      if (arguments.isTextual()) {
        arguments = read(arguments.textValue());
      }
      if (!element.path("name").isTextual() || arguments == null || !arguments.isObject()) {
        return null;
      }
      calls.add(new Call(element.get("name").textValue(), arguments));
    }
    return calls;
  }

  private static @Nullable JsonNode read(String json) {
    try {
      return MAPPER.readTree(json);
    } catch (JsonProcessingException _) {
      return null;
    }
  }

  private static String strip(String text) {
    return stripLeading(stripTrailing(text));
  }

  private static String stripLeading(String text) {
    return text.replaceFirst("^[ \t\r\n]+", "");
  }

  private static String stripTrailing(String text) {
    int end = text.length();
    while (end > 0 && " \t\r\n".indexOf(text.charAt(end - 1)) >= 0) {
      end--;
    }
    return text.substring(0, end);
  }
}
