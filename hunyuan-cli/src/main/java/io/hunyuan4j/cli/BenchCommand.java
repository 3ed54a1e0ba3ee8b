package io.hunyuan4j.cli;

import io.hunyuan4j.bench.SyntheticFolder;
import io.hunyuan4j.bench.SyntheticShape;
import io.hunyuan4j.bench.speed.ModelSource;
import io.hunyuan4j.bench.speed.Roofline;
import io.hunyuan4j.bench.speed.SpeedPlan;
import io.hunyuan4j.bench.speed.SpeedReport;
import io.hunyuan4j.bench.speed.SpeedRun;
import io.hunyuan4j.bench.speed.WeightChoice;
import io.hunyuan4j.core.ModelShape;
import io.hunyuan4j.kernels.KernelFactory;
import io.hunyuan4j.kernels.KvFormat;
import io.hunyuan4j.kernels.Parallel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code hunyuan bench}: how fast a model runs, beside what the machine could do at best. */
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description =
        "Measures this machine, then prompts (pp) and generation (tg) of a model, and says how near they come to the machine's limits.",
    footer = {
      "",
      "Options that take lists (512,1024) are measured in every combination. What the columns mean: docs/benchmarks/README.md.",
      "",
      "Examples:",
      "  ./hunyuan bench",
      "  ./hunyuan bench --model models/tiny-tales -p 128 -n 32 -d 0,256",
      "  ./hunyuan bench --synthetic hidden=1024,layers=4,experts=8 --threads 1,2 --json speed.json --plot speed.svg"
    })
final class BenchCommand implements Callable<Integer> {
  private final Host host;
  private final Machine machine = new Machine();

  @Spec private @Nullable CommandSpec spec;
  @Mixin private final BenchOptions options = new BenchOptions();

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description = "Folder of the model; needs no vocabulary.")
  private @Nullable Path folder;

  @Option(
      names = "--synthetic",
      paramLabel = "SHAPE",
      description =
          "Random weights made in memory, instead of a model: mini-a13b (the default, 5.7 GB), mini-large, tiny,"
              + " or sizes as in hidden=1024,layers=4,heads=8,kv-heads=2,head-dim=64,experts=8,top-k=2,width=768,vocab=32768,cla=1;"
              + " missing ones are those of mini-a13b.")
  private @Nullable String synthetic;

  @Option(
      names = "--write",
      paramLabel = "DIR",
      description = "Writes the random weights as a BF16 checkpoint and measures nothing.")
  private @Nullable Path write;

  @Option(names = "--json", paramLabel = "FILE", description = "Writes everything, all samples.")
  private @Nullable Path json;

  @Option(names = "--plot", paramLabel = "FILE", description = "Writes a roofline plot, as SVG.")
  private @Nullable Path plot;

  BenchCommand(Host host) {
    this.host = host;
  }

  @Override
  public Integer call() throws IOException {
    if (folder != null && synthetic != null) {
      throw misuse("--model and --synthetic exclude each other");
    }
    if (write != null) {
      return writeCheckpoint(write);
    }
    SpeedPlan plan = options.plan();
    requireWritable("--json", json);
    requireWritable("--plot", plot);
    try (ModelSource source = open()) {
      for (WeightChoice choice : plan.weights()) {
        if (!choice.accepts(source.format())) {
          throw misuse(
              "--weights %s: the weights of %s are %s, and none gets more bits than it has"
                  .formatted(choice.spelling(), source.name(), source.format()));
        }
      }
      requireMemory(source, plan);
      measure(source, plan);
    }
    return ExitCode.FINE;
  }

  private ModelSource open() throws IOException {
    if (folder == null) {
      return ModelSource.ofShape(shape(), Runtime.getRuntime().availableProcessors());
    }
    if (!Files.isDirectory(folder)) {
      throw new UnusableModelException(
          "%s: expected the folder of a model, found %s"
              .formatted(folder, Files.exists(folder) ? "a file" : "nothing of that name"));
    }
    return ModelSource.ofFolder(folder);
  }

  private SyntheticShape shape() {
    try {
      return synthetic == null ? SyntheticShape.MINI_A13B : SyntheticShape.parse(synthetic);
    } catch (IllegalArgumentException e) {
      throw misuse("--synthetic: " + e.getMessage());
    }
  }

  private int writeCheckpoint(Path target) throws IOException {
    if (folder != null || json != null || plot != null) {
      throw misuse("--write goes with --synthetic only");
    }
    SyntheticShape shape = shape();
    try (Parallel parallel = Parallel.ofThreads(Runtime.getRuntime().availableProcessors());
        Progress _ = Progress.of(host, "Writing " + shape.name())) {
      SyntheticFolder.write(target, shape, ModelSource.SEED, parallel);
    } catch (IllegalArgumentException e) {
      throw misuse("--write: " + e.getMessage());
    }
    host.out().println("wrote %s to %s".formatted(shape.name(), target));
    return ExitCode.FINE;
  }

  private void measure(ModelSource source, SpeedPlan plan) throws IOException {
    if (!KernelFactory.isVectorApiPresent()) {
      host.err()
          .println(
              "hunyuan: measuring slow plain loops because this JVM has no Vector API: start java with --add-modules jdk.incubator.vector");
    }
    SpeedReport.Origin origin =
        new SpeedReport.Origin(
            Instant.now(),
            machine.cpu(),
            Runtime.getRuntime().availableProcessors(),
            KernelFactory.preferredBits(),
            Runtime.version().toString(),
            host.home().flatMap(Machine::commit));
    BenchOutput output = new BenchOutput(host, origin, source, plan);
    output.begin();
    SpeedRun.run(source, plan, output);
    output.end();
    SpeedReport report = output.report();
    if (json != null) {
      Files.writeString(json, report.toJson());
    }
    if (plot != null) {
      Files.writeString(plot, Roofline.svg(report));
    }
  }

  private void requireMemory(ModelSource source, SpeedPlan plan) {
    ModelShape shape = source.shape();
    long physical = machine.physicalBytes();
    long weights = folder == null ? shape.parameters().total() * Short.BYTES : 0;
    if (plan.weights().stream().anyMatch(choice -> choice != WeightChoice.AS_IS)) {
      weights += shape.parameters().total() * Short.BYTES; // what is converted, at most
    }
    for (KvFormat format : plan.kvFormats()) {
      long cache = plan.capacity() * shape.kvBytesPerToken(format);
      if (weights + cache > physical) {
        throw new UnusableModelException(
            "%s needs %s for weights in memory and %s for keys and values, the machine has %s"
                .formatted(
                    source.name(),
                    Amounts.bytes(weights),
                    Amounts.bytes(cache),
                    Amounts.bytes(physical)));
      }
    }
  }

  /** Better now than after minutes. */
  private void requireWritable(String option, @Nullable Path file) {
    if (file != null) {
      OutputFile.requireWritable(option, file, Objects.requireNonNull(spec).commandLine());
    }
  }

  private ParameterException misuse(String message) {
    return new ParameterException(Objects.requireNonNull(spec).commandLine(), message);
  }
}
