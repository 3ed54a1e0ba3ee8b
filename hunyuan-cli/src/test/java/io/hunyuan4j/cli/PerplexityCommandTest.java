package io.hunyuan4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.hunyuan4j.core.generate.Perplexity;
import io.hunyuan4j.engine.Engine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PerplexityCommandTest {
  private static final String TEXT =
      "Once upon a time there was a king who had a daughter. She was very beautiful.\n";

  @TempDir Path folder;

  @Test
  void perplexity_ofAFileOrStandardInput_isTheEngines() throws IOException {
    Path file = Files.writeString(folder.resolve("text.txt"), TEXT);
    Perplexity expected;
    try (Engine engine = Engine.open(Cli.model("tiny-tales"))) {
      expected = engine.perplexity(TEXT);
    }
    Cli result = Cli.run("perplexity", file.toString());
    assertEquals("", result.err());
    assertEquals(
        String.format(
            Locale.ROOT,
            """
              perplexity  %.4f
              mean -ln p   %.4f
              tokens           %d
              scored           %d
            """,
            expected.value(),
            expected.meanNegativeLogLikelihood(),
            expected.tokens(),
            expected.tokens() - 1),
        result.out());
    assertEquals(ExitCode.FINE, result.exitCode());
    Cli fromInput = Cli.runWith(TEXT, "perplexity", "--threads", "1", "-");
    assertEquals(result.out(), fromInput.out());
    assertNotEquals(result.out(), Cli.runWith(TEXT, "perplexity", "--window", "8", "-").out());
    String special = TEXT + "<|endoftext|>";
    assertNotEquals(
        Cli.runWith(special, "perplexity", "-").out(),
        Cli.runWith(special, "perplexity", "--raw", "-").out());
    assertNotEquals(result.out(), Cli.runWith(TEXT, "perplexity", "--weights", "q4", "-").out());
  }

  /** Those of docs/generation.md. */
  @Test
  void perplexity_ofTheHeldOutText_dependsOnItsSpecialTokens() throws IOException {
    StringBuilder text = new StringBuilder();
    Path heldOut = Cli.model("tiny-tales").resolve("held-out.json");
    for (JsonNode window : new ObjectMapper().readTree(heldOut.toFile()).path("windows")) {
      text.append(window.path("text").asText());
    }
    String asText = Cli.runWith(text.toString(), "perplexity", "-").out();
    assertTrue(asText.contains("perplexity  66.54"), asText);
    String raw = Cli.runWith(text.toString(), "perplexity", "--raw", "-").out();
    assertTrue(raw.contains("perplexity  43.10"), raw);
    String windows =
        Cli.runWith(text.toString(), "perplexity", "--raw", "--window", "513", "-").out();
    assertTrue(windows.contains("perplexity  37.04"), windows);
  }

  @Test
  void perplexity_whatIsNoText_isWrongUsage() throws IOException {
    Path empty = Files.createFile(folder.resolve("empty.txt"));
    wrongUsage(
        "%s: a perplexity needs at least 2 tokens, as nothing stands before the first, found 0"
            .formatted(empty),
        Cli.run("perplexity", empty.toString()));
    wrongUsage(
        "standard input: not UTF-8 text", Cli.runWith(new byte[] {(byte) 0xff}, "perplexity", "-"));
    wrongUsage(
        folder + ": cannot be read: Is a directory", Cli.run("perplexity", folder.toString()));
  }

  private static void wrongUsage(String sentence, Cli result) {
    assertEquals(
        "hunyuan: %s; see ./hunyuan perplexity --help\n".formatted(sentence), result.err());
    assertEquals("", result.out());
    assertEquals(ExitCode.WRONG_USAGE, result.exitCode());
  }

  @Test
  void perplexity_noModel_isUnusable() {
    Cli result = Cli.runWith(TEXT, "perplexity", "--model", "no/such/model", "-");
    assertTrue(
        result.err().startsWith("hunyuan: no/such/model: expected the folder"), result.err());
    assertEquals(ExitCode.UNUSABLE_MODEL, result.exitCode());
  }
}
