package io.hunyuan4j.cli;

import io.hunyuan4j.core.generate.SamplingOptions;
import io.hunyuan4j.core.generate.SamplingOptions.Builder;
import io.hunyuan4j.engine.Engine;
import io.hunyuan4j.engine.EngineOptions;
import io.hunyuan4j.engine.GeneratedText;
import io.hunyuan4j.engine.Generation;
import io.hunyuan4j.engine.ReadaheadPolicy;
import io.hunyuan4j.engine.TextListener;
import io.hunyuan4j.engine.TextOptions;
import io.hunyuan4j.text.InputSpecials;
import io.hunyuan4j.text.grammar.ResponseFormat;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code hunyuan generate}: continues a text and prints what comes, piece by piece. */
@Command(
    name = "generate",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = "Continues a text. Prints only what is generated, as it comes.",
    footer = {
      "",
      "Settings not given come from the checkpoint's generation_config.json. The same seed gives the same text, on every machine.",
      "",
      "Examples:",
      "  ./hunyuan generate \"Once upon a time\"",
      "  ./hunyuan generate --model ~/models/Hunyuan-A13B --max-tokens 100 --stats - < prompt.txt",
      "  ./hunyuan generate --json-schema person.json \"A person: \"",
      "  ./hunyuan generate --choice yes --choice no \"Is it raining? \""
    })
final class GenerateCommand implements Callable<Integer> {
  private static final TextOptions NEUTRAL =
      new TextOptions(1, SamplingOptions.greedy(), List.of(), InputSpecials.AS_TEXT);

  private final Host host;

  @Spec private @Nullable CommandSpec spec;
  @Mixin private final ModelOption model = new ModelOption();
  @Mixin private final WeightsOption weights = new WeightsOption();
  @Mixin private final ThreadsOption threads = new ThreadsOption();

  @Parameters(
      paramLabel = "PROMPT|-",
      description = "The text to continue; - reads standard input, UTF-8.")
  private String prompt = "";

  @Option(names = "--max-tokens", paramLabel = "N", description = "Tokens to generate at most.")
  private @Nullable Integer maxTokens;

  @Option(
      names = "--temperature",
      paramLabel = "T",
      description = "Divides the logits; 0 always takes the most probable token.")
  private @Nullable Double temperature;

  @Option(
      names = "--top-k",
      paramLabel = "K",
      description = "Only the K most probable tokens; 0: all.")
  private @Nullable Integer topK;

  @Option(
      names = "--top-p",
      paramLabel = "P",
      description = "Only the most probable tokens that make up P together; 1: all.")
  private @Nullable Double topP;

  @Option(
      names = "--min-p",
      paramLabel = "P",
      description = "Only tokens at least P times as probable as the first; 0: all.")
  private @Nullable Double minP;

  @Option(
      names = "--typical-p",
      paramLabel = "P",
      description = "Only the most typical tokens that make up P together; 1: all.")
  private @Nullable Double typicalP;

  @Option(
      names = "--repetition-penalty",
      paramLabel = "R",
      description = "Makes tokens seen before less probable; 1: not.")
  private @Nullable Double repetitionPenalty;

  @Option(
      names = "--frequency-penalty",
      paramLabel = "F",
      description = "Taken off a token's logit for each time it was seen before; 0: nothing.")
  private @Nullable Double frequencyPenalty;

  @Option(
      names = "--presence-penalty",
      paramLabel = "F",
      description = "Taken off a token's logit once if it was seen before; 0: nothing.")
  private @Nullable Double presencePenalty;

  @Option(
      names = "--penalty-window",
      paramLabel = "N",
      description = "Penalties look at the last N tokens of prompt and text; 0: at all.")
  private @Nullable Integer penaltyWindow;

  @Option(
      names = "--logit-bias",
      paramLabel = "ID=B",
      description =
          "Added to the logit of a token, by its id (see tokenize). Can be given several times.")
  private Map<Integer, Double> logitBias = new LinkedHashMap<>();

  @Option(
      names = "--seed",
      paramLabel = "S",
      description = "Start of the random numbers. Default: 0.")
  private @Nullable Long seed;

  @Option(
      names = "--greedy",
      description = "Always the most probable token, without the checkpoint's own penalties.")
  private boolean greedy;

  @Option(
      names = "--stop",
      paramLabel = "TEXT",
      description =
          "Ends the generation where this text comes, without it. Can be given several times.")
  private List<String> stops = new ArrayList<>();

  @ArgGroup private @Nullable FormatOption format;
  @ArgGroup private final SpeculationOption speculation = new SpeculationOption();

  @Option(
      names = "--raw",
      description =
          "Special tokens spelled in the prompt take effect: for a chat prompt ready made.")
  private boolean raw;

  @Option(
      names = "--read-ahead",
      paramLabel = "auto|always|never",
      description =
          "Whether experts' weights are asked for before they are used. auto, the default: where the model is larger than memory.")
  private ReadaheadPolicy readAhead = ReadaheadPolicy.AUTO;

  @Option(names = "--stats", description = "Counts and times afterwards, on standard error.")
  private boolean stats;

  GenerateCommand(Host host) {
    this.host = host;
  }

  @Override
  public Integer call() throws IOException {
    EngineOptions engineOptions =
        EngineOptions.defaults()
            .withThreads(threads.count())
            .withWeights(weights.policy())
            .withReadahead(readAhead);
    ResponseFormat wanted =
        format == null ? new ResponseFormat.FreeText() : format.format(host, command());
    chosen(NEUTRAL, wanted); // wrong values are better found before a long wait
    Path folder = model.folder(host);
    String text = StandardInput.orText(prompt, host, command());
    if (text.isEmpty()) {
      throw new ParameterException(command(), "the prompt is empty");
    }
    EngineOptions draftOptions = EngineOptions.defaults().withThreads(threads.count());
    try (Engine engine = weights.open(host, folder, engineOptions);
        Engine draft = speculation.open(host, draftOptions)) {
      TextOptions options =
          chosen(engine.defaults(), wanted)
              .withSpeculation(speculation.of(engine, draft, command()));
      GeneratedText result = run(engine, text, options);
      host.out().println("");
      host.out().flush();
      if (stats) {
        print(result, engine);
      }
    }
    return ExitCode.FINE;
  }

  private GeneratedText run(Engine engine, String text, TextOptions options) {
    try (Progress progress = Progress.counting(host, "Reading the prompt", "tokens")) {
      Generation generation = start(engine, text, options, progress);
      return generation.result();
    }
  }

  private Generation start(Engine engine, String text, TextOptions options, Progress progress) {
    try {
      return engine.generate(
          text,
          options,
          new TextListener() {
            @Override
            public void onText(String piece) {
              progress.close();
              host.out().print(host.shown(piece));
              host.out().flush();
            }

            @Override
            public void onPromptRead(int read, int total) {
              progress.reached(read, total);
            }
          });
    } catch (IllegalArgumentException e) { // prompt or options do not fit the model
      throw new ParameterException(command(), String.valueOf(e.getMessage()), e);
    }
  }

  /** {@code base} with everything that the command line sets. */
  private TextOptions chosen(TextOptions base, ResponseFormat wanted) {
    TextOptions options = greedy ? base.greedy() : base;
    options = with(options, "--max-tokens", maxTokens, TextOptions::withMaxTokens);
    options =
        with(options, "--temperature", greedy ? null : temperature, TextOptions::withTemperature);
    options = with(options, "--top-k", topK, TextOptions::withTopK);
    options = with(options, "--top-p", topP, TextOptions::withTopP);
    options = with(options, "--min-p", minP, TextOptions::withMinP);
    options = withSampling(options, "--typical-p", typicalP, Builder::typicalP);
    options =
        with(
            options, "--repetition-penalty", repetitionPenalty, TextOptions::withRepetitionPenalty);
    options =
        withSampling(options, "--frequency-penalty", frequencyPenalty, Builder::frequencyPenalty);
    options =
        withSampling(options, "--presence-penalty", presencePenalty, Builder::presencePenalty);
    options = withSampling(options, "--penalty-window", penaltyWindow, Builder::penaltyWindow);
    options =
        withSampling(
            options, "--logit-bias", logitBias.isEmpty() ? null : logitBias, Builder::logitBias);
    options = with(options, "--seed", seed, TextOptions::withSeed);
    options = options.withResponseFormat(wanted); // before what may not stand beside it
    options = with(options, "--stop", stops.isEmpty() ? null : stops, TextOptions::withStopStrings);
    return options.withPromptSpecials(raw ? InputSpecials.ALLOWED : InputSpecials.AS_TEXT);
  }

  private <T> TextOptions with(
      TextOptions options,
      String name,
      @Nullable T value,
      BiFunction<TextOptions, T, TextOptions> change) {
    if (value == null) {
      return options;
    }
    try {
      return change.apply(options, value);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command(), name + ": " + e.getMessage(), e);
    }
  }

  private <T> TextOptions withSampling(
      TextOptions options, String name, @Nullable T value, BiFunction<Builder, T, Builder> change) {
    return with(
        options, name, value, (o, v) -> o.withSampling(sampling -> change.apply(sampling, v)));
  }

  private void print(GeneratedText result, Engine engine) {
    host.err()
        .printf(
            Locale.ROOT,
            "prompt %d tokens, generated %d tokens, first token after %.2f s, then %.1f tokens/s,"
                + " ended by %s, vectors of %d bits, %d threads%n",
            result.promptTokens(),
            result.generatedTokens(),
            result.timeToFirstToken().toNanos() / 1e9,
            result.tokensPerSecond(),
            result.stopReason(),
            engine.kernels().vectorBits(),
            engine.kernels().threads());
  }

  private CommandLine command() {
    return Objects.requireNonNull(spec).commandLine();
  }
}
