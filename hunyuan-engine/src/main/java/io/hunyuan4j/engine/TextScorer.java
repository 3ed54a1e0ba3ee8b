package io.hunyuan4j.engine;

import io.hunyuan4j.core.Scheduler;
import io.hunyuan4j.core.Session;
import io.hunyuan4j.core.generate.Cancellation;
import io.hunyuan4j.core.generate.Perplexity;
import io.hunyuan4j.core.generate.Scorer;
import io.hunyuan4j.core.generate.TokenScore;
import io.hunyuan4j.text.InputSpecials;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What {@link Engine#score} and {@link Engine#perplexity} do: decides which tokens are scored, and
 * takes a place among the generations for it.
 */
record TextScorer(Requests requests) {

  /**
   * A prompt with one continuation as tokens.
   *
   * @param from the first one that is scored
   */
  private record Whole(int[] tokens, int from) {}

  /** Scores continuations of a prompt. */
  List<ScoredText> score(String prompt, List<String> continuations, Cancellation cancellation) {
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
    try (Scheduler.Seat seat = requests.seat();
        Session session = requests.newSession()) {
      scores = new Scorer(requests.model(), seat).score(prefix, session, rests, cancellation);
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
    int positions = requests.maxPositions();
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
    return requests.tokenizer().encode(text, InputSpecials.AS_TEXT);
  }

  /** The perplexity of a text. */
  Perplexity perplexity(int[] tokens, ProgressListener progress, Cancellation cancellation) {
    try (Scheduler.Seat seat = requests.seat()) {
      return new Scorer(requests.model(), seat)
          .perplexity(
              tokens,
              requests.sessionOptions(),
              scored -> progress.onProgress(scored, tokens.length - 1L),
              cancellation);
    }
  }
}
