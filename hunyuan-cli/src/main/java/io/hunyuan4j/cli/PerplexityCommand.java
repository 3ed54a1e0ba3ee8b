package io.hunyuan4j.cli;

import io.hunyuan4j.core.generate.Perplexity;
import io.hunyuan4j.engine.Engine;
import io.hunyuan4j.engine.EngineOptions;
import io.hunyuan4j.text.InputSpecials;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code hunyuan perplexity}: how surprising a text is to a model. */
@Command(
    name = "perplexity",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = "Tells how surprising a text is to a model: exp of the mean -ln p of its tokens.",
    footer = {
      "",
      "A text longer than the window is read in windows that overlap by half; every token but the first counts once. Models read windows longer than they were trained on less well.",
      "",
      "Examples:",
      "  ./hunyuan perplexity story.txt",
      "  ./hunyuan perplexity --raw --window 512 chats.txt",
      "  ./hunyuan perplexity --model ~/models/Hunyuan-A13B --weights q8 --window 2048 - < story.txt"
    })
final class PerplexityCommand implements Callable<Integer> {
  private final Host host;

  @Spec private @Nullable CommandSpec spec;
  @Mixin private final ModelOption model = new ModelOption();
  @Mixin private final WeightsOption weights = new WeightsOption();
  @Mixin private final ThreadsOption threads = new ThreadsOption();

  @Parameters(
      paramLabel = "FILE|-",
      description = "The text, UTF-8; - reads standard input to its last byte.")
  private String file = "";

  @Option(
      names = "--window",
      paramLabel = "N",
      description = "Tokens that are read together at most. Default: the model's positions.")
  private @Nullable Integer window;

  @Option(
      names = "--raw",
      description =
          "Special tokens spelled in the text take effect: for texts as a model was trained on, whose documents or turns they separate. Otherwise their spelling is text like any other, and surprises such a model much more.")
  private boolean raw;

  PerplexityCommand(Host host) {
    this.host = host;
  }

  @Override
  public Integer call() throws IOException {
    EngineOptions options =
        EngineOptions.defaults().withThreads(threads.count()).withWeights(weights.policy());
    if (window != null) {
      if (window < 1) {
        throw misuse("--window must be at least 1, not " + window);
      }
      options = options.withMaxPositions(window);
    }
    Path folder = model.folder(host);
    String text = new TextFile(host, command()).read(file);
    Perplexity perplexity;
    try (Engine engine = weights.open(host, folder, options)) {
      perplexity = perplexity(engine, text);
    }
    if (Double.isNaN(perplexity.value())) {
      throw new UnusableModelException(
          folder + ": expected log-probabilities of the text's tokens, found NaN");
    }
    print(perplexity);
    return ExitCode.FINE;
  }

  private Perplexity perplexity(Engine engine, String text) {
    try (Progress progress = Progress.counting(host, "Reading the text", "tokens")) {
      return engine.perplexity(
          text, raw ? InputSpecials.ALLOWED : InputSpecials.AS_TEXT, progress::reached);
    } catch (IllegalArgumentException e) { // too few tokens
      throw misuse("%s: %s".formatted(TextFile.name(file), e.getMessage()));
    }
  }

  private void print(Perplexity perplexity) {
    Table table = new Table("lr");
    table.row("perplexity", decimals(perplexity.value()));
    table.row("mean -ln p", decimals(perplexity.meanNegativeLogLikelihood()));
    table.row("tokens", Amounts.count(perplexity.tokens()));
    table.row("scored", Amounts.count(perplexity.scoredTokens()));
    table.print(host.out());
  }

  private static String decimals(double value) {
    return String.format(Locale.ROOT, "%.4f", value);
  }

  private CommandLine command() {
    return Objects.requireNonNull(spec).commandLine();
  }

  private ParameterException misuse(String message) {
    return new ParameterException(command(), message);
  }
}
