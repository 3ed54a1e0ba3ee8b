package io.hunyuan4j.engine;

import io.hunyuan4j.text.ContentSafety;
import io.hunyuan4j.text.chat.ChatMessage;
import io.hunyuan4j.text.chat.OutputSyntax;
import io.hunyuan4j.text.chat.ToolSpec;
import io.hunyuan4j.text.grammar.ResponseFormat;
import io.hunyuan4j.text.grammar.ResponseFormat.ToolChoice;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A conversation that a model is to answer, and how. {@link Engine#chatRequest} makes one with the
 * checkpoint's own settings; the {@code with…} methods change one of them.
 *
 * @param messages what was said so far
 * @param tools what the model may call
 * @param toolChoice whether it may, or must; of no effect without tools, unless one must be called
 * @param thinking whether the model thinks first
 * @param template how the conversation is written for the model
 * @param options how the answer is drawn and how long it gets, thinking included. {@link
 *     TextOptions#promptSpecials} has no meaning here, {@link TextOptions#stopStrings} end the
 *     answer and not the thinking, and {@link TextOptions#responseFormat} is that of the answer
 */
public record ChatRequest(
    List<ChatMessage> messages,
    List<ToolSpec> tools,
    ToolChoice toolChoice,
    Thinking thinking,
    TemplateOptions template,
    TextOptions options) {

  /**
   * Copies the lists.
   *
   * @throws IllegalArgumentException if a tool must be called that is not there, two have the same
   *     name, or an answer that may call tools is to be of a format besides
   */
  public ChatRequest {
    messages = List.copyOf(messages);
    tools = List.copyOf(tools);
    Objects.requireNonNull(thinking, "thinking");
    Objects.requireNonNull(template, "template");
    checkTools(tools, toolChoice);
    switch (options.responseFormat()) {
      case ResponseFormat.FreeText _ -> {}
      case ResponseFormat.ToolCalls _ ->
          throw new IllegalArgumentException(
              "tools and their choice are the request's own, not a response format");
      case ResponseFormat format -> {
        if (!tools.isEmpty() && !(toolChoice instanceof ToolChoice.None)) {
          throw new IllegalArgumentException(
              "an answer cannot be of the format %s and call tools: choose no tools, or free text"
                  .formatted(format.getClass().getSimpleName()));
        }
      }
    }
  }

  private static void checkTools(List<ToolSpec> tools, ToolChoice choice) {
    List<String> names = tools.stream().map(ToolSpec::name).toList();
    if (new HashSet<>(names).size() < names.size()) {
      throw new IllegalArgumentException("two tools have the same name, among " + names);
    }
    switch (choice) {
      case ToolChoice.Auto _, ToolChoice.None _ -> {}
      case ToolChoice.Required _ -> {
        if (names.isEmpty()) {
          throw new IllegalArgumentException("a tool must be called, but there is none");
        }
      }
      case ToolChoice.Named named -> {
        if (!names.contains(named.name())) {
          throw new IllegalArgumentException(
              "there is no tool %s, only %s".formatted(named.name(), names));
        }
      }
    }
  }

  /**
   * A conversation without tools: the model thinks if it can, and contents are never more than
   * text.
   */
  public static ChatRequest of(TextOptions options, ChatMessage... messages) {
    return new ChatRequest(
        Arrays.asList(messages),
        List.of(),
        new ToolChoice.Auto(),
        new Thinking.On(),
        TemplateOptions.DEFAULTS,
        options);
  }

  /** What the answer must be, all things considered. */
  ResponseFormat answerFormat() {
    ResponseFormat format = options.responseFormat();
    return tools.isEmpty() || !(format instanceof ResponseFormat.FreeText)
        ? format
        : new ResponseFormat.ToolCalls(tools, toolChoice, OutputSyntax.HUNYUAN);
  }

  /** The same with more messages at the end. */
  public ChatRequest plus(ChatMessage... more) {
    return plus(Arrays.asList(more));
  }

  /** The same with more messages at the end. */
  public ChatRequest plus(List<ChatMessage> more) {
    List<ChatMessage> all = new ArrayList<>(messages);
    all.addAll(more);
    return withMessages(all);
  }

  /** The same with these messages and no others. */
  public ChatRequest withMessages(List<ChatMessage> newMessages) {
    return new ChatRequest(newMessages, tools, toolChoice, thinking, template, options);
  }

  /** The same with these tools and no others. */
  public ChatRequest withTools(List<ToolSpec> newTools) {
    return new ChatRequest(messages, newTools, toolChoice, thinking, template, options);
  }

  /** The same with another choice of tools. */
  public ChatRequest withToolChoice(ToolChoice newChoice) {
    return new ChatRequest(messages, tools, newChoice, thinking, template, options);
  }

  /** The same with tools and their choice, where one makes no sense without the other. */
  public ChatRequest withTools(List<ToolSpec> newTools, ToolChoice newChoice) {
    return new ChatRequest(messages, newTools, newChoice, thinking, template, options);
  }

  /** The same with or without thinking. */
  public ChatRequest withThinking(Thinking newThinking) {
    return new ChatRequest(messages, tools, toolChoice, newThinking, template, options);
  }

  /** The same written in another way. */
  public ChatRequest withTemplate(TemplateOptions newTemplate) {
    return new ChatRequest(messages, tools, toolChoice, thinking, newTemplate, options);
  }

  /** The same with another meaning of special tokens that are spelled in contents. */
  public ChatRequest withContentSafety(ContentSafety safety) {
    return withTemplate(new TemplateOptions(safety, template.variables(), template.clock()));
  }

  /** The same with these further variables of the template and no others. */
  public ChatRequest withVariables(Map<String, ? extends @Nullable Object> variables) {
    return withTemplate(new TemplateOptions(template.contentSafety(), variables, template.clock()));
  }

  /** The same at the time of another clock. */
  public ChatRequest withClock(Clock clock) {
    return withTemplate(new TemplateOptions(template.contentSafety(), template.variables(), clock));
  }

  /** The same with other options. */
  public ChatRequest withOptions(TextOptions newOptions) {
    return new ChatRequest(messages, tools, toolChoice, thinking, template, newOptions);
  }

  /** The same with these changes to the options. */
  public ChatRequest withOptions(UnaryOperator<TextOptions> change) {
    return withOptions(change.apply(options));
  }
}
