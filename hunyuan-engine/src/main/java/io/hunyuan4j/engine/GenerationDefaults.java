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

  static GenerationDefaults read(Checkpoint checkpoint) throws IOException {
    Optional<ConfigSource> generation = checkpoint.config("generation_config.json");
    List<Integer> stops =
        generation
            .filter(c -> c.has("eos_token_id"))
            .orElse(checkpoint.config())
            .integers("eos_token_id");
    return new GenerationDefaults(
        generation.map(GenerationDefaults::options).orElse(standard()), new HashSet<>(stops));
  }

  private static TextOptions standard() {
    return new TextOptions(MAX_TOKENS, SamplingOptions.greedy(), List.of(), InputSpecials.AS_TEXT);
  }

  private static TextOptions options(ConfigSource config) {
    // As Hugging Face: greedy unless told to sample, and a negative top-k means all.
    double temperature = config.flag("do_sample", false) ? config.number("temperature", 1) : 0;
    try {
      SamplingOptions sampling =
          new SamplingOptions(
              temperature,
              Math.max(0, config.optionalInteger("top_k").orElse(0)),
              config.number("top_p", 1),
              config.number("min_p", 0),
              config.number("repetition_penalty", 1),
              0);
      return standard()
          .withSampling(sampling)
          .withMaxTokens(config.optionalInteger("max_new_tokens").orElse(MAX_TOKENS));
    } catch (IllegalArgumentException e) {
      throw config.invalid("", String.valueOf(e.getMessage()));
    }
  }
}
