package io.hunyuan4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "generate",
        "perplexity",
        "eval",
        "inspect",
        "quantize",
        "verify",
        "tokenize",
        "template",
        "bench",
        "doctor"
      })
  void help_ofEveryCommand_showsAnExample(String command) {
    Cli result = Cli.run(command, "--help");
    assertEquals(ExitCode.FINE, result.exitCode());
    assertTrue(result.out().startsWith("Usage: hunyuan " + command), result.out());
    assertTrue(result.out().contains("  ./hunyuan " + command), result.out());
    assertEquals("", result.err());
  }

  @Test
  void help_listsEveryCommandAndAnExample() {
    Cli result = Cli.run("--help");
    assertEquals(ExitCode.FINE, result.exitCode());
    for (String line :
        new String[] {
          "  generate ",
          "  perplexity ",
          "  eval ",
          "  inspect ",
          "  quantize ",
          "  verify ",
          "  tokenize ",
          "  template ",
          "  bench ",
          "  doctor ",
          "  ./hunyuan generate"
        }) {
      assertTrue(result.out().contains("\n" + line), line);
    }
  }

  @Test
  void help_withoutTerminal_hasNoColours() {
    assertFalse(Cli.run("--help").out().contains("\u001b"));
  }

  @Test
  void version_namesProjectAndJvm() {
    Cli result = Cli.run("--version");
    assertEquals(ExitCode.FINE, result.exitCode());
    assertTrue(result.out().matches("hunyuan4j \\d+\\.\\d+\\.\\d+\\S*\nJava .+\n"), result.out());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      textBlock =
          """
          ''                                   ~ hunyuan: a command is missing, one of generate, chat, perplexity, eval, inspect, quantize, verify, tokenize, template, bench, doctor; see ./hunyuan --help
          sing                                 ~ hunyuan: Unmatched argument at index 0: 'sing'; see ./hunyuan --help
          generate                             ~ hunyuan: Missing required parameter: 'PROMPT|-'; see ./hunyuan generate --help
          generate a b                         ~ hunyuan: Unmatched argument at index 2: 'b'; see ./hunyuan generate --help
          generate --loud x                    ~ hunyuan: Unknown option: '--loud' (a text that begins with - goes after --); see ./hunyuan generate --help
          generate --max-tokens -1 x           ~ hunyuan: --max-tokens: max tokens must be at least 0, not -1; see ./hunyuan generate --help
          generate --max-tokens many x         ~ hunyuan: Invalid value for option '--max-tokens': 'many' is not an int; see ./hunyuan generate --help
          generate --temperature -0.5 x        ~ hunyuan: --temperature: temperature must be between 0 and 1000000, not -0.5; see ./hunyuan generate --help
          generate --temperature NaN x         ~ hunyuan: --temperature: temperature must be between 0 and 1000000, not NaN; see ./hunyuan generate --help
          generate --top-k -1 x                ~ hunyuan: --top-k: top-k must be at least 0, not -1; see ./hunyuan generate --help
          generate --top-p 0 x                 ~ hunyuan: --top-p: top-p must be above 0 and at most 1, not 0.0; see ./hunyuan generate --help
          generate --min-p 2 x                 ~ hunyuan: --min-p: min-p must be between 0 and 1, not 2.0; see ./hunyuan generate --help
          generate --repetition-penalty 0 x    ~ hunyuan: --repetition-penalty: repetition penalty must be above 0 and at most 1000000, not 0.0; see ./hunyuan generate --help
          generate --typical-p 1.5 x           ~ hunyuan: --typical-p: typical-p must be above 0 and at most 1, not 1.5; see ./hunyuan generate --help
          generate --presence-penalty NaN x    ~ hunyuan: --presence-penalty: presence penalty must be between -1000000 and 1000000, not NaN; see ./hunyuan generate --help
          generate --frequency-penalty 1e7 x   ~ hunyuan: --frequency-penalty: frequency penalty must be between -1000000 and 1000000, not 1.0E7; see ./hunyuan generate --help
          generate --penalty-window -1 x       ~ hunyuan: --penalty-window: penalty window must be at least 0, not -1; see ./hunyuan generate --help
          generate --logit-bias -3=1 x         ~ hunyuan: --logit-bias: token of a logit bias must be at least 0, not -3; see ./hunyuan generate --help
          generate --logit-bias 3=much x       ~ hunyuan: Invalid value for option '--logit-bias' (ID=B): 'much' is not a double; see ./hunyuan generate --help
          generate --weights q5 x              ~ hunyuan: --weights: expected one of [as-is, bf16, f16, q8, q4], found q5; see ./hunyuan generate --help
          generate --tensor a x                ~ hunyuan: --tensor: expected PATTERN=FORMAT, found a; see ./hunyuan generate --help
          generate --tensor a=q3 x             ~ hunyuan: --tensor: expected one of [as-is, bf16, f16, q8, q4], found q3; see ./hunyuan generate --help
          chat --max-tokens -1                 ~ hunyuan: --max-tokens must be at least 0, not -1; see ./hunyuan chat --help
          chat --tools no.json                 ~ hunyuan: no.json: no such file; see ./hunyuan chat --help
          quantize a b                         ~ hunyuan: --weights is needed, one of bf16, f16, q8, q4; see ./hunyuan quantize --help
          quantize a --weights q8              ~ hunyuan: Missing required parameter: 'OUT'; see ./hunyuan quantize --help
          quantize a b --weights q8 --max-shard-size 4X ~ hunyuan: --max-shard-size must be a number such as 500M or 4G, not 4X; see ./hunyuan quantize --help
          quantize a b --weights q8 --max-shard-size 0M ~ hunyuan: --max-shard-size must be at least 1, not 0M; see ./hunyuan quantize --help
          generate --threads 0 x               ~ hunyuan: --threads must be between 1 and 1024, not 0; see ./hunyuan generate --help
          verify --threads 9999 x              ~ hunyuan: --threads must be between 1 and 1024, not 9999; see ./hunyuan verify --help
          verify --chunk 0 x                   ~ hunyuan: --chunk must be at least 1, not 0; see ./hunyuan verify --help
          verify --vector-bits 64 x            ~ hunyuan: --vector-bits must be one of [0, 128, 256, 512], not 64; see ./hunyuan verify --help
          verify --kv int8 x                   ~ hunyuan: Invalid value for option '--kv': expected one of [F32, BF16, F16, Q8] (case-insensitive) but was 'int8'; see ./hunyuan verify --help
          tokenize                             ~ hunyuan: TEXT is missing, or - for standard input; see ./hunyuan tokenize --help
          tokenize --skip-special x            ~ hunyuan: --skip-special needs --decode; see ./hunyuan tokenize --help
          tokenize --no-special --decode 1     ~ hunyuan: --no-special and --decode exclude each other; see ./hunyuan tokenize --help
          template x                           ~ hunyuan: Missing required option: '--messages=FILE|-'; see ./hunyuan template --help
          template --messages -                ~ hunyuan: Missing required parameter: 'DIR'; see ./hunyuan template --help
          template x --messages - --plain-content ~ hunyuan: --plain-content needs --ids; see ./hunyuan template --help
          template x --messages - --set a      ~ hunyuan: --set: expected NAME=VALUE, found a; see ./hunyuan template --help
          template x --messages - --set a=[1   ~ hunyuan: --set: expected JSON, but: Unexpected end-of-input: expected close marker for Array (start marker at line: 1, column: 1); see ./hunyuan template --help
          template x --messages no.json        ~ hunyuan: no.json: no such file; see ./hunyuan template --help
          perplexity                           ~ hunyuan: Missing required parameter: 'FILE|-'; see ./hunyuan perplexity --help
          perplexity no.txt                    ~ hunyuan: no.txt: no such file; see ./hunyuan perplexity --help
          perplexity --window 0 -              ~ hunyuan: --window must be at least 1, not 0; see ./hunyuan perplexity --help
          eval                                 ~ hunyuan: Missing required option: '--task=FILE|-'; see ./hunyuan eval --help
          eval --task no.jsonl                 ~ hunyuan: no.jsonl: no such file; see ./hunyuan eval --help
          eval --task - --limit 0              ~ hunyuan: --limit must be at least 1, not 0; see ./hunyuan eval --help
          eval --task - --json no/such/file    ~ hunyuan: --json: no/such/file is no file in an existing folder; see ./hunyuan eval --help
          eval --task -                        ~ hunyuan: standard input: expected a question a line, found none; see ./hunyuan eval --help
          doctor --threads -3                  ~ hunyuan: --threads must be between 1 and 1024, not -3; see ./hunyuan doctor --help
          """)
  void wrongUsage_isOneSentence(String command, String sentence) {
    Cli result = Cli.run(command.isEmpty() ? new String[0] : command.split(" "));
    assertEquals(sentence + "\n", result.err());
    assertEquals("", result.out());
    assertEquals(ExitCode.WRONG_USAGE, result.exitCode());
  }

  @Test
  void emptyStopString_isWrongUsage() {
    Cli result = Cli.run("generate", "--stop", "", "x");
    assertEquals(
        "hunyuan: --stop: a stop string must not be empty; see ./hunyuan generate --help\n",
        result.err());
    assertEquals(ExitCode.WRONG_USAGE, result.exitCode());
  }

  @Test
  void failure_withoutVerbose_hasNoStackTrace() {
    Cli result = Cli.run("inspect", "no/such/folder");
    assertEquals(
        "hunyuan: folder: expected a folder with a checkpoint, found nothing of that name\n",
        result.err());
    assertEquals(ExitCode.UNUSABLE_MODEL, result.exitCode());
  }

  @ParameterizedTest
  @ValueSource(strings = {"--verbose inspect no/such/folder", "inspect --verbose no/such/folder"})
  void failure_withVerbose_hasAStackTrace(String command) {
    Cli result = Cli.run(command.split(" "));
    assertTrue(
        result.err().startsWith("hunyuan: folder: expected a folder with a checkpoint"),
        result.err());
    assertTrue(result.err().contains("\tat io.hunyuan4j.loader."), result.err());
    assertEquals(ExitCode.UNUSABLE_MODEL, result.exitCode());
  }

  @Test
  void brokenPipe_endsQuietly() {
    Cli result = runInto("Broken pipe");
    assertEquals("", result.err());
    assertEquals(ExitCode.FINE, result.exitCode());
  }

  @Test
  void fullDisk_isAnError() {
    Cli result = runInto("No space left on device");
    assertEquals("hunyuan: standard output: No space left on device\n", result.err());
    assertEquals(ExitCode.UNUSABLE_MODEL, result.exitCode());
  }

  /** Generates into an output that fails. */
  private static Cli runInto(String failure) {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    OutputStream out =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException(failure);
          }
        };
    Host host =
        new Host(
            new ByteArrayInputStream(new byte[0]),
            new TextOutput(out),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            false,
            false,
            Optional.of(Cli.home()));
    int exitCode = Main.run(new String[] {"generate", "--max-tokens", "4", "Once"}, host);
    return new Cli(exitCode, "", err.toString(StandardCharsets.UTF_8));
  }

  @Test
  void failure_ofMemory_isOneSentence() {
    Failure failure = Failure.of(new OutOfMemoryError("Java heap space"));
    assertEquals(
        "out of memory (Java heap space): take fewer tokens, or give the JVM more with HUNYUAN_JAVA_OPTS=-Xmx8g",
        failure.sentence());
    assertEquals(ExitCode.UNUSABLE_MODEL, failure.exitCode());
  }

  @Test
  void failure_ofManyLines_isOneLine() {
    assertEquals("one two", Failure.of(new IOException("one\n  two\n")).sentence());
  }
}
