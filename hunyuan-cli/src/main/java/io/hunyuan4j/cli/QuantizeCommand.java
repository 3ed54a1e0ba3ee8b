package io.hunyuan4j.cli;

import io.hunyuan4j.engine.EngineOptions;
import io.hunyuan4j.engine.Quantization;
import io.hunyuan4j.engine.UnmatchedPatternException;
import io.hunyuan4j.engine.WeightPolicy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code hunyuan quantize}: a checkpoint with smaller weights, in another folder. */
@Command(
    name = "quantize",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description =
        "Writes a checkpoint with smaller weights into a new folder. Needs little memory. Interrupted, it goes on where it ended.",
    footer = {
      "",
      "Routers, norms and biases stay as published.",
      "",
      "Examples:",
      "  ./hunyuan quantize models/tiny-tales /tmp/tiny-tales-q4 --weights q4",
      "  ./hunyuan quantize IN OUT --weights q4 --tensor 'model.layers.*.shared_mlp.*=q8'"
    })
final class QuantizeCommand implements Callable<Integer> {
  private static final Pattern SIZE = Pattern.compile("(\\d{1,12})([KMGT]?)");
  private static final String UNITS = "KMGT";

  private final Host host;

  @Spec private @Nullable CommandSpec spec;
  @Mixin private final WeightsOption weights = new WeightsOption();
  @Mixin private final ThreadsOption threads = new ThreadsOption();

  @Parameters(index = "0", paramLabel = "IN", description = "Folder of the checkpoint.")
  private Path from = Path.of("");

  @Parameters(index = "1", paramLabel = "OUT", description = "Folder to write: new or empty.")
  private Path to = Path.of("");

  @Option(
      names = "--max-shard-size",
      paramLabel = "SIZE",
      description = "Bytes of a file at most, such as 500M or 4G. Default: 4G.")
  private String maxShardSize = "4G";

  QuantizeCommand(Host host) {
    this.host = host;
  }

  @Override
  public Integer call() throws IOException {
    WeightPolicy policy = weights.policy();
    if (policy.isAsIs()) {
      throw misuse("--weights is needed, one of bf16, f16, q8, q4");
    }
    EngineOptions options =
        EngineOptions.defaults().withThreads(threads.count()).withWeights(policy);
    long maxShardBytes = bytes(maxShardSize);
    Quantization.Result result;
    try (Progress progress = Progress.of(host, "Converting " + from)) {
      result = Quantization.run(from, to, options, maxShardBytes, progress::reached);
    } catch (UnmatchedPatternException e) {
      throw weights.mismatch(e);
    }
    host.out()
        .println(
            "%s: %s tensors converted, %s before, %s now, %s%s"
                .formatted(
                    to,
                    Amounts.count(result.convertedTensors()),
                    Amounts.bytes(result.storedBytes()),
                    Amounts.bytes(result.writtenBytes()),
                    result.shards() == 1 ? "1 file" : result.shards() + " files",
                    result.shardsKept() == 0
                        ? ""
                        : ", %d of them from an earlier run".formatted(result.shardsKept())));
    return ExitCode.FINE;
  }

  private long bytes(String size) {
    Matcher matcher = SIZE.matcher(size);
    if (!matcher.matches()) {
      throw misuse("--max-shard-size must be a number such as 500M or 4G, not " + size);
    }
    int power = matcher.group(2).isEmpty() ? 0 : UNITS.indexOf(matcher.group(2)) + 1;
    long bytes = Long.parseLong(matcher.group(1));
    for (int i = 0; i < power; i++) {
      bytes = bytes > Long.MAX_VALUE / 1024 ? Long.MAX_VALUE : bytes * 1024;
    }
    if (bytes < 1) {
      throw misuse("--max-shard-size must be at least 1, not " + size);
    }
    return bytes;
  }

  private ParameterException misuse(String message) {
    return new ParameterException(Objects.requireNonNull(spec).commandLine(), message);
  }
}
