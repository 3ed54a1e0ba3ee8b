package io.hunyuan4j.engine;

import io.hunyuan4j.text.ContentSafety;
import java.time.Clock;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a conversation is written for a model by its chat template.
 *
 * @param contentSafety whether the spelling of a special token inside messages, tools and variables
 *     is one
 * @param variables further variables of the template, JSON values as {@link
 *     io.hunyuan4j.text.ChatInput} has them
 * @param clock the time that a template may print, as Hunyuan-A13B's does where there are tools;
 *     with one that runs, no two requests are quite the same
 */
public record TemplateOptions(
    ContentSafety contentSafety, Map<String, ? extends @Nullable Object> variables, Clock clock) {
  static final String ENABLE_THINKING = "enable_thinking";

  /** Contents that are never more than text, no further variables, the time that it is. */
  public static final TemplateOptions DEFAULTS =
      new TemplateOptions(ContentSafety.PLAIN_CONTENT, Map.of(), Clock.systemDefaultZone());

  /**
   * Copies the variables.
   *
   * @throws IllegalArgumentException if {@code enable_thinking} is one: {@link Thinking} says it
   */
  public TemplateOptions {
    Objects.requireNonNull(contentSafety, "contentSafety");
    Objects.requireNonNull(clock, "clock");
    variables = Collections.unmodifiableMap(new LinkedHashMap<>(variables));
    if (variables.containsKey(ENABLE_THINKING)) {
      throw new IllegalArgumentException(
          "the variable enable_thinking is set by the request's thinking, not here");
    }
  }
}
