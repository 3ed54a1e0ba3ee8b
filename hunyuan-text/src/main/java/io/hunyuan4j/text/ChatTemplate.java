package io.hunyuan4j.text;

import io.hunyuan4j.text.template.Limits;
import io.hunyuan4j.text.template.Template;
import io.hunyuan4j.text.template.TemplateException;
import io.hunyuan4j.text.template.Text;
import io.hunyuan4j.text.template.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Writes a conversation as the one text that a model continues, as the model's publisher says: by
 * the Jinja template of the checkpoint, rendered as Hugging Face's transformers renders it.
 * Immutable; one serves all threads. Templates may come from strangers: see {@link Template} and
 * {@link Limits}.
 */
public final class ChatTemplate {
  private static final String TEMPLATE_FILE = "chat_template.jinja";
  private static final String TOOL_USE_FILE = "additional_chat_templates/tool_use.jinja";
  private static final String CONFIG_FILE = "tokenizer_config.json";
  private static final String DEFAULT = "default";
  private static final String TOOL_USE = "tool_use";

  private static final List<String> SPECIAL_TOKENS =
      List.of(
          "bos_token",
          "eos_token",
          "unk_token",
          "sep_token",
          "pad_token",
          "cls_token",
          "mask_token");

  private static final String MORE_SPECIAL_TOKENS = "additional_special_tokens";

  private final Template template;
  private final Optional<Template> withTools;
  private final Map<String, Value> specialTokens;

  private ChatTemplate(
      Template template, Optional<Template> withTools, Map<String, Value> specialTokens) {
    this.template = template;
    this.withTools = withTools;
    this.specialTokens = specialTokens;
  }

  /**
   * The chat template of the checkpoint in {@code folder}: {@code chat_template.jinja} if there is
   * one (and {@code additional_chat_templates/tool_use.jinja}), else {@code chat_template} of
   * {@code tokenizer_config.json}, else Hunyuan's own format, that of A13B where {@code
   * config.json} names an architecture of generation V1 and that of Large where it does not. Of
   * several templates with names {@code default} is taken, and {@code tool_use} where there are
   * tools.
   *
   * @throws VocabularyFormatException if a file is broken, or a template uses what is not supported
   *     (with its line), or if there is no template and the model is not Hunyuan's
   * @throws IOException if a file cannot be read
   */
  public static ChatTemplate open(Path folder) throws IOException {
    Path config = folder.resolve(CONFIG_FILE);
    Map<String, Value> specialTokens = new LinkedHashMap<>();
    Optional<JsonCursor> inConfig = Optional.empty();
    if (Files.exists(config)) {
      JsonCursor root = JsonCursor.read(config);
      specialTokens = specialTokens(root);
      inConfig = Optional.of(root.get("chat_template")).filter(JsonCursor::isPresent);
    }
    Path file = folder.resolve(TEMPLATE_FILE);
    if (Files.exists(file)) {
      Path toolUse = folder.resolve(TOOL_USE_FILE);
      Optional<Template> withTools =
          Files.exists(toolUse) ? Optional.of(parse(toolUse)) : Optional.empty();
      return new ChatTemplate(parse(file), withTools, specialTokens);
    }
    if (inConfig.isPresent()) {
      return ofConfig(inConfig.get(), specialTokens);
    }
    Template builtIn = builtIn(folder.resolve("config.json")).template();
    return new ChatTemplate(builtIn, Optional.empty(), specialTokens);
  }

  private static ChatTemplate ofConfig(JsonCursor value, Map<String, Value> specialTokens) {
    if (!value.node().isArray()) {
      return new ChatTemplate(parse(value), Optional.empty(), specialTokens);
    }
    Map<String, Template> named = new LinkedHashMap<>();
    for (JsonCursor element : value.elements()) {
      String name = element.get("name").string();
      if (name.equals(DEFAULT) || name.equals(TOOL_USE)) {
        named.put(name, parse(element.get("template")));
      }
    }
    Template template = named.get(DEFAULT);
    if (template == null) {
      throw value.expected("a template called \"" + DEFAULT + "\"");
    }
    return new ChatTemplate(template, Optional.ofNullable(named.get(TOOL_USE)), specialTokens);
  }

  private static Template parse(Path file) throws IOException {
    return parse(VocabularyFile.utf8(file), file, "");
  }

  private static Template parse(JsonCursor source) {
    return parse(source.string(), source.file(), source.place() + " ");
  }

  private static Template parse(String source, Path file, String place) {
    try {
      return Template.parse(source);
    } catch (TemplateException e) {
      String line = e.line() == 0 ? "" : "line " + e.line();
      throw new VocabularyFormatException(file, (place + line).strip(), e.pythonError());
    }
  }

  private static HunyuanFormat builtIn(Path config) throws IOException {
    if (!Files.exists(config)) {
      return HunyuanFormat.LARGE;
    }
    JsonCursor root = JsonCursor.read(config);
    JsonCursor architectures = root.get("architectures");
    boolean foreign =
        architectures.isPresent()
            && architectures.elements().stream()
                .noneMatch(name -> name.string().startsWith("HunYuan"));
    if (foreign) {
      throw architectures.broken(
          "the checkpoint has no chat template, and only for Hunyuan's architectures one is built"
              + " in");
    }
    return SpecialTokens.isGenerationV1(root) ? HunyuanFormat.A13B : HunyuanFormat.LARGE;
  }

  /** Those that the config names, each a string or an object with its {@code content}. */
  private static Map<String, Value> specialTokens(JsonCursor config) {
    Map<String, Value> tokens = new LinkedHashMap<>();
    for (String name : SPECIAL_TOKENS) {
      JsonCursor token = config.get(name);
      if (token.isPresent()) {
        tokens.put(name, spelling(token));
      }
    }
    JsonCursor more = config.get(MORE_SPECIAL_TOKENS);
    if (more.isPresent()) {
      List<Value> spellings = new ArrayList<>();
      more.elements().forEach(token -> spellings.add(spelling(token)));
      tokens.put(MORE_SPECIAL_TOKENS, Value.list(spellings));
    }
    return tokens;
  }

  private static Text spelling(JsonCursor token) {
    return Text.own(token.node().isObject() ? token.get("content").string() : token.string());
  }

  /**
   * Whether the template has {@code text} in its source, such as the tag that a model thinks
   * behind: templates of models that do not think never have it.
   */
  public boolean mentions(String text) {
    return template.source().contains(text)
        || withTools.stream().anyMatch(other -> other.source().contains(text));
  }

  /**
   * The text of a conversation.
   *
   * @param clock the time that a template may print, in the zone of the clock
   * @throws TemplateException if the template fails, raises an error, or passes a limit
   * @throws IllegalArgumentException if the input has values that are not JSON, or is nested too
   *     deep
   */
  public RenderedPrompt render(ChatInput input, Clock clock) {
    Map<String, Value> variables = new LinkedHashMap<>(specialTokens);
    variables.put("messages", Value.of(input.messages()));
    variables.put("tools", Value.of(input.tools().orElse(null)));
    variables.put("documents", Value.of(null));
    variables.put("add_generation_prompt", Value.of(false));
    input.options().forEach((name, value) -> variables.put(name, Value.of(value)));
    long size = variables.values().stream().mapToLong(Value::size).sum();
    Template chosen = input.tools().isPresent() ? withTools.orElse(template) : template;
    return new RenderedPrompt(chosen.render(variables, Limits.forInput(size), clock));
  }
}
