package io.hunyuan4j.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hunyuan4j.bench.jmh.BenchmarkKernels;
import io.hunyuan4j.kernels.MachineProbe;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Turns JMH's JSON into a Markdown table with this machine's limits and one line of history.
 *
 * <p>Expects throughput per second with {@code -prof gc}, as the benchmarks declare and {@code
 * docs/benchmarks/README.md} says.
 */
public final class BenchmarkReport {
  private static final Pattern CPU_NAME = Pattern.compile("(?m)^model name\\s*:\\s*(.+)$");
  private static final String ALLOCATION = "gc.alloc.rate.norm";

  private final JsonMapper json = new JsonMapper();
  private final JsonNode results;
  private final String cpu;
  private final String date = LocalDate.now(ZoneOffset.UTC).toString();

  private BenchmarkReport(JsonNode results, String cpu) {
    this.results = results;
    this.cpu = cpu;
  }

  /**
   * Writes {@code <cpu>-jdk-<version>.md} and appends to {@code history.jsonl}.
   *
   * @param args JMH's JSON file, the folder to write to, the commit that was measured, and what the
   *     reader should know of the machine while it was
   */
  public static void main(String[] args) throws IOException {
    if (args.length != 4) {
      throw new IllegalArgumentException(
          "usage: BenchmarkReport RESULTS.json FOLDER COMMIT CONDITIONS");
    }
    JsonNode results = new JsonMapper().readTree(Path.of(args[0]).toFile());
    if (!results.isArray() || results.isEmpty()) {
      throw new IllegalArgumentException(args[0] + ": no results");
    }
    new BenchmarkReport(results, cpuName()).write(Path.of(args[1]), args[2], args[3]);
  }

  private void write(Path folder, String commit, String conditions) throws IOException {
    Limits one = Limits.measure(1);
    Limits all = Limits.measure(Runtime.getRuntime().availableProcessors());
    String jdk = results.path(0).path("jdkVersion").asText();
    Path table =
        folder.resolve(
            (cpu + "-jdk-" + jdk).toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9.]+", "-") + ".md");
    Files.writeString(table, table(one, all, jdk, commit, conditions), StandardCharsets.UTF_8);
    Files.writeString(
        folder.resolve("history.jsonl"),
        historyLine(all, jdk, commit, conditions) + "\n",
        StandardCharsets.UTF_8,
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }

  /** What the machine can do at best with a number of threads. */
  private record Limits(int threads, int vectorBits, double readGigabytes, double gigaflops) {

    static Limits measure(int threads) {
      try (BenchmarkKernels kernels = BenchmarkKernels.of("preferred", "" + threads)) {
        MachineProbe probe = new MachineProbe(kernels.measured());
        double read = 0;
        double flops = 0;
        for (int i = 0; i < 3; i++) { // the first one includes compilation
          read = Math.max(read, probe.readBytesPerSecond());
          flops = Math.max(flops, probe.peakFlops());
        }
        return new Limits(threads, kernels.measured().vectorBits(), read * 1e-9, flops * 1e-9);
      }
    }
  }

  private String table(Limits one, Limits all, String jdk, String commit, String conditions) {
    StringBuilder text = new StringBuilder();
    text.append("# %s, JDK %s\n\n".formatted(cpu, jdk));
    text.append(
        "%s, commit %s, %d processors, vectors of %d bits, %s %s. %s\n\n"
            .formatted(
                date,
                commit,
                all.threads,
                all.vectorBits,
                results.path(0).path("vmName").asText(),
                results.path(0).path("vmVersion").asText(),
                conditions));
    text.append(
        "What each row is: [README](README.md). Where nothing else is said: all threads, preferred vectors.\n\n");
    text.append("| benchmark | parameters | µs/op | GFLOPS | GB/s | tokens/s | B/op |\n");
    text.append("|---|---|--:|--:|--:|--:|--:|\n");
    for (Limits limits : List.of(one, all)) {
      text.append(
          "| **limit of the machine** | threads=%d | | %s | %s | | |\n"
              .formatted(limits.threads, rounded(limits.gigaflops), rounded(limits.readGigabytes)));
    }
    for (JsonNode result : results) {
      text.append(row(result));
    }
    return text.toString();
  }

  private static String row(JsonNode result) {
    JsonNode more = result.path("secondaryMetrics");
    return "| %s | %s | %s | %s | %s | %s | %s |\n"
        .formatted(
            name(result),
            parameters(result),
            rounded(1e6 / score(result.path("primaryMetric"))),
            rounded(score(more.path("gigaflops"))),
            rounded(score(more.path("gigabytes"))),
            rounded(score(more.path("tokens"))),
            rounded(score(more.path(ALLOCATION))));
  }

  private String historyLine(Limits all, String jdk, String commit, String conditions)
      throws IOException {
    ObjectNode line = json.createObjectNode();
    line.put("date", date);
    line.put("cpu", cpu);
    line.put("jdk", jdk);
    line.put("commit", commit);
    line.put("conditions", conditions);
    line.put("readGigabytesPerSecond", number(all.readGigabytes));
    line.put("peakGigaflops", number(all.gigaflops));
    ObjectNode scores = line.putObject("opsPerSecond");
    for (JsonNode result : results) {
      if (!result.path("params").path("vectors").asText().equals("scalar")) {
        scores.put(
            name(result) + " " + parameters(result), number(score(result.path("primaryMetric"))));
      }
    }
    return json.writeValueAsString(line);
  }

  private static String name(JsonNode result) {
    String qualified = result.path("benchmark").asText();
    int method = qualified.lastIndexOf('.');
    int type = qualified.lastIndexOf('.', method - 1);
    return qualified.substring(type + 1).replace("Benchmark", "");
  }

  private static String parameters(JsonNode result) {
    List<String> shown = new ArrayList<>();
    for (Map.Entry<String, JsonNode> parameter : result.path("params").properties()) {
      String text = parameter.getKey() + "=" + parameter.getValue().asText();
      if (!List.of("size=full", "vectors=preferred", "threads=all").contains(text)) {
        shown.add(text);
      }
    }
    return String.join(" ", shown);
  }

  private static double score(JsonNode metric) {
    return metric.path("score").asDouble(0);
  }

  private static BigDecimal number(double value) {
    return new BigDecimal(value).round(new MathContext(3));
  }

  /** Three digits; nothing for nothing. */
  private static String rounded(double value) {
    return value < 5e-4 ? "" : number(value).toPlainString();
  }

  private static String cpuName() throws IOException {
    Path info = Path.of("/proc/cpuinfo");
    if (Files.isReadable(info)) {
      Matcher name = CPU_NAME.matcher(Files.readString(info, StandardCharsets.UTF_8));
      if (name.find()) {
        return name.group(1).strip();
      }
    }
    return System.getProperty("os.arch");
  }
}
