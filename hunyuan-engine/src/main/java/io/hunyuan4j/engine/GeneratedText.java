package io.hunyuan4j.engine;

import io.hunyuan4j.core.generate.GenerationResult;
import io.hunyuan4j.core.generate.StopReason;
import io.hunyuan4j.core.generate.TokenLogprobs;
import java.time.Duration;
import java.util.List;

/**
 * A generated text and how it came about.
 *
 * @param text the text, up to a stop string if one ended it
 * @param generation the tokens behind it and the times they took
 */
public record GeneratedText(String text, GenerationResult generation) {

  /** The generated tokens, all of them, also where a stop string cut the text. */
  public List<Integer> tokens() {
    return generation.tokens();
  }

  /**
   * Log-probabilities of each token, if asked for by {@link TextOptions#withLogprobs}; else empty.
   */
  public List<TokenLogprobs> logprobs() {
    return generation.logprobs();
  }

  /** Why it ended. */
  public StopReason stopReason() {
    return generation.stopReason();
  }

  /** Tokens of the prompt. */
  public int promptTokens() {
    return generation.promptTokens();
  }

  /** Tokens of the prompt that the prefix cache knew, so that the model did not run them. */
  public int cachedPromptTokens() {
    return generation.cachedPromptTokens();
  }

  /** Tokens generated. */
  public int generatedTokens() {
    return generation.tokens().size();
  }

  /** From the start to the first token. */
  public Duration timeToFirstToken() {
    return generation.timeToFirstToken();
  }

  /** Tokens per second after the first. */
  public double tokensPerSecond() {
    return generation.tokensPerSecond();
  }
}
