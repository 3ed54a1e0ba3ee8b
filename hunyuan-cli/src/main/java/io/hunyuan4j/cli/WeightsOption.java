package io.hunyuan4j.cli;

import io.hunyuan4j.engine.Engine;
import io.hunyuan4j.engine.EngineOptions;
import io.hunyuan4j.engine.UnmatchedPatternException;
import io.hunyuan4j.engine.WeightPolicy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code --weights FORMAT} and {@code --tensor PATTERN=FORMAT}. */
final class WeightsOption {
  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec command;

  @Option(
      names = "--weights",
      paramLabel = "as-is|bf16|f16|q8|q4",
      description =
          "Format to convert weights to; with q4 the embedding and the head become q8. Never widens. Default: as-is.")
  private String format = WeightPolicy.asIs().spelling();

  @Option(
      names = "--tensor",
      paramLabel = "PATTERN=FORMAT",
      description =
          "Another format for weights of that name; * stands for anything. Can be given several times, the last that matches counts.")
  private List<String> rules = new ArrayList<>();

  /**
   * What is asked for.
   *
   * @throws ParameterException if it is not spelled as it should be
   */
  WeightPolicy policy() {
    parse("--weights", format, List.of()); // to know which option is wrong
    return parse("--tensor", format, rules);
  }

  private WeightPolicy parse(String option, String chosen, List<String> chosenRules) {
    try {
      return WeightPolicy.parse(chosen, chosenRules);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(
          Objects.requireNonNull(command).commandLine(), option + ": " + e.getMessage(), e);
    }
  }

  /**
   * An engine whose options have {@link #policy}.
   *
   * @throws ParameterException if a rule matches no weight
   */
  Engine open(Host host, Path folder, EngineOptions options) throws IOException {
    try (Progress progress = Progress.of(host, "Opening " + folder)) {
      return Engine.open(folder, options, progress::reached);
    } catch (UnmatchedPatternException e) {
      throw mismatch(e);
    }
  }

  /** The usage error of a rule that matches no weight, which only the model can tell. */
  ParameterException mismatch(UnmatchedPatternException e) {
    return new ParameterException(
        Objects.requireNonNull(command).commandLine(), "--tensor: " + e.getMessage(), e);
  }
}
