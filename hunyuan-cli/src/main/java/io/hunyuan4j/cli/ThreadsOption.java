package io.hunyuan4j.cli;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code --threads N}, by default one a processor. */
final class ThreadsOption {
  private static final int MOST = 1024;

  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec command;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads to compute with. Default: one a processor. Never changes the result.")
  private @Nullable Integer threads;

  /**
   * How many.
   *
   * @throws ParameterException if it is not a possible number
   */
  int count() {
    int count =
        threads != null ? threads : Math.min(Runtime.getRuntime().availableProcessors(), MOST);
    if (count < 1 || count > MOST) {
      throw new ParameterException(
          Objects.requireNonNull(command).commandLine(),
          "--threads must be between 1 and %d, not %d".formatted(MOST, count));
    }
    return count;
  }
}
