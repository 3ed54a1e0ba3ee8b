package io.hunyuan4j.core.generate;

import java.time.Duration;
import java.util.List;

/**
 * The tokens of a generation and how it went.
 *
 * @param tokens what was generated, without a token that ended it
 * @param logprobs of each token, if asked for; else empty
 * @param stopReason why it ended
 * @param promptTokens tokens of the prompt
 * @param cachedPromptTokens how many of them a {@link io.hunyuan4j.core.PrefixCache} knew, so that
 *     the model did not run them
 * @param timeToFirstToken from the start to the first generated token, or to the end where there is
 *     none
 * @param total from the start to the end
 */
public record GenerationResult(
    List<Integer> tokens,
    List<TokenLogprobs> logprobs,
    StopReason stopReason,
    int promptTokens,
    int cachedPromptTokens,
    Duration timeToFirstToken,
    Duration total) {

  /** Copies the lists. */
  public GenerationResult {
    tokens = List.copyOf(tokens);
    logprobs = List.copyOf(logprobs);
  }

  /**
   * The same for a prompt of which a session held the beginning: so many tokens it had in all, so
   * many of them were known, and so long it took until the rest was asked for.
   */
  public GenerationResult ofPrompt(int allTokens, int knownTokens, Duration before) {
    return new GenerationResult(
        tokens,
        logprobs,
        stopReason,
        allTokens,
        knownTokens,
        before.plus(timeToFirstToken),
        before.plus(total));
  }

  /** Tokens per second after the first one; 0 where there are fewer than two. */
  public double tokensPerSecond() {
    double seconds = total.minus(timeToFirstToken).toNanos() / 1e9;
    return tokens.size() < 2 || seconds <= 0 ? 0 : (tokens.size() - 1) / seconds;
  }
}
