package io.hunyuan4j.engine;

import io.hunyuan4j.core.LanguageModel;
import io.hunyuan4j.core.Session;
import io.hunyuan4j.core.SessionOptions;
import io.hunyuan4j.core.generate.Cancellation;
import io.hunyuan4j.core.generate.Perplexity;
import io.hunyuan4j.core.generate.Scorer;
import io.hunyuan4j.core.generate.TokenScore;
import io.hunyuan4j.text.InputSpecials;
import io.hunyuan4j.text.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/**
 * What {@link Engine#score} and {@link Engine#perplexity} do: decides which tokens are scored.
 *
 * @param positions tokens that a session may have
 */
record TextScorer(LanguageModel model, Tokenizer tokenizer, int positions) {

  /**
   * A prompt with one continuation as tokens.
   *
   * @param from the first one that is scored
   */
  private record Whole(int[] tokens, int from) {}

  /** Scores continuations, in a session that {@code sessions} makes. */
  List<ScoredText> score(String prompt, List<String> continuations, Supplier<Session> sessions) {
    List<Whole> wholes = wholes(prompt, continuations);
    if (wholes.isEmpty()) {
      return List.of();
    }
    int shared = wholes.stream().mapToInt(Whole::from).min().orElseThrow();
    int[] prefix = Arrays.copyOf(wholes.getFirst().tokens, shared);
    List<int[]> rests = new ArrayList<>();
    for (Whole whole : wholes) {
      rests.add(Arrays.copyOfRange(whole.tokens, shared, whole.tokens.length));
    }
    List<List<TokenScore>> scores;
    try (Session session = sessions.get()) {
      scores = new Scorer(model).score(prefix, session, rests, new Cancellation());
    }
    List<ScoredText> scored = new ArrayList<>();
    for (int i = 0; i < wholes.size(); i++) {
      List<TokenScore> all = scores.get(i);
      List<TokenScore> own = all.subList(wholes.get(i).from - shared, all.size());
      scored.add(new ScoredText(continuations.get(i), own));
    }
    return scored;
  }

  private List<Whole> wholes(String prompt, List<String> continuations) {
    int[] alone = tokens(prompt.substring(0, lengthWithoutTrailingBlanks(prompt)));
    if (alone.length == 0) {
      throw new IllegalArgumentException(
          "a prompt needs more than blanks: the first token of a text has no probability");
    }
    List<Whole> wholes = new ArrayList<>();
    for (int i = 0; i < continuations.size(); i++) {
      wholes.add(whole(prompt, alone, continuations.get(i), i));
    }
    return wholes;
  }

  private Whole whole(String prompt, int[] alone, String continuation, int index) {
    int[] tokens = tokens(prompt + continuation);
    int different = Arrays.mismatch(tokens, alone);
    if (continuation.isEmpty() || different < 0 || different == tokens.length) {
      throw new IllegalArgumentException("continuation %d has no tokens".formatted(index));
    }
    if (different == 0) {
      throw new IllegalArgumentException(
          "continuation %d joins the first token of the prompt, which has no probability"
              .formatted(index));
    }
    if (tokens.length - 1 > positions) { // the last one needs none
      throw new IllegalArgumentException(
          "a prompt with continuation %d has %d tokens, which do not fit the model's %d positions"
              .formatted(index, tokens.length, positions));
    }
    return new Whole(tokens, different);
  }

  /** What Python's {@code rstrip} leaves of a text, as in lm-evaluation-harness. */
  private static int lengthWithoutTrailingBlanks(String text) {
    int length = text.length();
    while (length > 0 && isBlank(text.charAt(length - 1))) {
      length--;
    }
    return length;
  }

  private static boolean isBlank(char c) {
    return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == '\u0085';
  }

  private int[] tokens(String text) {
    return tokenizer.encode(text, InputSpecials.AS_TEXT);
  }

  /** The perplexity of a text, read by a session of such options. */
  Perplexity perplexity(int[] tokens, SessionOptions options, ProgressListener progress) {
    return new Scorer(model)
        .perplexity(tokens, options, scored -> progress.onProgress(scored, tokens.length - 1L));
  }
}
