package io.hunyuan4j.core.generate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hunyuan4j.core.LanguageModel;
import io.hunyuan4j.core.MapConfig;
import io.hunyuan4j.core.PrefixCache;
import io.hunyuan4j.core.RandomWeights;
import io.hunyuan4j.core.Scheduler;
import io.hunyuan4j.core.Session;
import io.hunyuan4j.core.SessionOptions;
import io.hunyuan4j.core.TestModels;
import io.hunyuan4j.kernels.FloatMatrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;

/** Scores are the log-probabilities of plain forward passes, bit for bit, however they are made. */
class ScorerTest {
  private static final int VOCAB = 50;
  private static final int ROW_BYTES = Float.BYTES * VOCAB;
  private static final int[] PROMPT = TestModels.tokens(70, VOCAB);
  private static final List<int[]> CONTINUATIONS =
      List.of(
          new int[] {3},
          new int[] {4, 5, 6, 7},
          new int[] {4, 5, 6, 8},
          TestModels.tokens(23, VOCAB),
          new int[] {9, 9},
          new int[] {1});

  private final LanguageModel model = TestModels.build(MapConfig.tinyLarge(), new RandomWeights());

  /** By a session of its own for every token: reads all before it and looks at the logits. */
  private List<TokenScore> plain(int[] text, int from) {
    List<TokenScore> scores = new ArrayList<>();
    for (int at = from; at < text.length; at++) {
      try (Session session = model.newSession(SessionOptions.ofCapacity(at))) {
        float[] logits = model.forward(Arrays.copyOf(text, at), session);
        int greedy = 0;
        for (int token = 1; token < VOCAB; token++) {
          greedy = logits[token] > logits[greedy] ? token : greedy;
        }
        double logprob =
            new Logprobs(VOCAB).of(FloatMatrix.of(logits, 1, VOCAB), 0, text[at], 0).logprob();
        scores.add(new TokenScore(text[at], logprob, text[at] == greedy));
      }
    }
    return scores;
  }

  private List<List<TokenScore>> plainOf(int[] before) {
    return CONTINUATIONS.stream().map(c -> plain(joined(before, c), before.length)).toList();
  }

  private static int[] joined(int[] first, int... second) {
    int[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  private List<List<TokenScore>> score(Scorer scorer, Session session) {
    return scorer.score(PROMPT, session, CONTINUATIONS, new Cancellation());
  }

  private Session session(int capacity) {
    return model.newSession(SessionOptions.ofCapacity(capacity));
  }

  @Test
  void score_isThatOfPlainPasses_andTheSessionHoldsThePrompt() {
    try (Session session = session(200)) {
      assertEquals(plainOf(PROMPT), score(new Scorer(model), session));
      assertArrayEquals(PROMPT, session.tokens());
    }
    assertEquals(0, model.keyValueMemory().liveBytes(), "forks are closed");
  }

  @Test
  void score_anyChunkAndPieceOfLogits_sameBits() {
    List<List<TokenScore>> expected = plainOf(PROMPT);
    for (int chunk : List.of(1, 5, 64)) {
      for (int rows : List.of(0, 1, 3, 7, 1000)) {
        try (Session session = session(200)) {
          Scorer scorer = new Scorer(model, model::forward, chunk, (long) rows * ROW_BYTES);
          assertEquals(expected, score(scorer, session), chunk + " tokens, " + rows + " rows");
        }
      }
    }
  }

  @Test
  void score_behindWhatTheSessionHolds_givenAllOfIt() {
    int[] before = {11, 12, 13};
    try (Session session = session(200)) {
      model.forward(before, session);
      assertEquals(plainOf(joined(before, PROMPT)), score(new Scorer(model), session));
    }
  }

  @Test
  void score_promptThatIsCached_sameBits() {
    List<List<TokenScore>> expected = plainOf(PROMPT);
    try (PrefixCache cache = new PrefixCache(model, 1 << 20)) {
      for (int time = 0; time < 2; time++) {
        try (Session session = cache.newSession(SessionOptions.ofCapacity(200))) {
          assertEquals(expected, score(new Scorer(model), session));
        }
      }
      try (Session session = cache.newSession(SessionOptions.ofCapacity(200))) {
        assertEquals(64, session.reuse(PROMPT), "it was offered");
      }
    }
  }

  @Test
  void score_whatGreedyGenerationSays_isGreedy() {
    GenerationOptions greedy = new GenerationOptions(12, SamplingOptions.greedy(), Set.of(), 512);
    int[] said;
    try (Session session = session(200)) {
      said =
          new Generator(model)
              .generate(PROMPT, session, greedy, _ -> true, new Cancellation()).tokens().stream()
                  .mapToInt(Integer::intValue)
                  .toArray();
    }
    int[] other = said.clone();
    other[5] = (other[5] + 1) % VOCAB;
    try (Session session = session(200)) {
      List<List<TokenScore>> scores =
          new Scorer(model).score(PROMPT, session, List.of(said, other), new Cancellation());
      assertTrue(scores.getFirst().stream().allMatch(TokenScore::isGreedy));
      assertFalse(scores.getLast().get(5).isGreedy());
    }
  }

  @Test
  void isGreedy_ofEquals_theLowestToken_andNoneWhereNoneIsPossible() {
    float[] logits = {1, 3, Float.NaN, 3};
    float[] nothing = {Float.NaN, Float.NEGATIVE_INFINITY, Float.NaN, Float.NaN};
    assertTrue(scoreOf(logits, 1).isGreedy());
    assertFalse(scoreOf(logits, 3).isGreedy());
    assertFalse(scoreOf(logits, 2).isGreedy());
    assertFalse(scoreOf(nothing, 1).isGreedy());
  }

  private static TokenScore scoreOf(float[] logits, int token) {
    return TokenScore.of(
        new Logprobs(logits.length).of(FloatMatrix.of(logits, 1, logits.length), 0, token, 1));
  }

  @Test
  void score_whatFitsExactly_isScored() {
    try (Session session = session(PROMPT.length + 22)) {
      assertEquals(6, score(new Scorer(model), session).size());
    }
    try (Session session = session(PROMPT.length)) {
      assertEquals(1, score(List.of(new int[] {3}), session).size(), "the last needs no place");
    }
  }

  private List<List<TokenScore>> score(List<int[]> continuations, Session session) {
    return new Scorer(model).score(PROMPT, session, continuations, new Cancellation());
  }

  @Test
  void score_whatCannotBe_isRefused_andTheSessionIsAsBefore() {
    try (Session session = session(PROMPT.length + 5)) {
      model.forward(new int[] {1, 2}, session);
      refused(
          "a prompt of 70 tokens and continuation 1 of 6 do not fit in the 73 that the session has left",
          List.of(new int[] {1}, new int[6]),
          session);
      refused("continuation 0 has no tokens", List.of(new int[0]), session);
      refused("token 50 is not in the vocabulary of 50", List.of(new int[] {50}), session);
      refused("token -1 is not in the vocabulary of 50", List.of(new int[] {-1}), session);
      IllegalArgumentException noPrompt =
          assertThrows(
              IllegalArgumentException.class,
              () -> new Scorer(model).score(new int[0], session, List.of(), new Cancellation()));
      assertEquals("the prompt has no tokens", noPrompt.getMessage());
      assertArrayEquals(new int[] {1, 2}, session.tokens());
    }
  }

  private void refused(String message, List<int[]> continuations, Session session) {
    IllegalArgumentException refusal =
        assertThrows(IllegalArgumentException.class, () -> score(continuations, session));
    assertEquals(message, refusal.getMessage());
  }

  @Test
  void scores_throughASeat_areTheSame() {
    SessionOptions options = SessionOptions.ofCapacity(30);
    Scheduler scheduler = new Scheduler(model, 1, 0);
    Scorer plain = new Scorer(model);
    try (Session session = session(200);
        Session alone = session(200);
        Scheduler.Seat seat = scheduler.seat()) {
      Scorer seated = new Scorer(model, seat);
      assertEquals(score(plain, alone), score(seated, session));
      assertEquals(
          plain.perplexity(PROMPT, options, _ -> {}), seated.perplexity(PROMPT, options, _ -> {}));
    }
  }

  @Test
  void perplexity_cancelledBetweenPasses_ends() {
    Cancellation cancellation = new Cancellation();
    List<Integer> told = new ArrayList<>();
    assertThrows(
        CancellationException.class,
        () ->
            new Scorer(model)
                .perplexity(
                    PROMPT,
                    SessionOptions.ofCapacity(9),
                    scored -> {
                      told.add(scored);
                      cancellation.cancel();
                    },
                    cancellation));
    assertEquals(List.of(9), told);
    assertEquals(0, model.keyValueMemory().liveBytes());
  }

  @Test
  void score_cancelledWhileItReads_leavesTheSessionAsItWas() {
    Cancellation cancellation = new Cancellation();
    try (Session session = session(200)) {
      model.forward(new int[] {1, 2}, session);
      session.observe(
          TestModels.hiddenObserver(
              (_, _) -> {
                cancellation.cancel();
              }));
      Scorer scorer = new Scorer(model, model::forward, 8, ROW_BYTES);
      assertThrows(
          CancellationException.class,
          () -> scorer.score(PROMPT, session, CONTINUATIONS, cancellation));
      assertArrayEquals(new int[] {1, 2}, session.tokens());
      session.observe(null);
      assertThrows(
          CancellationException.class,
          () -> scorer.score(PROMPT, session, CONTINUATIONS, cancellation),
          "it stays cancelled");
      assertEquals(6, score(scorer, session).size(), "another one is not");
    }
  }

  @Test
  void perplexity_ofOneWindow_isThatOfPlainPasses() {
    double expected = 0;
    for (TokenScore score : plain(PROMPT, 1)) {
      expected -= score.logprob();
    }
    for (int chunk : List.of(1, 7, 512)) {
      Perplexity perplexity =
          new Scorer(model, model::forward, chunk, 5 * ROW_BYTES)
              .perplexity(PROMPT, SessionOptions.ofCapacity(69), _ -> {});
      assertEquals(new Perplexity(70, 69, expected), perplexity);
      assertEquals(StrictMath.exp(expected / 69), perplexity.value());
    }
  }

  /**
   * The windows of 9 begin at 0, 5, 10 …; each token is looked for in the first that reaches it.
   */
  @Test
  void perplexity_ofALongText_countsEachTokenOnceInTheFirstWindowThatReachesIt() {
    int window = 9;
    double expected = 0;
    for (int at = 1; at < PROMPT.length; at++) {
      int from = 0;
      while (from + window < at) {
        from += 5;
      }
      int[] seen = Arrays.copyOfRange(PROMPT, from, at + 1);
      expected -= plain(seen, at - from).getFirst().logprob();
    }
    List<Integer> told = new ArrayList<>();
    SessionOptions options = SessionOptions.ofCapacity(window);
    Perplexity perplexity = new Scorer(model).perplexity(PROMPT, options, told::add);
    assertEquals(new Perplexity(70, 69, expected), perplexity);
    assertEquals(
        perplexity, new Scorer(model, model::forward, 2, 0).perplexity(PROMPT, options, _ -> {}));
    assertEquals(9, told.getFirst());
    assertEquals(14, told.get(1));
    assertEquals(69, told.getLast());
  }

  @Test
  void perplexity_windowsOfOneAndTwoTokens_giveOneAndTwoOfContext() {
    for (int window : List.of(1, 2)) {
      double expected = 0;
      for (int at = 1; at < 20; at++) {
        int from = Math.max(0, at - window);
        expected -= plain(Arrays.copyOfRange(PROMPT, from, at + 1), at - from).getFirst().logprob();
      }
      Perplexity perplexity =
          new Scorer(model)
              .perplexity(Arrays.copyOf(PROMPT, 20), SessionOptions.ofCapacity(window), _ -> {});
      assertEquals(expected, perplexity.negativeLogLikelihood(), "window " + window);
    }
  }

  @Test
  void perplexity_ofOneToken_isRefused_andAListenerEndsIt() {
    SessionOptions options = SessionOptions.ofCapacity(9);
    Scorer scorer = new Scorer(model);
    IllegalArgumentException refusal =
        assertThrows(
            IllegalArgumentException.class,
            () -> scorer.perplexity(new int[] {1}, options, _ -> {}));
    assertEquals(
        "a perplexity needs at least 2 tokens, as nothing stands before the first, found 1",
        refusal.getMessage());
    assertThrows(
        IllegalStateException.class,
        () ->
            scorer.perplexity(
                PROMPT,
                options,
                _ -> {
                  throw new IllegalStateException("enough");
                }));
    assertEquals(0, model.keyValueMemory().liveBytes());
  }
}
