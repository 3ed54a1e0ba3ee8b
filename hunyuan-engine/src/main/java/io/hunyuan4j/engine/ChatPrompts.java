package io.hunyuan4j.engine;

import io.hunyuan4j.loader.Checkpoint;
import io.hunyuan4j.text.ChatInput;
import io.hunyuan4j.text.ChatTemplate;
import io.hunyuan4j.text.ContentSafety;
import io.hunyuan4j.text.RenderedPrompt;
import io.hunyuan4j.text.Tokenizer;
import io.hunyuan4j.text.chat.HuggingFaceChat;
import io.hunyuan4j.text.chat.OutputParser.Start;
import io.hunyuan4j.text.chat.OutputSyntax;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Writes conversations for a checkpoint, whose chat template is read when one is first asked for.
 */
final class ChatPrompts {
  private static final List<String> FILES =
      List.of("config.json", "tokenizer_config.json", "chat_template.jinja");

  private final Checkpoint checkpoint;
  private final Tokenizer tokenizer;
  private @Nullable ChatTemplate template;

  ChatPrompts(Checkpoint checkpoint, Tokenizer tokenizer) {
    this.checkpoint = checkpoint;
    this.tokenizer = tokenizer;
  }

  private synchronized ChatTemplate template() {
    if (template == null) {
      try {
        for (String file : FILES) {
          checkpoint.file(file); // may be a link only where weights may be
        }
        template = ChatTemplate.open(checkpoint.folder());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return template;
  }

  /**
   * The prompt of a conversation.
   *
   * @throws IllegalArgumentException if it has no messages, or its tools or variables are nested
   *     too deep
   * @throws io.hunyuan4j.text.VocabularyFormatException if the checkpoint has no template, or a
   *     broken one
   * @throws io.hunyuan4j.text.template.TemplateException if the template refuses the conversation
   * @throws UncheckedIOException if the template cannot be read
   */
  ChatPrompt of(ChatRequest request) {
    if (request.messages().isEmpty()) {
      throw new IllegalArgumentException("the conversation has no messages");
    }
    ChatTemplate opened = template();
    RenderedPrompt rendered = opened.render(input(request), request.template().clock());
    ContentSafety safety = request.template().contentSafety();
    return new ChatPrompt(
        rendered.ids(tokenizer, safety),
        opened.mentions(OutputSyntax.HUNYUAN.thinkOpen()),
        start(rendered, safety));
  }

  private static ChatInput input(ChatRequest request) {
    Map<String, @Nullable Object> variables = new LinkedHashMap<>();
    variables.put("add_generation_prompt", true);
    variables.put(
        TemplateOptions.ENABLE_THINKING,
        switch (request.thinking()) {
          case Thinking.On(), Thinking.Budget _ -> true;
          case Thinking.Off() -> false;
        });
    variables.putAll(request.template().variables());
    Optional<List<?>> tools =
        request.tools().isEmpty()
            ? Optional.empty()
            : Optional.of(HuggingFaceChat.tools(request.tools()));
    return new ChatInput(HuggingFaceChat.messages(request.messages()), tools, variables);
  }

  /**
   * What the prompt's end says of the output, if the template wrote it or contents count as well.
   */
  private static Start start(RenderedPrompt rendered, ContentSafety safety) {
    OutputSyntax syntax = OutputSyntax.HUNYUAN;
    String text = rendered.text().stripTrailing();
    String tag =
        text.endsWith(syntax.thinkOpen())
            ? syntax.thinkOpen()
            : text.endsWith(syntax.thinkClose()) ? syntax.thinkClose() : "";
    for (int i = text.length() - tag.length(); i < text.length(); i++) {
      if (safety == ContentSafety.PLAIN_CONTENT && !rendered.marked().isOwn(i)) {
        return Start.ANYTHING;
      }
    }
    return tag.isEmpty()
        ? Start.ANYTHING
        : tag.equals(syntax.thinkOpen()) ? Start.THINKING : Start.ANSWER;
  }
}
