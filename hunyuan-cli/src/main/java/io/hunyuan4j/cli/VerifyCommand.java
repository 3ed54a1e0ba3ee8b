package io.hunyuan4j.cli;

import io.hunyuan4j.engine.EngineOptions;
import io.hunyuan4j.engine.OpenModel;
import io.hunyuan4j.engine.UnmatchedPatternException;
import io.hunyuan4j.engine.Verification;
import io.hunyuan4j.kernels.KernelFactory;
import io.hunyuan4j.kernels.KvFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code hunyuan verify}: runs a checkpoint on its reference prompt and compares every number. */
@Command(
    name = "verify",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description =
        "Runs the expected.safetensors beside a checkpoint and compares. Exit code 1 on a difference over 1e-4 or another greedy token.",
    footer = {"", "Example:", "  ./hunyuan verify models/tiny-tales"})
final class VerifyCommand implements Callable<Integer> {
  private static final double ALLOWED = 1e-4;
  private static final String EXPECTED = "expected.safetensors";

  private final Host host;

  @Spec private @Nullable CommandSpec spec;
  @Mixin private final WeightsOption weights = new WeightsOption();
  @Mixin private final ThreadsOption threads = new ThreadsOption();

  @Parameters(paramLabel = "DIR", description = "Folder of the checkpoint.")
  private Path folder = Path.of("");

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Writes what was computed, as safetensors with the same names.")
  private @Nullable Path out;

  @Option(
      names = "--chunk",
      paramLabel = "N",
      description =
          "Tokens of the prompt per forward pass. Default: all. Never changes the result.")
  private int chunk = Integer.MAX_VALUE;

  @Option(
      names = "--vector-bits",
      paramLabel = "0|128|256|512",
      description =
          "Width of the vectors, 0 is plain loops. Default: what the CPU prefers. Never changes the result.")
  private @Nullable Integer vectorBits;

  @Option(
      names = "--kv",
      paramLabel = "f32|bf16|f16",
      description = "How the cache stores keys and values. Default: f32.")
  private KvFormat kvFormat = KvFormat.F32;

  VerifyCommand(Host host) {
    this.host = host;
  }

  @Override
  public Integer call() throws IOException {
    EngineOptions options = options();
    Path expected = folder.resolve(EXPECTED);
    if (out != null
        && Files.exists(out)
        && Files.exists(expected)
        && Files.isSameFile(out, expected)) {
      throw misuse("--out must not be the file to compare with, but is " + out);
    }
    Verification verification;
    try (OpenModel open = open(options)) {
      if (!Files.exists(expected)) {
        throw new UnusableModelException(
            "%s: expected %s beside the checkpoint, found none".formatted(folder, EXPECTED));
      }
      try (Progress _ = Progress.of(host, "Running the reference prompt")) {
        verification = Verification.run(open.model(), expected, chunk, kvFormat);
      }
    }
    if (out != null) {
      verification.write(out);
    }
    return report(verification);
  }

  private OpenModel open(EngineOptions options) throws IOException {
    try (Progress progress = Progress.of(host, "Opening " + folder)) {
      return OpenModel.open(folder, options, progress::reached);
    } catch (UnmatchedPatternException e) {
      throw weights.mismatch(e);
    }
  }

  private EngineOptions options() {
    EngineOptions options =
        EngineOptions.defaults().withThreads(threads.count()).withWeights(weights.policy());
    if (chunk < 1) {
      throw misuse("--chunk must be at least 1, not " + chunk);
    }
    if (vectorBits == null) {
      return options;
    }
    if (!KernelFactory.VECTOR_BITS.contains(vectorBits)) {
      throw misuse(
          "--vector-bits must be one of %s, not %d"
              .formatted(KernelFactory.VECTOR_BITS, vectorBits));
    }
    if (vectorBits > 0 && !KernelFactory.isVectorApiPresent()) {
      throw misuse(
          "--vector-bits %d needs the Vector API: start java with --add-modules jdk.incubator.vector"
              .formatted(vectorBits));
    }
    return options.withVectorBits(vectorBits);
  }

  private int report(Verification verification) {
    Table table = new Table("lr");
    table.row("tensor", "largest difference");
    for (Verification.Difference difference : verification.differences()) {
      table.row(difference.name(), scientific(difference.largest()));
    }
    table.print(host.out());
    double largest = verification.largestDifference();
    boolean near = largest <= ALLOWED;
    boolean same = verification.greedyTokensMatch();
    host.out()
        .println(
            "largest difference %s, allowed %s"
                .formatted(scientific(largest), scientific(ALLOWED)));
    host.out()
        .println(
            "greedy tokens: %d, %s"
                .formatted(
                    verification.greedyTokenCount(), same ? "all as expected" : "not as expected"));
    host.out().println(near && same ? host.good("passed") : host.bad("failed"));
    return near && same ? ExitCode.FINE : ExitCode.CHECK_FAILED;
  }

  private static String scientific(double value) {
    return String.format(Locale.ROOT, "%.2e", value);
  }

  private ParameterException misuse(String message) {
    return new ParameterException(Objects.requireNonNull(spec).commandLine(), message);
  }
}
