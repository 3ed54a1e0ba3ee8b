package io.hunyuan4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hunyuan4j.engine.Engine;
import io.hunyuan4j.engine.EngineOptions;
import io.hunyuan4j.engine.WeightPolicy;
import io.hunyuan4j.text.InputSpecials;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GenerateCommandTest {
  private static final String PROMPT = "Once upon a time";

  @Test
  void generate_printsWhatTheEngineGenerates() throws IOException {
    Cli result = Cli.run("generate", "--max-tokens", "12", "--seed", "7", PROMPT);
    try (Engine engine = Engine.open(Cli.model("tiny-tales"))) {
      String text = engine.generate(PROMPT, engine.defaults().withMaxTokens(12).withSeed(7)).text();
      assertEquals(text + "\n", result.out());
    }
    assertEquals("", result.err());
    assertEquals(ExitCode.FINE, result.exitCode());
  }

  @Test
  void generate_everySetting_reachesTheEngine() throws IOException {
    Cli result =
        Cli.run(
            ("generate --max-tokens 16 --temperature 1.5 --top-k 50 --top-p 0.9 --min-p 0.01"
                    + " --typical-p 0.95 --repetition-penalty 1.2 --frequency-penalty 0.1"
                    + " --presence-penalty 0.2 --penalty-window 9 --logit-bias 5=-1"
                    + " --logit-bias 6=0.5 --seed 3 --threads 1 Then")
                .split(" "));
    try (Engine engine = Engine.open(Cli.model("tiny-tales"))) {
      String text =
          engine
              .generate(
                  "Then",
                  engine
                      .defaults()
                      .withMaxTokens(16)
                      .withTemperature(1.5)
                      .withTopK(50)
                      .withTopP(0.9)
                      .withMinP(0.01)
                      .withRepetitionPenalty(1.2)
                      .withSampling(
                          sampling ->
                              sampling
                                  .typicalP(0.95)
                                  .frequencyPenalty(0.1)
                                  .presencePenalty(0.2)
                                  .penaltyWindow(9)
                                  .logitBias(Map.of(5, -1.0, 6, 0.5)))
                      .withSeed(3))
              .text();
      assertEquals(text + "\n", result.out());
    }
  }

  @Test
  void generate_withGuesses_printsTheSameText() throws IOException {
    String[] plain =
        "generate --max-tokens 24 --seed 7 Once upon a time, once upon a".split(" ", 6);
    Cli expected = Cli.run(plain);
    String draft = Cli.model("tiny-tales").toString();
    for (List<String> guesses : List.of(List.of("--prompt-lookup"), List.of("--draft", draft))) {
      List<String> arguments = new ArrayList<>(List.of(plain));
      arguments.addAll(1, guesses);
      Cli result = Cli.run(arguments.toArray(String[]::new));
      assertEquals("", result.err());
      assertEquals(expected.out(), result.out());
    }
    Cli both = Cli.run("generate", "--prompt-lookup", "--draft", draft, "Then");
    assertEquals(ExitCode.WRONG_USAGE, both.exitCode());
  }

  @Test
  void generate_weights_reachTheEngine() throws IOException {
    Cli result =
        Cli.run(
            ("generate --weights q8 --tensor *.experts.*=as-is --greedy --max-tokens 8 Then")
                .split(" "));
    assertEquals("", result.err());
    WeightPolicy policy = WeightPolicy.parse("q8", List.of("*.experts.*=as-is"));
    EngineOptions options = EngineOptions.defaults().withWeights(policy);
    try (Engine engine = Engine.open(Cli.model("tiny-tales"), options)) {
      String text = engine.generate("Then", engine.defaults().withMaxTokens(8).greedy()).text();
      assertEquals(text + "\n", result.out());
    }
  }

  @Test
  void generate_biasOfATokenThatIsNot_isWrongUsage() {
    Cli result = Cli.run("generate", "--logit-bias", "4096=1", "x");
    assertEquals(
        "hunyuan: a bias or ban is of token 4096, but the vocabulary has 4096 tokens; see ./hunyuan generate --help\n",
        result.err());
    assertEquals(ExitCode.WRONG_USAGE, result.exitCode());
  }

  @Test
  void generate_patternThatMatchesNothing_isWrongUsage() {
    Cli result = Cli.run("generate", "--tensor", "*.gate.wg.weight=q8", "x");
    assertEquals(
        "hunyuan: --tensor: *.gate.wg.weight matches none of the model's weights that may be converted; see ./hunyuan generate --help\n",
        result.err());
    assertEquals(ExitCode.WRONG_USAGE, result.exitCode());
  }

  @Test
  void generate_convertedWeightsBeyondMemory_isRefusedBeforeAnyWork(@TempDir Path folder)
      throws IOException {
    GiantCheckpoint.create(folder);
    Cli result = Cli.run("generate", "--weights", "q8", "--model", folder.toString(), "x");
    assertTrue(
        result
            .err()
            .matches(
                "hunyuan: the converted weights need 41\\d,\\d{3},\\d{3},\\d{3} bytes of memory, this machine has [\\d,]+: .*\n"),
        result.err());
    assertEquals(ExitCode.UNUSABLE_MODEL, result.exitCode());
  }

  @Test
  void generate_greedy_ignoresTheSeed() {
    String first =
        Cli.run("generate", "--greedy", "--max-tokens", "8", "--seed", "1", PROMPT).out();
    String second =
        Cli.run("generate", "--greedy", "--max-tokens", "8", "--seed", "2", PROMPT).out();
    assertTrue(first.length() > 8, first);
    assertEquals(first, second);
  }

  @Test
  void generate_stopText_endsBeforeIt() {
    String whole = Cli.run("generate", "--greedy", "--max-tokens", "24", PROMPT).out();
    String stop = whole.substring(whole.length() / 2, whole.length() / 2 + 4);
    String cut =
        Cli.run(
                "generate",
                "--greedy",
                "--max-tokens",
                "24",
                "--stop",
                "@@",
                "--stop",
                stop,
                PROMPT)
            .out();
    assertEquals(whole.substring(0, whole.indexOf(stop)) + "\n", cut);
  }

  @Test
  void generate_promptFromStandardInput_isTheSame() {
    Cli argument = Cli.run("generate", "--max-tokens", "6", "Der König, 王");
    Cli input = Cli.runWith("Der König, 王", "generate", "--max-tokens", "6", "-");
    assertEquals(argument.out(), input.out());
    assertEquals(ExitCode.FINE, input.exitCode());
  }

  @Test
  void generate_raw_givesSpecialTokensTheirMeaning() throws IOException {
    String prompt = "<|startoftext|>You are a storyteller.<|extra_4|>The king<|extra_0|>";
    Cli raw = Cli.run("generate", "--raw", "--greedy", "--max-tokens", "8", prompt);
    Cli plain = Cli.run("generate", "--greedy", "--max-tokens", "8", prompt);
    try (Engine engine = Engine.open(Cli.model("tiny-tales"))) {
      String text =
          engine
              .generate(
                  prompt,
                  engine
                      .defaults()
                      .greedy()
                      .withMaxTokens(8)
                      .withPromptSpecials(InputSpecials.ALLOWED))
              .text();
      assertEquals(text + "\n", raw.out());
    }
    assertNotEquals(raw.out(), plain.out());
  }

  @Test
  void generate_stats_areOneLineOnStandardError() {
    Cli result =
        Cli.run("generate", "--stats", "--greedy", "--threads", "1", "--max-tokens", "3", "Once");
    assertTrue(
        result
            .err()
            .matches(
                "prompt \\d+ tokens, generated 3 tokens, first token after \\d+\\.\\d\\d s, then \\d+\\.\\d tokens/s,"
                    + " ended by MAX_TOKENS, vectors of \\d+ bits, 1 threads\\R"),
        result.err());
    assertFalse(result.out().contains("tokens/s"), result.out());
  }

  @Test
  void generate_promptNotUtf8_isWrongUsage() {
    Cli result = Cli.runWith(new byte[] {'a', (byte) 0xC3}, "generate", "-");
    assertEquals(
        "hunyuan: standard input is not UTF-8 text; see ./hunyuan generate --help\n", result.err());
    assertEquals(ExitCode.WRONG_USAGE, result.exitCode());
  }

  @Test
  void generate_emptyPrompt_isWrongUsage() {
    Cli result = Cli.runWith("", "generate", "-");
    assertEquals("hunyuan: the prompt is empty; see ./hunyuan generate --help\n", result.err());
    assertEquals(ExitCode.WRONG_USAGE, result.exitCode());
  }

  @Test
  void generate_promptLongerThanTheModel_isWrongUsage() {
    Cli result = Cli.runWith("a ".repeat(5000), "generate", "-");
    assertTrue(
        result
            .err()
            .matches(
                "hunyuan: a prompt of \\d+ tokens does not fit the model's 2048 positions; .*\n"),
        result.err());
    assertEquals(ExitCode.WRONG_USAGE, result.exitCode());
  }

  @Test
  void generate_noFolder_isUnusable() {
    Cli result = Cli.run("generate", "--model", "no/such", "x");
    assertEquals(
        "hunyuan: no/such: expected the folder of a model, found nothing of that name\n",
        result.err());
    assertEquals(ExitCode.UNUSABLE_MODEL, result.exitCode());
  }

  @Test
  void generate_noVocabulary_isUnusable() {
    Path folder = Cli.model("golden/dense-v1");
    Cli result = Cli.run("generate", "--model", folder.toString(), "x");
    assertEquals(
        "hunyuan: %s: expected hy.tiktoken or tokenizer.json, found neither\n".formatted(folder),
        result.err());
    assertEquals(ExitCode.UNUSABLE_MODEL, result.exitCode());
  }

  @Test
  void generate_emptyFolder_isUnusable(@TempDir Path folder) {
    Cli result = Cli.run("generate", "--model", folder.toString(), "x");
    assertEquals(
        "hunyuan: config.json: expected a file, found none in %s\n".formatted(folder),
        result.err());
    assertEquals(ExitCode.UNUSABLE_MODEL, result.exitCode());
  }

  @Test
  void generate_formats_areKept(@TempDir Path folder) throws IOException {
    Path schema = Files.writeString(folder.resolve("s.json"), "{\"enum\":[\"ä\",17]}");
    Path grammar = Files.writeString(folder.resolve("g.gbnf"), "root ::= \"(\" root? \")\"");
    Map<List<String>, String> patterns =
        Map.of(
            List.of("--json"), "\\{.*}",
            List.of("--json-schema", schema.toString()), "\"ä\"|17",
            List.of("--regex", "[a-z]{5}"), "[a-z]{5}",
            List.of("--grammar", grammar.toString()), "\\(+\\)+",
            List.of("--choice", "yes", "--choice", "no"), "yes|no");
    patterns.forEach(
        (options, pattern) -> {
          List<String> args = new ArrayList<>(List.of("generate", "--max-tokens", "40", PROMPT));
          args.addAll(options);
          Cli result = Cli.run(args.toArray(String[]::new));
          assertTrue(result.out().strip().matches("(?s)" + pattern), result.out());
          assertEquals(ExitCode.FINE, result.exitCode());
        });
  }

  @Test
  void generate_formatsThatCannotBe_areWrongUsage() {
    Map<List<String>, String> errors =
        Map.of(
            List.of("--json", "--max-tokens", "1"),
            "the shortest text of the format has 2 tokens, but at most 1 may be generated",
            List.of("--json", "--choice", "x"),
            "--json, --choice=TEXT are mutually exclusive (specify only one)",
            List.of("--json", "--stop", "x"),
            "--stop: a stop string could cut a text short that must be of a format: \"x\"",
            List.of("--regex", "a\\1"),
            "--regex: the regular expression is not supported at character 3: \\1 is not supported",
            List.of("--json-schema", "-"),
            "standard input: #/not: the keyword not is not supported",
            List.of("--grammar", "none.gbnf"),
            "none.gbnf: no such file");
    errors.forEach(
        (options, error) -> {
          List<String> args = new ArrayList<>(List.of("generate", PROMPT));
          args.addAll(options);
          Cli result = Cli.runWith("{\"not\":{}}", args.toArray(String[]::new));
          assertEquals("hunyuan: " + error + "; see ./hunyuan generate --help\n", result.err());
          assertEquals(ExitCode.WRONG_USAGE, result.exitCode());
        });
  }
}
