package io.hunyuan4j.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.hunyuan4j.bench.SyntheticCheckpoint;
import io.hunyuan4j.bench.SyntheticShape;
import io.hunyuan4j.bench.speed.ModelSource;
import io.hunyuan4j.core.LanguageModel;
import io.hunyuan4j.core.Session;
import io.hunyuan4j.core.SessionOptions;
import io.hunyuan4j.engine.EngineOptions;
import io.hunyuan4j.engine.OpenModel;
import io.hunyuan4j.kernels.KernelFactory;
import io.hunyuan4j.kernels.Parallel;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the command prints and writes; how fast anything was is nobody's business here. */
class BenchCommandTest {
  private static final String RATE = "\\d+(\\.\\d+)?";

  @TempDir Path folder;

  private static Cli bench(String... options) {
    List<String> command = new ArrayList<>(List.of("bench", "--warmup", "0", "--repeat", "3"));
    command.addAll(Arrays.asList(options));
    return Cli.run(command.toArray(String[]::new));
  }

  @Test
  void bench_everyCombinationIsARow() throws Exception {
    Path json = folder.resolve("speed.json");
    Path plot = folder.resolve("speed.svg");
    Cli result =
        bench(
            "--synthetic",
            "tiny",
            "-p",
            "20,0",
            "-n",
            "3",
            "-d",
            "0,70",
            "--threads",
            "2,1",
            "--kv",
            "bf16,F32",
            "--weights",
            "as-is,bf16",
            "--json",
            json.toString(),
            "--plot",
            plot.toString());
    assertEquals("", result.err());
    assertEquals(ExitCode.FINE, result.exitCode());

    List<List<String>> rows = rows(result);
    List<String> expected = new ArrayList<>();
    for (int choice = 0; choice < 2; choice++) {
      for (String threads : List.of("2", "1")) {
        for (String kv : List.of("BF16", "F32")) {
          for (String test : List.of("pp20", "tg3", "pp20 @ d70", "tg3 @ d70")) {
            expected.add(String.join(" ", test, "BF16", kv, threads));
          }
        }
      }
    }
    assertEquals(expected, rows.stream().map(row -> String.join(" ", row.subList(0, 4))).toList());
    for (List<String> row : rows) {
      assertEquals(11, row.size(), row.toString());
      boolean decode = row.getFirst().startsWith("tg");
      assertTrue(row.get(4).matches(RATE), row.toString());
      assertTrue(row.get(5).matches("\\(" + RATE + "–" + RATE + "\\)"), row.toString());
      assertTrue(row.get(6).matches(decode ? RATE + "\\+" + RATE : "–"), row.toString());
      assertTrue(row.get(7).matches(RATE + (decode ? " GB/s" : " GFLOPS")), row.toString());
      assertTrue(row.get(8).matches("\\d+ %"), row.toString());
      assertTrue(row.get(9).matches(decode ? "\\d+ %" : "–"), row.toString());
      assertTrue(row.get(10).matches(RATE + "( [kM])?"), row.toString());
    }
    assertTrue(result.out().lines().allMatch(line -> line.length() <= 120), result.out());

    JsonNode report = new JsonMapper().readTree(json.toFile());
    checkJson(report, expected.size());
    DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new ByteArrayInputStream(Files.readAllBytes(plot)));
    assertTrue(Files.readString(plot).contains("pp20 @ d70: "), "legend");
  }

  private static void checkJson(JsonNode report, int rows) {
    assertEquals("tiny", report.path("model").path("name").asText());
    assertEquals(Runtime.version().toString(), report.path("jdk").asText());
    assertFalse(report.path("cpu").asText().isEmpty());
    assertTrue(report.path("commit").isTextual() || report.path("commit").isNull());
    assertEquals(3, report.path("options").path("repeat").asInt());
    assertEquals(2, report.path("limits").size());
    for (JsonNode limits : report.path("limits")) {
      assertTrue(limits.path("readBytesPerSecond").asDouble() > 0);
      assertTrue(limits.path("flops").asDouble() > 0);
      assertTrue(limits.path("kernelBytesPerSecond").path("BF16").asDouble() > 0);
    }
    assertEquals(rows, report.path("rows").size());
    for (JsonNode row : report.path("rows")) {
      List<Double> seconds = new ArrayList<>();
      row.path("seconds").forEach(sample -> seconds.add(sample.asDouble()));
      assertEquals(3, seconds.size());
      assertTrue(seconds.stream().allMatch(s -> s > 0), seconds.toString());
      double median = seconds.stream().sorted().toList().get(1);
      assertEquals(
          row.path("tokens").asInt() / median, row.path("tokensPerSecond").asDouble(), 1e-6);
      long bytes = row.path("weightBytes").asLong() + row.path("kvBytes").asLong();
      double rate = row.path("bytesPerSecond").asDouble();
      assertEquals(bytes / median, rate, 1e-6 * rate);
      assertTrue(row.path("operations").asLong() > 0);
      assertTrue(row.path("allocatedBytes").isIntegralNumber());
    }
  }

  @Test
  void bench_aCheckpoint_hasTheFormatOfMostOfItsWeights() {
    Cli result =
        bench(
            "--model",
            Cli.model("tiny-tales").toString(),
            "-p",
            "0",
            "-n",
            "2",
            "--threads",
            "1",
            "--sequences",
            "1,3",
            "--guesses",
            "0,7");
    assertEquals("", result.err());
    assertTrue(
        result.out().contains("  model   tiny-tales, 11.3 M parameters, 4.1 M active\n"),
        result.out());
    List<List<String>> rows = rows(result);
    assertEquals(
        List.of("tg2", "3 x tg2", "rep2", "rep2 g7"), rows.stream().map(List::getFirst).toList());
    for (List<String> row : rows) {
      assertEquals(List.of("BF16", "BF16", "1"), row.subList(1, 4));
    }
  }

  @Test
  void write_givesTheModelThatIsMeasured() throws IOException {
    Path target = folder.resolve("model");
    Cli result = bench("--synthetic", "tiny", "--write", target.toString());
    assertEquals("wrote tiny to %s\n".formatted(target), result.out());
    assertEquals("", result.err());
    try (Parallel one = Parallel.ofThreads(1);
        SyntheticCheckpoint inMemory =
            new SyntheticCheckpoint(SyntheticShape.TINY, ModelSource.SEED, one);
        OpenModel written =
            OpenModel.open(target, EngineOptions.defaults().withThreads(1).withVectorBits(0))) {
      LanguageModel expected = inMemory.model(KernelFactory.ofWidth(0, one));
      assertArrayEquals(logits(expected), logits(written.model()));
    }
    Cli measured = bench("--model", target.toString(), "-p", "4", "-n", "0", "--threads", "1");
    assertEquals(1, rows(measured).size());
    Cli again = bench("--synthetic", "tiny", "--write", target.toString());
    assertEquals(
        "hunyuan: --write: %s already has a config.json; see ./hunyuan bench --help\n"
            .formatted(target),
        again.err());
    assertEquals(ExitCode.WRONG_USAGE, again.exitCode());
  }

  private static float[] logits(LanguageModel model) {
    try (Session session = model.newSession(SessionOptions.ofCapacity(4))) {
      return model.forward(new int[] {3, 1, 4, 1}, session);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      textBlock =
          """
          -p many                            ~ -p must be a number between 0 and 1048576, not "many"
          -p -1                              ~ -p must be a number between 0 and 1048576, not "-1"
          -p 0 -n 0                          ~ -p 0 and -n 0 leave nothing to measure
          -n 1,,2                            ~ -n must be a number between 0 and 1048576, not ""
          -d 99999999                        ~ -d must be a number between 0 and 1048576, not "99999999"
          --sequences 0                      ~ --sequences must be a number between 1 and 256, not "0"
          --guesses 65                       ~ --guesses must be a number between 0 and 64, not "65"
          --threads 1,0                      ~ --threads must be a number between 1 and 1024, not "0"
          --repeat 0                         ~ --repeat must be between 1 and 1000, not 0
          --repeat few                       ~ Invalid value for option '--repeat': 'few' is not an int
          --warmup -1                        ~ --warmup must be between 0 and 600 seconds, not -1.0
          --warmup NaN                       ~ --warmup must be between 0 and 600 seconds, not NaN
          --weights q9                       ~ --weights must be one of [as-is, bf16, f16, q8, q4], not "q9"
          --kv int8                          ~ --kv must be one of [f32, bf16, f16, q8], not "int8"
          --synthetic huge                   ~ --synthetic: synthetic shape "huge" is none of [mini-a13b, mini-large, tiny]
          --synthetic hiden=4                ~ --synthetic: "hiden" is none of the keys hidden, layers, heads, kv-heads, head-dim, cla, experts, top-k, width, vocab
          --synthetic heads=5                ~ --synthetic: heads=5 is no multiple of kv-heads=4
          --synthetic tiny --model x         ~ --model and --synthetic exclude each other
          --model x --write y                ~ --write goes with --synthetic only
          --write y --json z                 ~ --write goes with --synthetic only
          --json no/such/folder/x.json       ~ --json: no/such/folder/x.json is no file in an existing folder
          --plot src                         ~ --plot: src is no file in an existing folder
          """)
  void wrongUsage_isOneSentence(String options, String sentence) {
    Cli result = Cli.run(("bench " + options).split(" "));
    assertEquals("hunyuan: " + sentence + "; see ./hunyuan bench --help\n", result.err());
    assertEquals("", result.out());
    assertEquals(ExitCode.WRONG_USAGE, result.exitCode());
  }

  @Test
  void weightsOfFewerBits_areNotWidened() {
    String q4 = folder.resolve("q4").toString();
    Cli made = Cli.run("quantize", Cli.model("golden/dense-v1").toString(), q4, "--weights", "q4");
    assertEquals(ExitCode.FINE, made.exitCode(), made.err());
    Cli result = bench("--model", q4, "--weights", "bf16");
    assertEquals(
        "hunyuan: --weights bf16: the weights of q4 are Q4, and none gets more bits than it has; see"
            + " ./hunyuan bench --help\n",
        result.err());
    assertEquals(ExitCode.WRONG_USAGE, result.exitCode());
  }

  @Test
  void weightsOfEveryFormat_areRows() {
    Cli result = bench("--synthetic", "tiny", "-p", "0", "-n", "2", "--weights", "f16,q8,q4");
    assertEquals(ExitCode.FINE, result.exitCode(), result.err());
    List<String> formats = rows(result).stream().map(row -> row.get(1)).toList();
    assertEquals(List.of("F16", "Q8", "Q4"), formats);
  }

  @Test
  void shapeBeyondMemory_isRefusedBeforeAnythingIsMade() {
    Cli result = bench("--synthetic", "layers=1000,experts=512,width=8192");
    assertTrue(
        result
            .err()
            .matches(
                "hunyuan: layers=1000,experts=512,width=8192 needs .* TiB for weights in memory and .* for keys and values, the machine has .*\n"),
        result.err());
    assertEquals(ExitCode.UNUSABLE_MODEL, result.exitCode());
  }

  @Test
  void noModel_isUnusable() {
    Cli result = bench("--model", "no/such/folder");
    assertEquals(
        "hunyuan: no/such/folder: expected the folder of a model, found nothing of that name\n",
        result.err());
    assertEquals(ExitCode.UNUSABLE_MODEL, result.exitCode());
  }

  @Test
  void command_comesWithoutJmh() {
    assertThrows(
        ClassNotFoundException.class, () -> Class.forName("org.openjdk.jmh.annotations.Benchmark"));
  }

  /** The cells of the rows under the heading of the model. */
  private static List<List<String>> rows(Cli result) {
    return result
        .out()
        .lines()
        .dropWhile(line -> !line.equals("The model"))
        .skip(2)
        .takeWhile(line -> !line.isEmpty())
        .map(line -> List.of(line.strip().split("  +")))
        .toList();
  }
}
