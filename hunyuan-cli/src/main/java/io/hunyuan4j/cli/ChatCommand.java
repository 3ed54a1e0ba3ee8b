package io.hunyuan4j.cli;

import io.hunyuan4j.engine.Engine;
import io.hunyuan4j.engine.EngineOptions;
import io.hunyuan4j.text.chat.OpenAiTools;
import io.hunyuan4j.text.chat.ToolSpec;
import io.hunyuan4j.text.grammar.CompiledFormat;
import io.hunyuan4j.text.grammar.GrammarException;
import io.hunyuan4j.text.grammar.ResponseFormat;
import java.io.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code hunyuan chat}: a conversation with a model. */
@Command(
    name = "chat",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description =
        "Talks with a model. /help lists what else can be typed; Ctrl-C stops an answer, Ctrl-D ends the chat.",
    footer = {
      "",
      "Without a terminal, messages are read from standard input, a line each, and answers written to standard output. On one, what you type is kept in .hunyuan4j_history in your home folder, where that can be written. What messages spell is never a special token.",
      "",
      "Examples:",
      "  ./hunyuan chat",
      "  ./hunyuan chat --model ~/models/Hunyuan-A13B --tools tools.json --session monday.chat",
      "  echo \"Tell me about a king.\" | ./hunyuan chat"
    })
final class ChatCommand implements Callable<Integer> {
  private final Host host;

  @Spec private @Nullable CommandSpec spec;
  @Mixin private final ModelOption model = new ModelOption();
  @Mixin private final WeightsOption weights = new WeightsOption();
  @Mixin private final ThreadsOption threads = new ThreadsOption();

  @Option(names = "--system", paramLabel = "S", description = "Message of the system.")
  private @Nullable String system;

  @Option(
      names = "--tools",
      paramLabel = "FILE",
      description =
          "A JSON list of tools, as OpenAI's API has them. The model's calls are printed; what you type next is their result.")
  private @Nullable String tools;

  @Option(names = "--no-think", description = "Answer without thinking first.")
  private boolean noThink;

  @Option(
      names = "--json-schema",
      paramLabel = "FILE",
      description = "Every answer is JSON that this JSON schema allows.")
  private @Nullable String schema;

  @Option(
      names = "--session",
      paramLabel = "FILE",
      description = "Go on with the conversation of this file if there is one, and keep it there.")
  private @Nullable Path session;

  @Option(
      names = "--max-tokens",
      paramLabel = "N",
      description =
          "Tokens of an answer at most, thinking included. Default: a quarter of the model's positions.")
  private @Nullable Integer maxTokens;

  @Option(
      names = "--seed",
      paramLabel = "S",
      description = "Start of each answer's random numbers. Default: 0.")
  private long seed;

  ChatCommand(Host host) {
    this.host = host;
  }

  @Override
  public Integer call() throws IOException {
    if (maxTokens != null && maxTokens < 0) {
      throw misuse("--max-tokens must be at least 0, not " + maxTokens);
    }
    if ("-".equals(tools) || "-".equals(schema)) {
      throw misuse("--tools and --json-schema need a file: standard input has the messages");
    }
    if (session != null) {
      requireSession(session);
    }
    ChatSettings settings = settings();
    EngineOptions options =
        EngineOptions.defaults().withThreads(threads.count()).withWeights(weights.policy());
    try (Engine engine = weights.open(host, model.folder(host), options)) {
      talk(begin(engine, settings));
    }
    return ExitCode.FINE;
  }

  /** That the conversation can be kept in the file, as far as that shows before there is one. */
  private void requireSession(Path file) throws IOException {
    OutputFile.requireWritable("--session", file, command());
    boolean exists = Files.exists(file);
    Path place = exists ? file.toRealPath() : file.toAbsolutePath(); // of a link its target is kept
    boolean fits = !exists || (Files.isRegularFile(place) && Files.isWritable(place));
    if (!fits || !Files.isWritable(Objects.requireNonNull(place.getParent()))) {
      throw misuse("--session: %s cannot be written".formatted(file));
    }
  }

  /** What is asked for, checked as far as that needs no model. */
  private ChatSettings settings() {
    ChatSettings settings =
        new ChatSettings(
            Optional.ofNullable(system),
            tools == null ? Optional.empty() : Optional.of(tools(tools)),
            noThink,
            schema == null ? new ResponseFormat.FreeText() : format(schema),
            maxTokens == null ? OptionalInt.empty() : OptionalInt.of(maxTokens),
            seed);
    try {
      settings.check();
      return settings;
    } catch (GrammarException e) { // of the tools: the schema is checked already
      throw misuse(TextFile.name(String.valueOf(tools)) + ": " + e.getMessage());
    } catch (IllegalArgumentException e) { // tools and a format contradict each other
      throw misuse(String.valueOf(e.getMessage()));
    }
  }

  private List<ToolSpec> tools(String file) {
    try {
      return OpenAiTools.read(new TextFile(host, command()).read(file));
    } catch (IllegalArgumentException e) {
      throw misuse(TextFile.name(file) + ": " + e.getMessage());
    }
  }

  private ResponseFormat format(String file) {
    ResponseFormat format = new ResponseFormat.JsonSchema(new TextFile(host, command()).read(file));
    try {
      CompiledFormat.check(format);
      return format;
    } catch (GrammarException e) {
      throw misuse(TextFile.name(file) + ": " + e.getMessage());
    }
  }

  private Conversation begin(Engine engine, ChatSettings settings) throws IOException {
    try {
      return Conversation.begin(engine, settings, Optional.ofNullable(session));
    } catch (IllegalArgumentException e) { // the session's tools and a format
      throw misuse(String.valueOf(e.getMessage()));
    }
  }

  private void talk(Conversation conversation) throws IOException {
    if (!host.outIsTerminal() || !inputIsTerminal()) {
      PipedLines lines = new PipedLines(host.in(), command());
      ChatScreen screen = new ChatScreen(ChatScreen.Kind.PIPED, this::print, this::printAside);
      try (ChatLoop loop = new ChatLoop(conversation, lines, screen, false)) {
        run(loop);
      } catch (IllegalArgumentException e) {
        throw misuse(String.valueOf(e.getMessage()));
      }
      return;
    }
    try (Terminal terminal = TerminalBuilder.builder().system(true).provider("exec").build()) {
      talk(conversation, terminal, TerminalLines.history(Path.of(System.getProperty("user.home"))));
    }
  }

  /** The same on a terminal. */
  void talk(Conversation conversation, Terminal terminal, Optional<Path> history)
      throws IOException {
    Consumer<String> out =
        text -> {
          terminal.writer().print(text);
          terminal.writer().flush();
        };
    ChatScreen.Kind kind =
        host.ansi() == Ansi.ON ? ChatScreen.Kind.COLOURED : ChatScreen.Kind.PLAIN;
    ChatScreen screen = new ChatScreen(kind, out, out);
    try (ChatLoop loop =
        new ChatLoop(conversation, new TerminalLines(terminal, history), screen, true)) {
      terminal.handle(Terminal.Signal.INT, _ -> loop.stopAnswer());
      run(loop);
    }
  }

  /** Runs a chat, which is kept also where the program is told to end, as by Ctrl-C. */
  private void run(ChatLoop loop) throws IOException {
    Thread atTheEnd = new Thread(loop::end, "hunyuan-chat-end");
    try {
      if (session != null) {
        Runtime.getRuntime().addShutdownHook(atTheEnd);
      }
      loop.run();
    } finally {
      unhook(atTheEnd);
    }
  }

  private static void unhook(Thread atTheEnd) {
    try {
      Runtime.getRuntime().removeShutdownHook(atTheEnd);
    } catch (IllegalStateException e) {
      // The program is about to end, and the hook runs.
    }
  }

  private static boolean inputIsTerminal() {
    Console console = System.console();
    return console != null && console.isTerminal();
  }

  private void print(String text) {
    host.out().print(host.shown(text));
    host.out().flush();
  }

  private void printAside(String text) {
    host.err().print(host.shownAside(text));
    host.err().flush();
  }

  private CommandLine command() {
    return Objects.requireNonNull(spec).commandLine();
  }

  private ParameterException misuse(String message) {
    return new ParameterException(command(), message);
  }
}
