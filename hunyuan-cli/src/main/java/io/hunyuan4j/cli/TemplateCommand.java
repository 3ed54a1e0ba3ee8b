package io.hunyuan4j.cli;

import io.hunyuan4j.text.ChatInput;
import io.hunyuan4j.text.ChatTemplate;
import io.hunyuan4j.text.ContentSafety;
import io.hunyuan4j.text.RenderedPrompt;
import io.hunyuan4j.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code hunyuan template}: what a model will see of a conversation. */
@Command(
    name = "template",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description =
        "Prints exactly what a model will see of a conversation, by the chat template of its folder. Needs no weights, and only for --ids the vocabulary.",
    footer = {
      "",
      "Examples:",
      "  echo '[{\"role\": \"user\", \"content\": \"Hello\"}]' | ./hunyuan template models/tiny-tales --messages -",
      "  ./hunyuan template DIR --messages chat.json --tools tools.json --set enable_thinking=false --ids",
      "",
      "Exit code 1: the template failed, or refused the conversation; its error is printed."
    })
final class TemplateCommand implements Callable<Integer> {
  private static final int REPLACEMENT_CHARACTER = 0xFFFD;

  private final Host host;

  @Spec private @Nullable CommandSpec spec;

  @Parameters(paramLabel = "DIR", description = "Folder of the model.")
  private Path folder = Path.of("");

  @Option(
      names = "--messages",
      required = true,
      paramLabel = "FILE|-",
      description = "The conversation: a JSON list of messages. - reads standard input.")
  private String messages = "";

  @Option(
      names = "--tools",
      paramLabel = "FILE|-",
      description = "A JSON list of tools. - reads standard input, if --messages does not.")
  private @Nullable String tools;

  @Option(
      names = "--set",
      paramLabel = "NAME=VALUE",
      description =
          "A variable of the template, such as enable_thinking=false or add_generation_prompt=true: JSON, or else a text. Can be given several times.")
  private List<String> settings = new ArrayList<>();

  @Option(names = "--ids", description = "Prints the token ids as a JSON list.")
  private boolean ids;

  @Option(
      names = "--plain-content",
      description =
          "With --ids: what comes from messages, tools and --set never makes a special token. Otherwise its spelling does, as in the official code.")
  private boolean plainContent;

  TemplateCommand(Host host) {
    this.host = host;
  }

  @Override
  public Integer call() throws IOException {
    if (plainContent && !ids) {
      throw misuse("--plain-content needs --ids");
    }
    if (messages.equals("-") && "-".equals(tools)) {
      throw misuse("--messages and --tools cannot both be read from standard input");
    }
    ChatInput input = input();
    ChatTemplate template = ChatTemplate.open(ModelOption.existing(folder));
    RenderedPrompt prompt = render(template, input);
    if (ids) {
      ContentSafety safety =
          plainContent ? ContentSafety.PLAIN_CONTENT : ContentSafety.AS_PUBLISHED;
      host.out().println(IdList.format(prompt.ids(Tokenizer.open(folder), safety)));
    } else {
      // Not one character more, so that it can be handed on; but a terminal's prompt needs a line.
      host.out().print(host.shown(withoutLoneSurrogates(prompt.text())));
      host.out().print(host.outIsTerminal() ? "\n" : "");
    }
    return ExitCode.FINE;
  }

  private ChatInput input() {
    JsonInput json = new JsonInput(host, command());
    Optional<List<?>> given = tools == null ? Optional.empty() : Optional.of(json.list(tools));
    Map<String, @Nullable Object> options = new LinkedHashMap<>();
    for (String setting : settings) {
      int equals = setting.indexOf('=');
      if (equals < 1) {
        throw misuse("--set: expected NAME=VALUE, found " + setting);
      }
      options.put(
          setting.substring(0, equals), json.valueOrText("--set", setting.substring(equals + 1)));
    }
    try {
      return new ChatInput(json.list(messages), given, options);
    } catch (IllegalArgumentException e) { // a name that no option can have
      throw misuse("--set: " + e.getMessage());
    }
  }

  private RenderedPrompt render(ChatTemplate template, ChatInput input) {
    try {
      return template.render(input, Clock.systemDefaultZone());
    } catch (IllegalArgumentException e) { // nested too deep
      throw misuse(String.valueOf(e.getMessage()));
    }
  }

  /** As the tokenizer reads them; the encoder of UTF-8 would write a question mark. */
  private static String withoutLoneSurrogates(String text) {
    return text.codePoints()
        .map(c -> Character.getType(c) == Character.SURROGATE ? REPLACEMENT_CHARACTER : c)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  private CommandLine command() {
    return Objects.requireNonNull(spec).commandLine();
  }

  private ParameterException misuse(String message) {
    return new ParameterException(command(), message);
  }
}
