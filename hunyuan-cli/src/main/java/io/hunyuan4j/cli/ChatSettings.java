package io.hunyuan4j.cli;

import io.hunyuan4j.core.generate.SamplingOptions;
import io.hunyuan4j.engine.ChatRequest;
import io.hunyuan4j.engine.TextOptions;
import io.hunyuan4j.engine.Thinking;
import io.hunyuan4j.text.ContentSafety;
import io.hunyuan4j.text.InputSpecials;
import io.hunyuan4j.text.chat.OutputSyntax;
import io.hunyuan4j.text.chat.ToolSpec;
import io.hunyuan4j.text.grammar.CompiledFormat;
import io.hunyuan4j.text.grammar.ResponseFormat;
import io.hunyuan4j.text.grammar.ResponseFormat.ToolChoice;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What the command line says of every conversation of a chat, whether it is new or comes from a
 * file. What it does not say stays as the conversation has it.
 *
 * @param system message of the system
 * @param tools what the model may call
 * @param noThink whether it is to answer without thinking
 * @param format that of every answer
 * @param maxTokens of an answer; a quarter of the positions if empty
 * @param seed of every answer
 */
record ChatSettings(
    Optional<String> system,
    Optional<List<ToolSpec>> tools,
    boolean noThink,
    ResponseFormat format,
    OptionalInt maxTokens,
    long seed) {

  /** Nothing but defaults. */
  static final ChatSettings NONE =
      new ChatSettings(
          Optional.empty(),
          Optional.empty(),
          false,
          new ResponseFormat.FreeText(),
          OptionalInt.empty(),
          0);

  /**
   * Refuses, before there is a model, what contradicts itself or cannot be kept to.
   *
   * @throws IllegalArgumentException saying why
   */
  void check() {
    TextOptions blank =
        new TextOptions(0, SamplingOptions.greedy(), List.of(), InputSpecials.AS_TEXT);
    ChatRequest checked = applied(ChatRequest.of(blank), 0);
    if (!checked.tools().isEmpty()) {
      CompiledFormat.check(
          new ResponseFormat.ToolCalls(
              checked.tools(), checked.toolChoice(), OutputSyntax.HUNYUAN));
    }
  }

  /**
   * A conversation with these settings. What it spells is text, whatever its file says: those who
   * type are strangers.
   *
   * @throws IllegalArgumentException if its own tools contradict the format
   */
  ChatRequest applied(ChatRequest request, int positions) {
    ChatRequest safe = request.withContentSafety(ContentSafety.PLAIN_CONTENT);
    ChatRequest offered =
        tools.isEmpty() ? safe : safe.withTools(tools.get(), new ToolChoice.Auto());
    return (noThink ? offered.withThinking(new Thinking.Off()) : offered)
        .withOptions(
            options ->
                options
                    .withMaxTokens(maxTokens.orElse(positions / 4))
                    .withSeed(seed)
                    .withResponseFormat(format));
  }
}
