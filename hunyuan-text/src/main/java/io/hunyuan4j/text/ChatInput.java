package io.hunyuan4j.text;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a chat template is rendered with. Values are JSON as Java has it: null, Boolean, Number,
 * String, List, and Map with String keys in order.
 *
 * @param messages mostly Maps with {@code role} and {@code content}; what they must be the template
 *     says
 * @param tools descriptions of functions; empty where none were given, which templates can tell
 *     from an empty list
 * @param options further variables by name, such as {@code enable_thinking}; they win over the
 *     special tokens of the checkpoint
 */
public record ChatInput(
    List<?> messages, Optional<List<?>> tools, Map<String, ? extends @Nullable Object> options) {
  private static final Set<String> NOT_OPTIONS = Set.of("messages", "tools");

  public ChatInput {
    options = Collections.unmodifiableMap(new LinkedHashMap<>(options));
    for (String name : NOT_OPTIONS) {
      if (options.containsKey(name)) {
        throw new IllegalArgumentException("\"" + name + "\" is no option of a chat template");
      }
    }
  }

  /** Messages without tools or options. */
  public static ChatInput of(List<?> messages) {
    return new ChatInput(messages, Optional.empty(), Map.of());
  }

  /** The same with these tools. */
  public ChatInput withTools(List<?> tools) {
    return new ChatInput(messages, Optional.of(tools), options);
  }

  /** The same with these options and no others. */
  public ChatInput withOptions(Map<String, ? extends @Nullable Object> options) {
    return new ChatInput(messages, tools, options);
  }
}
