package io.hunyuan4j.cli;

import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.Constructor;
import java.lang.reflect.InaccessibleObjectException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IExecutionStrategy;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The command line of hunyuan4j: {@code ./hunyuan COMMAND …}.
 *
 * <p>The launcher tells it a few things as system properties: {@code hunyuan.home}, its folder;
 * {@code hunyuan.stdout.terminal} and {@code hunyuan.stderr.terminal}, {@code true} or {@code
 * false}; {@code hunyuan.stderr}, the descriptor to write errors to, because on descriptor 2 the
 * JVM warns of its incubator module. All may be absent.
 */
@Command(
    name = "hunyuan",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    synopsisSubcommandLabel = "COMMAND",
    description =
        "Runs Tencent's Hunyuan models in pure Java, with the same bits on every machine.",
    footer = {
      "",
      "Example:",
      "  ./hunyuan generate \"Once upon a time\"",
      "",
      "Exit codes: 0 fine, 1 a check or template failed, 2 wrong usage, 3 a model that cannot be used."
    })
public final class Main implements Runnable {
  private static final String LOG_LEVEL = "org.slf4j.simpleLogger.defaultLogLevel";

  private static final SequencedMap<String, Function<Host, Object>> COMMANDS =
      new LinkedHashMap<>();

  static {
    COMMANDS.put("generate", GenerateCommand::new);
    COMMANDS.put("chat", ChatCommand::new);
    COMMANDS.put("perplexity", PerplexityCommand::new);
    COMMANDS.put("eval", EvalCommand::new);
    COMMANDS.put("inspect", InspectCommand::new);
    COMMANDS.put("quantize", QuantizeCommand::new);
    COMMANDS.put("verify", VerifyCommand::new);
    COMMANDS.put("tokenize", TokenizeCommand::new);
    COMMANDS.put("template", TemplateCommand::new);
    COMMANDS.put("bench", BenchCommand::new);
    COMMANDS.put("doctor", DoctorCommand::new);
  }

  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--verbose",
      scope = ScopeType.INHERIT,
      description = "Show what happens inside, and where an error comes from.")
  private boolean verbose;

  private Main() {}

  /** Runs one command and ends the JVM with its exit code. */
  public static void main(String[] args) {
    PrintStream err = standardError();
    System.setErr(err); // for the log
    Host host =
        new Host(
            System.in,
            new TextOutput(new FileOutputStream(FileDescriptor.out)),
            err,
            isTerminal("hunyuan.stdout.terminal"),
            isTerminal("hunyuan.stderr.terminal"),
            Optional.ofNullable(System.getProperty("hunyuan.home")).map(Path::of));
    System.exit(run(args, host, () -> System.setProperty(LOG_LEVEL, "debug")));
  }

  /** Runs one command and returns its exit code. */
  static int run(String[] args, Host host) {
    return run(args, host, () -> {});
  }

  /**
   * Runs one command and returns its exit code.
   *
   * @param logMore what {@code --verbose} does before anything is logged
   */
  private static int run(String[] args, Host host, Runnable logMore) {
    Main main = new Main();
    CommandLine commands = main.commands(args, host);
    IExecutionStrategy runLast = new CommandLine.RunLast();
    commands.setExecutionStrategy(
        parsed -> {
          if (main.verbose) {
            logMore.run();
          }
          return runLast.execute(parsed);
        });
    commands.setExecutionExceptionHandler((error, command, parsed) -> main.fail(error, host));
    commands.setParameterExceptionHandler((error, _) -> misused(error, host));
    try {
      int exitCode = commands.execute(args);
      commands.getOut().flush();
      host.out().flush();
      return exitCode;
    } catch (Throwable error) { // errors such as running out of memory pass picocli by
      return main.fail(error, host);
    }
  }

  /**
   * The command that is asked for, or all: reading the annotations of all takes a tenth of a
   * second.
   */
  private CommandLine commands(String[] args, Host host) {
    PrintWriter out = new PrintWriter(new TextOutputWriter(host.out()));
    CommandLine commands = new CommandLine(this);
    String asked = args.length == 0 ? "" : args[0];
    COMMANDS.forEach(
        (name, command) -> {
          if (name.equals(asked) || !COMMANDS.containsKey(asked)) {
            commands.addSubcommand(command.apply(host));
          }
        });
    return commands
        .setOut(out)
        .setErr(new PrintWriter(host.err(), true, StandardCharsets.UTF_8))
        .setColorScheme(CommandLine.Help.defaultColorScheme(host.ansi()))
        .setExpandAtFiles(false) // a prompt may begin with @
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setUsageHelpAutoWidth(false)
        .setUsageHelpWidth(100);
  }

  /** Without a command there is nothing to do. */
  @Override
  public void run() {
    CommandLine self = Objects.requireNonNull(spec).commandLine();
    throw new ParameterException(
        self, "a command is missing, one of " + String.join(", ", self.getSubcommands().keySet()));
  }

  private int fail(Throwable error, Host host) {
    if (error instanceof TextOutput.FailedException failed && failed.isReaderGone()) {
      return ExitCode.FINE;
    }
    try {
      host.out().flush();
    } catch (TextOutput.FailedException e) {
      error.addSuppressed(e);
    }
    Failure failure = Failure.of(error);
    host.err().println("hunyuan: " + failure.sentence());
    if (verbose) {
      StringWriter trace = new StringWriter();
      error.printStackTrace(new PrintWriter(trace));
      host.err().print(host.shownAside(trace.toString()));
    }
    host.err().flush();
    return failure.exitCode();
  }

  private static int misused(ParameterException error, Host host) {
    String message = String.valueOf(error.getMessage()).replaceFirst("^Error: ", "");
    if (error instanceof UnmatchedArgumentException unmatched && unmatched.isUnknownOption()) {
      message += " (a text that begins with - goes after --)";
    }
    String name = error.getCommandLine().getCommandSpec().qualifiedName();
    Failure failure =
        new Failure("%s; see ./%s --help".formatted(message, name), ExitCode.WRONG_USAGE);
    host.out().flush();
    host.err().println("hunyuan: " + failure.sentence());
    host.err().flush();
    return failure.exitCode();
  }

  /**
   * Standard error, or the descriptor that stands for it. Opening {@code /dev/fd/3} by its name is
   * no way: a regular file would then be written at two positions.
   */
  private static PrintStream standardError() {
    int descriptor = Integer.getInteger("hunyuan.stderr", 2);
    if (descriptor == 2) {
      return System.err;
    }
    try {
      Constructor<FileDescriptor> open = FileDescriptor.class.getDeclaredConstructor(int.class);
      open.setAccessible(true); // the launcher opens java.io for it
      return new PrintStream(
          new FileOutputStream(open.newInstance(descriptor)), true, StandardCharsets.UTF_8);
    } catch (ReflectiveOperationException | InaccessibleObjectException e) {
      return System.err; // through the launcher's filter, only a little later
    }
  }

  private static boolean isTerminal(String property) {
    String told = System.getProperty(property);
    Console console = told == null ? System.console() : null;
    return told == null ? console != null && console.isTerminal() : Boolean.parseBoolean(told);
  }
}
