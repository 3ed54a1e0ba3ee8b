package io.hunyuan4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.hunyuan4j.engine.Engine;
import io.hunyuan4j.engine.ScoredText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvalCommandTest {
  /** The bundled model knows fairy tales: it answers the first, and misses the last. */
  private static final String TASK =
      """
      {"question": "Once upon a", "choices": ["time", "zebra"], "answer": 0}

      {"question": "There was a king who had a", "choices": ["motor car", "daughter"], "answer": 1}
      {"question": "Once upon a ", "choices": ["time", "zebra"], "answer": 1, "id": 7}
      """;

  @TempDir Path folder;

  private Path write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  @Test
  void eval_countsWhatIsRight() throws IOException {
    Path task = write("task.jsonl", TASK);
    Cli result = Cli.run("eval", "--task", task.toString());
    assertEquals("", result.err());
    assertEquals(
        """
          questions                        3
          accuracy                    0.6667  95 %: 0.2077 to 0.9385
          length-normalised accuracy  0.6667  95 %: 0.2077 to 0.9385
        """,
        result.out());
    assertEquals(ExitCode.FINE, result.exitCode());
    assertEquals(result.out(), Cli.runWith(TASK, "eval", "--threads", "1", "--task", "-").out());
  }

  @Test
  void eval_limit_asksTheFirst_andReadsNoFurther() {
    Cli result = Cli.runWith(TASK + "broken", "eval", "--task", "-", "--limit", "2");
    assertEquals(
        """
          questions                        2
          accuracy                    1.0000  95 %: 0.3424 to 1.0000
          length-normalised accuracy  1.0000  95 %: 0.3424 to 1.0000
        """,
        result.out());
  }

  @Test
  void eval_json_hasTheEnginesNumbers() throws IOException {
    Path json = folder.resolve("result.json");
    Cli result = Cli.runWith(TASK, "eval", "--task", "-", "--json", json.toString());
    assertEquals(ExitCode.FINE, result.exitCode(), result.err());
    JsonNode tree = new ObjectMapper().readTree(json.toFile());
    assertEquals(3, tree.path("questions").asInt());
    assertEquals(2, tree.path("accuracy").path("right").asInt());
    assertEquals(2 / 3.0, tree.path("length_normalised_accuracy").path("value").asDouble());
    JsonNode last = tree.path("answers").path(2);
    assertEquals(4, last.path("line").asInt());
    assertEquals(1, last.path("answer").asInt());
    assertEquals(0, last.path("chosen").asInt());
    try (Engine engine = Engine.open(Cli.model("tiny-tales"))) {
      List<ScoredText> scored = engine.score("Once upon a", List.of(" time", " zebra"));
      for (int i = 0; i < 2; i++) {
        assertEquals(scored.get(i).logprob(), last.path("logprobs").path(i).asDouble());
      }
    }
  }

  @Test
  void eval_brokenLine_isFoundBeforeAnyWork_byFileAndLine() throws IOException {
    Path task = write("task.jsonl", TASK + "{\"question\": \"q\", \"choices\": [\"a\"]}\n");
    wrongUsage(
        task
            + ": line 5: expected \"choices\" to be a list of at least 2 texts, found \"[\\\"a\\\"]\"",
        Cli.run("eval", "--task", task.toString()));
    byte[] notText = (TASK + "\u00ff").getBytes(StandardCharsets.ISO_8859_1);
    wrongUsage(
        "standard input: line 5: not UTF-8 text", Cli.runWith(notText, "eval", "--task", "-"));
    Cli noJson = Cli.runWith("{\n", "eval", "--task", "-");
    assertTrue(
        noJson.err().startsWith("hunyuan: standard input: line 1: expected a JSON object: "),
        noJson.err());
    assertEquals(1, noJson.err().lines().count());
    wrongUsage(
        folder + ": cannot be read: Is a directory", Cli.run("eval", "--task", folder.toString()));
  }

  @Test
  void eval_questionTooLong_isWrongUsage_andWritesNothing() {
    Path json = folder.resolve("result.json");
    String task =
        TASK
            + "{\"question\": \"%s\", \"choices\": [\"a\", \"b\"], \"answer\": 0}"
                .formatted("and ".repeat(3000));
    Cli result = Cli.runWith(task, "eval", "--task", "-", "--json", json.toString());
    assertTrue(
        result
            .err()
            .matches(
                "hunyuan: standard input: line 5: a prompt with continuation 0 has \\d+ tokens, which do not fit the model's \\d+ positions; see .*\n"),
        result.err());
    assertEquals(ExitCode.WRONG_USAGE, result.exitCode());
    assertFalse(Files.exists(json));
  }

  private static void wrongUsage(String sentence, Cli result) {
    assertEquals("hunyuan: %s; see ./hunyuan eval --help\n".formatted(sentence), result.err());
    assertEquals("", result.out());
    assertEquals(ExitCode.WRONG_USAGE, result.exitCode());
  }
}
