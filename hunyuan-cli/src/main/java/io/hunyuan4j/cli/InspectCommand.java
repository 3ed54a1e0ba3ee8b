package io.hunyuan4j.cli;

import io.hunyuan4j.core.Architecture;
import io.hunyuan4j.core.Architectures;
import io.hunyuan4j.core.ConfigSource;
import io.hunyuan4j.core.ModelShape;
import io.hunyuan4j.core.UnsupportedModelException;
import io.hunyuan4j.kernels.KernelFactory;
import io.hunyuan4j.kernels.KvFormat;
import io.hunyuan4j.kernels.Parallel;
import io.hunyuan4j.loader.Checkpoint;
import io.hunyuan4j.loader.CheckpointFormatException;
import io.hunyuan4j.loader.Dtype;
import io.hunyuan4j.loader.TensorEntry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code hunyuan inspect}: what a checkpoint is and what it needs, from its headers alone. */
@Command(
    name = "inspect",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description =
        "Shows what a checkpoint is and what memory it needs. Reads only headers, so it may be far larger than memory.",
    footer = {"", "Example:", "  ./hunyuan inspect models/tiny-tales"})
final class InspectCommand implements Callable<Integer> {
  private static final String CONFIG = "config.json";
  private static final List<Integer> SESSION_KIBI_TOKENS = List.of(4, 32, 256);

  private final Host host;

  @Parameters(paramLabel = "DIR", description = "Folder of the checkpoint.")
  private Path folder = Path.of("");

  @Option(names = "--tensors", description = "Lists every tensor too.")
  private boolean listTensors;

  InspectCommand(Host host) {
    this.host = host;
  }

  @Override
  public Integer call() throws IOException {
    try (Checkpoint checkpoint = open()) {
      ConfigSource config = checkpoint.config();
      host.out().println(host.heading(folder.toString()));
      printConfig(checkpoint);
      printTypes(checkpoint);
      if (listTensors) {
        printTensors(checkpoint);
      }
      // What follows may refuse the model; what is above is worth seeing all the same.
      Architecture architecture = Architectures.of(config);
      ModelShape shape = architecture.shape(config);
      printShape(shape, checkpoint);
      requireRunnable(architecture, checkpoint);
    }
    return ExitCode.FINE;
  }

  private Checkpoint open() throws IOException {
    try (Progress _ = Progress.of(host, "Reading headers")) {
      return Checkpoint.open(folder);
    }
  }

  private void printConfig(Checkpoint checkpoint) throws IOException {
    Path file = checkpoint.file(CONFIG).orElseThrow(); // no checkpoint opens without
    host.out().println("");
    host.out().println(host.heading(CONFIG));
    ConfigTable.read(file).print(host.out());
  }

  private void printTypes(Checkpoint checkpoint) {
    Map<Dtype, List<TensorEntry>> byType = new EnumMap<>(Dtype.class);
    for (TensorEntry tensor : checkpoint.tensors()) {
      byType.computeIfAbsent(tensor.dtype(), _ -> new ArrayList<>()).add(tensor);
    }
    Table table = new Table("lrrrl");
    table.row("type", "tensors", "elements", "bytes", "");
    byType.forEach((dtype, tensors) -> addTotals(table, dtype.name(), tensors));
    if (byType.size() > 1) {
      addTotals(table, "all", List.copyOf(checkpoint.tensors()));
    }
    host.out().println("");
    host.out().println(host.heading("Tensors by type"));
    table.print(host.out());
  }

  private static void addTotals(Table table, String name, List<TensorEntry> tensors) {
    long bytes = tensors.stream().mapToLong(TensorEntry::byteSize).sum();
    table.row(
        name,
        Amounts.count(tensors.size()),
        Amounts.count(elements(tensors)),
        Amounts.count(bytes),
        Amounts.bytes(bytes));
  }

  private static long elements(Iterable<TensorEntry> tensors) {
    long elements = 0;
    for (TensorEntry tensor : tensors) {
      elements += tensor.elementCount();
    }
    return elements;
  }

  private void printTensors(Checkpoint checkpoint) {
    Table table = new Table("lllrl");
    table.row("tensor", "type", "shape", "bytes", "file");
    for (TensorEntry tensor : checkpoint.tensors()) {
      table.row(
          tensor.name(),
          tensor.dtype().name(),
          tensor.shape().toString(),
          Amounts.count(tensor.byteSize()),
          String.valueOf(tensor.file().getFileName()));
    }
    host.out().println("");
    host.out().println(host.heading("Tensors"));
    table.print(host.out());
  }

  private void printShape(ModelShape shape, Checkpoint checkpoint) {
    long total = shape.parameters().total();
    long active = shape.parameters().active();
    long found = elements(checkpoint.tensors());
    long bytes = checkpoint.tensors().stream().mapToLong(TensorEntry::byteSize).sum();
    Table table = new Table("ll");
    table.row("architecture", shape.modelType());
    table.row(
        "sizes",
        "%d layers, hidden size %d, vocabulary %d, %s positions"
            .formatted(
                shape.numLayers(),
                shape.hiddenSize(),
                shape.vocabSize(),
                Amounts.count(shape.maxPositions())));
    table.row("parameters", "%s (%s)".formatted(Amounts.count(total), Amounts.rounded(total)));
    table.row(
        "active per token", "%s (%s)".formatted(Amounts.count(active), Amounts.rounded(active)));
    if (found != total) {
      table.row("in the tensors", "%s elements, which differs".formatted(Amounts.count(found)));
    }
    table.row("weights", "%s bytes (%s)".formatted(Amounts.count(bytes), Amounts.bytes(bytes)));
    host.out().println("");
    host.out().println(host.heading("Model"));
    table.print(host.out());
    printSessions(shape);
  }

  private void printSessions(ModelShape shape) {
    Table table = new Table("lrrrrl");
    KvFormat[] formats = {KvFormat.F32, KvFormat.BF16, KvFormat.F16, KvFormat.Q8};
    table.row("session of", "f32", "bf16", "f16", "q8", "");
    table.row(
        "1 token",
        Amounts.bytes(shape.kvBytesPerToken(formats[0])),
        Amounts.bytes(shape.kvBytesPerToken(formats[1])),
        Amounts.bytes(shape.kvBytesPerToken(formats[2])),
        Amounts.bytes(shape.kvBytesPerToken(formats[3])),
        "");
    for (int kibiTokens : SESSION_KIBI_TOKENS) {
      long tokens = kibiTokens * 1024L;
      table.row(
          kibiTokens + "K tokens",
          Amounts.bytes(tokens * shape.kvBytesPerToken(formats[0])),
          Amounts.bytes(tokens * shape.kvBytesPerToken(formats[1])),
          Amounts.bytes(tokens * shape.kvBytesPerToken(formats[2])),
          Amounts.bytes(tokens * shape.kvBytesPerToken(formats[3])),
          tokens > shape.maxPositions() ? "beyond the model's positions" : "");
    }
    host.out().println("");
    host.out().println(host.heading("Key-value cache"));
    table.print(host.out());
  }

  /**
   * Builds the model, which checks the shape of every tensor it uses. That reads the norms, some
   * kilobytes a layer, and no other weight.
   *
   * @throws UnsupportedModelException if it is sound and cannot be run
   * @throws CheckpointFormatException if a tensor is missing or has another shape
   */
  private void requireRunnable(Architecture architecture, Checkpoint checkpoint) {
    try (Parallel one = Parallel.ofThreads(1)) {
      architecture.build(checkpoint.config(), checkpoint.weights(), KernelFactory.ofWidth(0, one));
    }
    int unused = checkpoint.unreadTensors().size();
    host.out().println("");
    host.out()
        .println(
            unused == 0
                ? host.good("can be run")
                : host.good("can be run")
                    + String.format(Locale.ROOT, ", %d tensors have no use", unused));
  }
}
