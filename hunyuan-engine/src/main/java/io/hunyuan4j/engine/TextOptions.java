package io.hunyuan4j.engine;

import io.hunyuan4j.core.generate.ContextOverflow;
import io.hunyuan4j.core.generate.GenerationOptions;
import io.hunyuan4j.core.generate.SamplingOptions;
import io.hunyuan4j.core.generate.Speculation;
import io.hunyuan4j.text.InputSpecials;
import io.hunyuan4j.text.grammar.ResponseFormat;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * What to generate. {@link Engine#defaults()} has the checkpoint's own settings; the {@code with…}
 * methods change one.
 *
 * @param maxTokens how many tokens at most, at least 0
 * @param sampling how they are drawn
 * @param stopStrings texts that end the generation and are not part of it, none empty
 * @param promptSpecials whether special tokens spelled in the prompt take effect; not for prompts
 *     that strangers write
 * @param responseFormat what the text must be; {@link ResponseFormat.FreeText} leaves the model
 *     alone
 * @param overflow what happens when the session is full
 * @param timeLimit after how much time it ends as it is, waiting for others included; also where a
 *     format is then cut short
 * @param speculation where guesses of the next tokens come from, which may save time and change no
 *     text; a draft model is another engine's {@link Engine#model}, of the same vocabulary
 * @param logprobs for how many of the most probable tokens at each place, besides the one that is
 *     drawn, to tell log-probabilities ({@link GeneratedText#logprobs}); {@link
 *     GenerationOptions#NO_LOGPROBS} for none at all
 */
public record TextOptions(
    int maxTokens,
    SamplingOptions sampling,
    List<String> stopStrings,
    InputSpecials promptSpecials,
    ResponseFormat responseFormat,
    ContextOverflow overflow,
    Optional<Duration> timeLimit,
    Speculation speculation,
    int logprobs) {

  /**
   * Checks the values and copies the list.
   *
   * @throws IllegalArgumentException if {@code maxTokens} is negative, a stop string is empty, or
   *     there is one and a format that it could cut short, the time limit is negative, or a number
   *     of log-probabilities is
   */
  public TextOptions {
    Objects.requireNonNull(sampling, "sampling");
    Objects.requireNonNull(promptSpecials, "promptSpecials");
    Objects.requireNonNull(responseFormat, "responseFormat");
    Objects.requireNonNull(overflow, "overflow");
    Objects.requireNonNull(speculation, "speculation");
    timeLimit
        .filter(Duration::isNegative)
        .ifPresent(
            limit -> {
              throw new IllegalArgumentException("a time limit must be at least 0, not " + limit);
            });
    stopStrings = List.copyOf(stopStrings);
    if (maxTokens < 0) {
      throw new IllegalArgumentException("max tokens must be at least 0, not " + maxTokens);
    }
    if (logprobs < GenerationOptions.NO_LOGPROBS) {
      throw new IllegalArgumentException("logprobs must be at least 0, not " + logprobs);
    }
    if (stopStrings.contains("")) {
      throw new IllegalArgumentException("a stop string must not be empty");
    }
    if (!stopStrings.isEmpty() && !(responseFormat instanceof ResponseFormat.FreeText)) {
      throw new IllegalArgumentException(
          "a stop string could cut a text short that must be of a format: \"%s\""
              .formatted(stopStrings.getFirst()));
    }
  }

  /** For free text, which ends where the session is full. */
  public TextOptions(
      int maxTokens,
      SamplingOptions sampling,
      List<String> stopStrings,
      InputSpecials promptSpecials) {
    this(
        maxTokens,
        sampling,
        stopStrings,
        promptSpecials,
        new ResponseFormat.FreeText(),
        new ContextOverflow.Stop(),
        Optional.empty(),
        new Speculation.None(),
        GenerationOptions.NO_LOGPROBS);
  }

  /** The same with another number of tokens. */
  public TextOptions withMaxTokens(int newMaxTokens) {
    return changed(c -> c.maxTokens = newMaxTokens);
  }

  /** The same with another way to draw tokens. */
  public TextOptions withSampling(SamplingOptions newSampling) {
    return changed(c -> c.sampling = newSampling);
  }

  /** The same with these changes to the way that tokens are drawn. */
  public TextOptions withSampling(UnaryOperator<SamplingOptions.Builder> change) {
    return withSampling(change.apply(sampling.toBuilder()).build());
  }

  /** The same with another temperature; 0 is greedy. */
  public TextOptions withTemperature(double temperature) {
    return withSampling(changed -> changed.temperature(temperature));
  }

  /** The same with another top-k; 0 means all. */
  public TextOptions withTopK(int topK) {
    return withSampling(changed -> changed.topK(topK));
  }

  /** The same with another top-p; 1 means all. */
  public TextOptions withTopP(double topP) {
    return withSampling(changed -> changed.topP(topP));
  }

  /** The same with another min-p; 0 means all. */
  public TextOptions withMinP(double minP) {
    return withSampling(changed -> changed.minP(minP));
  }

  /** The same with another repetition penalty; 1 means none. */
  public TextOptions withRepetitionPenalty(double penalty) {
    return withSampling(changed -> changed.repetitionPenalty(penalty));
  }

  /** The same with another seed. */
  public TextOptions withSeed(long seed) {
    return withSampling(changed -> changed.seed(seed));
  }

  /** The same, always taking the most probable token, without a penalty. */
  public TextOptions greedy() {
    return withSampling(SamplingOptions.greedy());
  }

  /** The same with other stop strings. */
  public TextOptions withStopStrings(List<String> newStopStrings) {
    return changed(c -> c.stopStrings = newStopStrings);
  }

  /** The same with another meaning of special tokens in the prompt. */
  public TextOptions withPromptSpecials(InputSpecials specials) {
    return changed(c -> c.promptSpecials = specials);
  }

  /** The same for texts of another format. */
  public TextOptions withResponseFormat(ResponseFormat newFormat) {
    return changed(c -> c.responseFormat = newFormat);
  }

  /** The same with another policy for a full session. */
  public TextOptions withOverflow(ContextOverflow newOverflow) {
    return changed(c -> c.overflow = newOverflow);
  }

  /** The same with so much time. */
  public TextOptions withTimeLimit(Duration limit) {
    return changed(c -> c.timeLimit = Optional.of(limit));
  }

  /** The same with guesses of the next tokens. */
  public TextOptions withSpeculation(Speculation newSpeculation) {
    return changed(c -> c.speculation = newSpeculation);
  }

  /** The same with log-probabilities of the drawn token and of so many of the most probable. */
  public TextOptions withLogprobs(int newLogprobs) {
    return changed(c -> c.logprobs = newLogprobs);
  }

  private TextOptions changed(Consumer<Changed> change) {
    Changed changed = new Changed(this);
    change.accept(changed);
    return changed.options();
  }

  /** These options while one of them changes. */
  private static final class Changed {
    private int maxTokens;
    private SamplingOptions sampling;
    private List<String> stopStrings;
    private InputSpecials promptSpecials;
    private ResponseFormat responseFormat;
    private ContextOverflow overflow;
    private Optional<Duration> timeLimit;
    private Speculation speculation;
    private int logprobs;

    Changed(TextOptions from) {
      maxTokens = from.maxTokens;
      sampling = from.sampling;
      stopStrings = from.stopStrings;
      promptSpecials = from.promptSpecials;
      responseFormat = from.responseFormat;
      overflow = from.overflow;
      timeLimit = from.timeLimit;
      speculation = from.speculation;
      logprobs = from.logprobs;
    }

    TextOptions options() {
      return new TextOptions(
          maxTokens,
          sampling,
          stopStrings,
          promptSpecials,
          responseFormat,
          overflow,
          timeLimit,
          speculation,
          logprobs);
    }
  }
}
