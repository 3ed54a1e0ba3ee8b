package io.hunyuan4j.engine;

import io.hunyuan4j.core.generate.ContextOverflow;
import io.hunyuan4j.core.generate.SamplingOptions;
import io.hunyuan4j.core.generate.Speculation;
import io.hunyuan4j.text.InputSpecials;
import io.hunyuan4j.text.grammar.ResponseFormat;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
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
 */
public record TextOptions(
    int maxTokens,
    SamplingOptions sampling,
    List<String> stopStrings,
    InputSpecials promptSpecials,
    ResponseFormat responseFormat,
    ContextOverflow overflow,
    Optional<Duration> timeLimit,
    Speculation speculation) {

  /**
   * Checks the values and copies the list.
   *
   * @throws IllegalArgumentException if {@code maxTokens} is negative, a stop string is empty, or
   *     there is one and a format that it could cut short, or the time limit is negative
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
        new Speculation.None());
  }

  /** The same with another number of tokens. */
  public TextOptions withMaxTokens(int newMaxTokens) {
    return new TextOptions(
        newMaxTokens,
        sampling,
        stopStrings,
        promptSpecials,
        responseFormat,
        overflow,
        timeLimit,
        speculation);
  }

  /** The same with another way to draw tokens. */
  public TextOptions withSampling(SamplingOptions newSampling) {
    return new TextOptions(
        maxTokens,
        newSampling,
        stopStrings,
        promptSpecials,
        responseFormat,
        overflow,
        timeLimit,
        speculation);
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
    return new TextOptions(
        maxTokens,
        sampling,
        newStopStrings,
        promptSpecials,
        responseFormat,
        overflow,
        timeLimit,
        speculation);
  }

  /** The same with another meaning of special tokens in the prompt. */
  public TextOptions withPromptSpecials(InputSpecials specials) {
    return new TextOptions(
        maxTokens,
        sampling,
        stopStrings,
        specials,
        responseFormat,
        overflow,
        timeLimit,
        speculation);
  }

  /** The same for texts of another format. */
  public TextOptions withResponseFormat(ResponseFormat newFormat) {
    return new TextOptions(
        maxTokens,
        sampling,
        stopStrings,
        promptSpecials,
        newFormat,
        overflow,
        timeLimit,
        speculation);
  }

  /** The same with another policy for a full session. */
  public TextOptions withOverflow(ContextOverflow newOverflow) {
    return new TextOptions(
        maxTokens,
        sampling,
        stopStrings,
        promptSpecials,
        responseFormat,
        newOverflow,
        timeLimit,
        speculation);
  }

  /** The same with so much time. */
  public TextOptions withTimeLimit(Duration limit) {
    return new TextOptions(
        maxTokens,
        sampling,
        stopStrings,
        promptSpecials,
        responseFormat,
        overflow,
        Optional.of(limit),
        speculation);
  }

  /** The same with guesses of the next tokens. */
  public TextOptions withSpeculation(Speculation newSpeculation) {
    return new TextOptions(
        maxTokens,
        sampling,
        stopStrings,
        promptSpecials,
        responseFormat,
        overflow,
        timeLimit,
        newSpeculation);
  }
}
