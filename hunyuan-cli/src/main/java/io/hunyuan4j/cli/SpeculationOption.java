package io.hunyuan4j.cli;

import io.hunyuan4j.core.generate.Speculation;
import io.hunyuan4j.engine.Engine;
import io.hunyuan4j.engine.EngineOptions;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Where guesses of the next tokens come from: one of two options, or none of them. */
final class SpeculationOption {
  @Option(
      names = "--prompt-lookup",
      description =
          "Guesses tokens by what followed the last time; the same text, sooner where it repeats itself.")
  private boolean promptLookup;

  @Option(
      names = "--draft",
      paramLabel = "DIR",
      description =
          "Guesses tokens by a smaller model of the same vocabulary; the same text, sooner where it is often right.")
  private @Nullable Path draft;

  /** The smaller model, if one is asked for; the caller closes it. */
  @Nullable Engine open(Host host, EngineOptions options) throws IOException {
    if (draft == null) {
      return null;
    }
    Path folder = ModelOption.existing(draft);
    try (Progress progress = Progress.of(host, "Opening " + folder)) {
      return Engine.open(folder, options, progress::reached);
    }
  }

  /**
   * What is asked for.
   *
   * @param opened what {@link #open} gave
   * @throws ParameterException if the smaller model's vocabulary is another one
   */
  Speculation of(Engine engine, @Nullable Engine opened, CommandLine command) {
    if (opened == null) {
      return promptLookup
          ? new Speculation.PromptLookup(Speculation.DEFAULT_TOKENS)
          : new Speculation.None();
    }
    int expected = engine.model().shape().vocabSize();
    int found = opened.model().shape().vocabSize();
    if (found != expected) {
      throw new ParameterException(
          command,
          "--draft: expected a model with the vocabulary of %d tokens that the model has, found one of %d"
              .formatted(expected, found));
    }
    return new Speculation.DraftModel(opened.model(), Speculation.DEFAULT_TOKENS);
  }
}
