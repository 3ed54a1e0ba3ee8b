package io.hunyuan4j.engine;

import io.hunyuan4j.core.ConfigSource;
import io.hunyuan4j.core.generate.SamplingOptions;
import io.hunyuan4j.loader.Checkpoint;
import io.hunyuan4j.text.InputSpecials;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a checkpoint says about generation: {@code generation_config.json}, and {@code config.json}
 * where that has no end tokens.
 *
 * @param options the settings
 * @param stopTokens tokens that end a text
 */
record GenerationDefaults(TextOptions options, Set<Integer> stopTokens) {
  private static final int MAX_TOKENS = 256;

  /** Of a checkpoint whose model has so many tokens. */
  static GenerationDefaults read(Checkpoint checkpoint, int vocabSize) throws IOException {
    Optional<ConfigSource> generation = checkpoint.config("generation_config.json");
    List<Integer> stops =
        generation
            .filter(c -> c.has("eos_token_id"))
            .orElse(checkpoint.config())
            .integers("eos_token_id");
    return new GenerationDefaults(
        generation.map(config -> options(config, vocabSize)).orElse(standard()),
        new HashSet<>(stops));
  }

  private static TextOptions standard() {
    return new TextOptions(MAX_TOKENS, SamplingOptions.greedy(), List.of(), InputSpecials.AS_TEXT);
  }

  private static TextOptions options(ConfigSource config, int vocabSize) {
    // As Hugging Face: greedy unless told to sample, and a negative top-k means all.
    double temperature = config.flag("do_sample", false) ? config.number("temperature", 1) : 0;
    try {
      SamplingOptions sampling =
          SamplingOptions.builder()
              .bannedTokens(Set.copyOf(config.integers("suppress_tokens")))
              .repetitionPenalty(config.number("repetition_penalty", 1))
              .frequencyPenalty(config.number("frequency_penalty", 0))
              .presencePenalty(config.number("presence_penalty", 0))
              .temperature(temperature)
              .topK(Math.max(0, config.optionalInteger("top_k").orElse(0)))
              .topP(config.number("top_p", 1))
              .minP(config.number("min_p", 0))
              .typicalP(config.number("typical_p", 1))
              .build();
      sampling.checkTokens(vocabSize);
      return standard()
          .withSampling(sampling)
          .withMaxTokens(config.optionalInteger("max_new_tokens").orElse(MAX_TOKENS));
    } catch (IllegalArgumentException e) {
      throw config.invalid("", String.valueOf(e.getMessage()));
    }
  }
}
