package io.hunyuan4j.cli;

import io.hunyuan4j.text.InputSpecials;
import io.hunyuan4j.text.OutputSpecials;
import io.hunyuan4j.text.Tokenizer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code hunyuan tokenize}: turns text into token ids and back. */
@Command(
    name = "tokenize",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description =
        "Turns text into token ids, and back with --decode. Needs only the vocabulary of a model.",
    footer = {
      "",
      "Examples:",
      "  ./hunyuan tokenize \"Once upon a time\"",
      "  ./hunyuan tokenize --decode \"[2345, 17]\"",
      "  ./hunyuan tokenize --jsonl - < texts.jsonl > ids.jsonl"
    })
final class TokenizeCommand implements Callable<Integer> {
  private final Host host;

  @Spec private @Nullable CommandSpec spec;
  @Mixin private final ModelOption model = new ModelOption();

  @Parameters(
      arity = "0..1",
      paramLabel = "TEXT|-",
      description =
          "Text, or with --decode ids: a JSON list, or numbers between commas or spaces. - reads standard input to its last byte.")
  private @Nullable String text;

  @Option(names = "--decode", description = "Ids in, text out.")
  private boolean decode;

  @Option(
      names = "--no-special",
      description = "Special tokens spelled in the text are ordinary text.")
  private boolean noSpecial;

  @Option(names = "--skip-special", description = "With --decode: without special tokens.")
  private boolean skipSpecial;

  @Option(
      names = "--jsonl",
      description =
          "One JSON string a line in, one JSON list a line out; with --decode the other way. Line by line, for data of any size.")
  private boolean jsonl;

  TokenizeCommand(Host host) {
    this.host = host;
  }

  @Override
  public Integer call() throws IOException {
    if (skipSpecial && !decode) {
      throw misuse("--skip-special needs --decode");
    }
    if (noSpecial && decode) {
      throw misuse("--no-special and --decode exclude each other");
    }
    if (text == null && !jsonl) {
      throw misuse("TEXT is missing, or - for standard input");
    }
    String argument = text == null ? "-" : text;
    Conversion conversion =
        new Conversion(
            open(),
            noSpecial ? InputSpecials.AS_TEXT : InputSpecials.ALLOWED,
            skipSpecial ? OutputSpecials.SKIPPED : OutputSpecials.SPELLED);
    try {
      if (jsonl) {
        lines(argument, conversion);
      } else {
        String input = StandardInput.orText(argument, host, command());
        host.out()
            .println(
                decode
                    ? host.shown(conversion.textOf(IdList.parse(input)))
                    : IdList.format(conversion.idsOf(input)));
      }
    } catch (IdList.SyntaxException e) {
      throw new ParameterException(command(), String.valueOf(e.getMessage()), e);
    }
    return ExitCode.FINE;
  }

  private void lines(String argument, Conversion conversion)
      throws IOException, IdList.SyntaxException {
    InputStream in =
        argument.equals("-")
            ? host.in()
            : new ByteArrayInputStream(argument.getBytes(StandardCharsets.UTF_8));
    JsonLines lines = new JsonLines(in, host.out());
    if (decode) {
      lines.convert(line -> host.shown(JsonLines.quote(conversion.textOf(IdList.parseJson(line)))));
    } else {
      lines.convert(line -> IdList.format(conversion.idsOf(JsonLines.string(line))));
    }
  }

  private Tokenizer open() throws IOException {
    Path folder = model.folder(host);
    try (Progress _ = Progress.of(host, "Reading the vocabulary")) {
      return Tokenizer.open(folder);
    }
  }

  /** A tokenizer with what it does about special tokens. */
  private record Conversion(Tokenizer tokenizer, InputSpecials input, OutputSpecials output) {
    int[] idsOf(String text) {
      return tokenizer.encode(text, input);
    }

    String textOf(int[] ids) throws IdList.SyntaxException {
      try {
        return tokenizer.decode(ids, output);
      } catch (IllegalArgumentException e) { // an id that is not in the vocabulary
        throw new IdList.SyntaxException(String.valueOf(e.getMessage()));
      }
    }
  }

  private CommandLine command() {
    return Objects.requireNonNull(spec).commandLine();
  }

  private ParameterException misuse(String message) {
    return new ParameterException(command(), message);
  }
}
