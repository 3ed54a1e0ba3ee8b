package io.hunyuan4j.cli;

import io.hunyuan4j.bench.speed.Limits;
import io.hunyuan4j.bench.speed.ModelSource;
import io.hunyuan4j.bench.speed.SpeedObserver;
import io.hunyuan4j.bench.speed.SpeedPlan;
import io.hunyuan4j.bench.speed.SpeedReport;
import io.hunyuan4j.bench.speed.SpeedRow;
import io.hunyuan4j.bench.speed.SpeedTest;
import io.hunyuan4j.core.ModelShape;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Prints what a run finds, each row as soon as it is there, and keeps it for the report. */
final class BenchOutput implements SpeedObserver {
  private static final String NOTHING = "–";

  private final Host host;
  private final SpeedReport.Origin origin;
  private final String model;
  private final ModelShape shape;
  private final SpeedPlan plan;
  private final List<Limits> limits = new ArrayList<>();
  private final List<SpeedRow> rows = new ArrayList<>();
  private final String rowFormat;

  BenchOutput(Host host, SpeedReport.Origin origin, ModelSource source, SpeedPlan plan) {
    this.host = host;
    this.origin = origin;
    this.model = source.name();
    this.shape = source.shape();
    this.plan = plan;
    int testWidth = plan.tests().stream().mapToInt(test -> test.label().length()).max().orElse(0);
    this.rowFormat = "  %-" + testWidth + "s  %-7s  %-4s  %7s  %19s  %10s  %11s  %7s  %8s  %8s";
  }

  /** Prints what is measured, and where. */
  void begin() {
    Table table = new Table("ll");
    String loops =
        origin.vectorBits() == 0
            ? "plain loops"
            : "vectors of %d bits".formatted(origin.vectorBits());
    table.row("CPU", "%s, %d processors".formatted(origin.cpu(), origin.processors()));
    table.row("JDK", "%s, %s".formatted(origin.jdk(), loops));
    table.row(
        "model",
        "%s, %s parameters, %s active"
            .formatted(
                model,
                Amounts.rounded(shape.parameters().total()),
                Amounts.rounded(shape.parameters().active())));
    origin.commit().ifPresent(commit -> table.row("commit", commit));
    table.print(host.out());
    host.out().flush();
  }

  @Override
  public Stage begin(String what) {
    Progress progress = Progress.of(host, what);
    return progress::close;
  }

  @Override
  public void limits(List<Limits> measured) {
    limits.addAll(measured);
    List<String> formats = List.copyOf(measured.getFirst().kernelBytesPerSecond().keySet());
    List<String> header = new ArrayList<>(List.of("threads", "reading", "FMA peak"));
    formats.forEach(format -> header.add(format + " kernel in L2"));
    formats.forEach(format -> header.add(format + " decode limit"));
    Table table = new Table("r".repeat(header.size()));
    table.row(header.toArray(String[]::new));
    for (Limits one : measured) {
      List<String> cells = new ArrayList<>();
      cells.add("" + one.threads());
      cells.add(gigabytes(one.readBytesPerSecond()));
      cells.add(gigaflops(one.flops()));
      one.kernelBytesPerSecond().values().forEach(rate -> cells.add(gigabytes(rate)));
      formats.forEach(format -> cells.add(gigabytes(one.decodeLimit(format))));
      table.row(cells.toArray(String[]::new));
    }
    host.out().println("");
    host.out().println(host.heading("This machine at best"));
    table.print(host.out());
    host.out().println("");
    host.out().println(host.heading("The model"));
    print(
        "test",
        "weights",
        "kv",
        "threads",
        "tokens/s  (min–max)",
        "MB/token",
        "speed",
        "of best",
        "of limit",
        "B/token");
  }

  @Override
  public void row(SpeedRow row) {
    rows.add(row);
    Limits best = report().limitsOf(row);
    String speed =
        switch (row.test()) {
          case SpeedTest.Decode _ -> gigabytes(row.bytesPerSecond());
          case SpeedTest.Prefill _, SpeedTest.Together _, SpeedTest.Repeating _ ->
              gigaflops(row.flops());
        };
    String range = "(%s–%s)".formatted(digits(row.slowest()), digits(row.fastest()));
    print(
        row.test().label(),
        row.setting().format(),
        row.setting().kvFormat().name(),
        "" + row.setting().threads(),
        digits(row.tokensPerSecond()) + "  " + range,
        megabytesPerToken(row),
        speed,
        percent(row.fractionOfMachine(best)),
        row.fractionOfDecodeLimit(best).stream()
            .mapToObj(BenchOutput::percent)
            .findFirst()
            .orElse(NOTHING),
        row.allocatedBytesPerToken().stream()
            .mapToObj(BenchOutput::shortBytes)
            .findFirst()
            .orElse(NOTHING));
  }

  /** Says what the columns mean. */
  void end() {
    host.out().println("");
    host.out()
        .println(
            """
              pp (a prompt), 8 x tg (in 8 sessions together) and rep (a text that repeats itself, with g guesses at once):
              compared with the FMA peak, which is no limit for Q4, as that multiplies integers. tg: tokens one by one, compared
              with reading, and with the decode limit: reading, or the kernel with weights in L2, whichever is slower.
              MB/token: weights + keys and values. B/token: allocated on the Java heap. More: docs/benchmarks/README.md"""
                .stripTrailing());
    host.out().flush();
  }

  /** What was found so far. */
  SpeedReport report() {
    return new SpeedReport(origin, model, shape, plan, limits, rows);
  }

  private void print(Object... cells) {
    host.out().println(String.format(Locale.ROOT, rowFormat, cells).stripTrailing());
    host.out().flush();
  }

  /** Weights and cache that a decoded token reads; many tokens at a time share them. */
  private static String megabytesPerToken(SpeedRow row) {
    return switch (row.test()) {
      case SpeedTest.Decode(int tokens, int _) ->
          digits(row.work().weightBytes() / 1e6 / tokens)
              + "+"
              + digits(row.work().kvBytes() / 1e6 / tokens);
      case SpeedTest.Prefill _, SpeedTest.Together _, SpeedTest.Repeating _ -> NOTHING;
    };
  }

  private static String gigabytes(double bytesPerSecond) {
    return digits(bytesPerSecond / 1e9) + " GB/s";
  }

  private static String gigaflops(double flops) {
    return digits(flops / 1e9) + " GFLOPS";
  }

  private static String percent(double fraction) {
    return String.format(Locale.ROOT, "%.0f %%", 100 * fraction);
  }

  private static String shortBytes(double bytes) {
    return bytes < 1e3
        ? digits(bytes)
        : bytes < 1e6 ? digits(bytes / 1e3) + " k" : digits(bytes / 1e6) + " M";
  }

  /** Three digits, or all before the point. */
  private static String digits(double value) {
    int decimals = value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
    return String.format(Locale.ROOT, "%." + decimals + "f", value);
  }
}
