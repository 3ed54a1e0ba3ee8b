package io.hunyuan4j.core.generate;

import io.hunyuan4j.core.LanguageModel;
import java.util.Objects;

/**
 * Where guesses of the next tokens come from. The model runs them together with the last token, and
 * each that is what would have been drawn anyway saves a pass: the text is the same with and
 * without, token by token, whatever the {@link SamplingOptions} are.
 *
 * <p>Guesses are a matter of speed only. How many there are adapts to how many were right. Where
 * expert capacity makes results depend on how tokens are cut into calls, there are none. Statistics
 * and an observer of the session are told of wrong ones too.
 */
public sealed interface Speculation {
  /** Guesses at once unless said otherwise. */
  int DEFAULT_TOKENS = 7;

  /** More at once are refused: each takes a row of logits, and so many are hardly ever right. */
  int MOST_TOKENS = 64;

  /** How many guesses at once, at most. */
  int tokens();

  /**
   * Refuses a draft model that does not know the same tokens.
   *
   * @throws IllegalArgumentException if it has another vocabulary
   */
  default void checkVocabulary(int vocabSize) {
    int known =
        switch (this) {
          case None() -> vocabSize;
          case PromptLookup _ -> vocabSize;
          case DraftModel(LanguageModel draft, int _) -> draft.shape().vocabSize();
        };
    if (known != vocabSize) {
      throw new IllegalArgumentException(
          "a draft model needs the model's vocabulary of %d tokens, not one of %d"
              .formatted(vocabSize, known));
    }
  }

  /** No guesses. */
  record None() implements Speculation {
    @Override
    public int tokens() {
      return 0;
    }
  }

  /**
   * What followed the last time that the text's last tokens stood there: for texts that repeat
   * their prompt, as summaries and edited programs do.
   *
   * @param tokens how many at once, from 1 to {@value #MOST_TOKENS}
   */
  record PromptLookup(int tokens) implements Speculation {
    /** Checks the number. */
    public PromptLookup {
      checkTokens(tokens);
    }
  }

  /**
   * What a smaller model of the same vocabulary finds most probable.
   *
   * @param draft the smaller model, that must not be closed before the generation ends
   * @param tokens how many at once, from 1 to {@value #MOST_TOKENS}
   */
  record DraftModel(LanguageModel draft, int tokens) implements Speculation {
    /** Checks the number. */
    public DraftModel {
      Objects.requireNonNull(draft, "draft");
      checkTokens(tokens);
    }
  }

  private static void checkTokens(int tokens) {
    if (tokens < 1 || tokens > MOST_TOKENS) {
      throw new IllegalArgumentException(
          "expected 1 to %d guesses at once, not %d".formatted(MOST_TOKENS, tokens));
    }
  }
}
