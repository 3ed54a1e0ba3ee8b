package io.hunyuan4j.core.generate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hunyuan4j.core.ForwardObserver;
import io.hunyuan4j.core.LanguageModel;
import io.hunyuan4j.core.MapConfig;
import io.hunyuan4j.core.PrefixCache;
import io.hunyuan4j.core.RandomWeights;
import io.hunyuan4j.core.Session;
import io.hunyuan4j.core.SessionOptions;
import io.hunyuan4j.core.TestModels;
import io.hunyuan4j.kernels.FloatMatrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;

class GeneratorTest {
  private static final SamplingOptions SAMPLING =
      SamplingOptions.builder().temperature(1).repetitionPenalty(1.2).seed(3).build();
  private static final int[] PROMPT = {5, 6, 7, 8, 9, 10, 11};

  private final LanguageModel model = TestModels.build(MapConfig.tinyLarge(), new RandomWeights());

  private GenerationResult generate(int capacity, GenerationOptions options) {
    return generate(capacity, options, _ -> true, new Cancellation());
  }

  private GenerationResult generate(
      int capacity, GenerationOptions options, TokenConsumer consumer, Cancellation cancellation) {
    try (Session session = model.newSession(SessionOptions.ofCapacity(capacity))) {
      return new Generator(model).generate(PROMPT, session, options, consumer, cancellation);
    }
  }

  private static GenerationOptions options(int maxTokens) {
    return new GenerationOptions(maxTokens, SAMPLING, Set.of(), 512);
  }

  @Test
  void generate_anyChunk_sameTokens() {
    List<Integer> tokens = generate(40, options(30)).tokens();
    assertEquals(30, tokens.size());
    for (int chunk : List.of(1, 2, 7)) {
      GenerationOptions options = new GenerationOptions(30, SAMPLING, Set.of(), chunk);
      assertEquals(tokens, generate(40, options).tokens());
    }
  }

  @Test
  void generate_maxTokens_endsThereAndTellsEachToken() {
    List<Integer> told = new ArrayList<>();
    GenerationResult result = generate(40, options(12), told::add, new Cancellation());
    assertEquals(StopReason.MAX_TOKENS, result.stopReason());
    assertEquals(told, result.tokens());
    assertEquals(12, told.size());
    assertEquals(PROMPT.length, result.promptTokens());
    assertTrue(result.total().compareTo(result.timeToFirstToken()) >= 0);
    assertEquals(StopReason.MAX_TOKENS, generate(40, options(0)).stopReason());
    assertEquals(List.of(), generate(40, options(0)).tokens());
  }

  /** Hears how far the prompt is read, and then tokens. */
  private static TokenConsumer reading(List<List<Integer>> told) {
    return new TokenConsumer() {
      @Override
      public boolean accept(int token) {
        told.add(List.of(token));
        return true;
      }

      @Override
      public void promptRead(int read, int total) {
        told.add(List.of(read, total));
      }
    };
  }

  @Test
  void generate_tellsHowFarThePromptIsRead_beforeTheFirstToken() {
    List<List<Integer>> told = new ArrayList<>();
    GenerationOptions options = new GenerationOptions(2, SAMPLING, Set.of(), 3);
    List<Integer> tokens = generate(40, options, reading(told), new Cancellation()).tokens();
    assertEquals(
        List.of(
            List.of(3, 7),
            List.of(6, 7),
            List.of(7, 7),
            List.of(tokens.getFirst()),
            List.of(tokens.getLast())),
        told);
  }

  @Test
  void generate_ofAPromptThatSlides_tellsHowFarItIsRead() {
    List<List<Integer>> told = new ArrayList<>();
    GenerationOptions options =
        new GenerationOptions(1, SAMPLING, Set.of(), 1).withOverflow(new ContextOverflow.Slide(1));
    try (Session session = model.newSession(SessionOptions.ofCapacity(4))) {
      new Generator(model).generate(PROMPT, session, options, reading(told), new Cancellation());
    }
    assertEquals(List.of(List.of(5, 7), List.of(6, 7), List.of(7, 7)), told.subList(0, 3));
  }

  @Test
  void generate_fullSession_saysSo() {
    GenerationResult result = generate(PROMPT.length + 3, options(30));
    assertEquals(StopReason.CONTEXT_FULL, result.stopReason());
    assertEquals(4, result.tokens().size(), "the last token needs no place");
  }

  @Test
  void generate_stopToken_endsWithoutIt() {
    List<Integer> tokens = generate(40, options(30)).tokens();
    int stop = tokens.get(9);
    int first = tokens.indexOf(stop);
    GenerationResult result = generate(40, new GenerationOptions(30, SAMPLING, Set.of(stop), 512));
    assertEquals(StopReason.STOP_TOKEN, result.stopReason());
    assertEquals(tokens.subList(0, first), result.tokens());
  }

  @Test
  void generate_consumerSaysNo_endsAfterThatToken() {
    GenerationResult result = generate(40, options(30), _ -> false, new Cancellation());
    assertEquals(StopReason.STOP_STRING, result.stopReason());
    assertEquals(1, result.tokens().size());
  }

  @Test
  void generate_cancelled_endsWithinOneToken() {
    Cancellation cancellation = new Cancellation();
    List<Integer> told = new ArrayList<>();
    TokenConsumer consumer =
        token -> {
          told.add(token);
          if (told.size() == 5) {
            cancellation.cancel();
          }
          return true;
        };
    GenerationResult result = generate(40, options(30), consumer, cancellation);
    assertEquals(StopReason.CANCELLED, result.stopReason());
    assertEquals(5, result.tokens().size());
    assertEquals(List.of(), generate(40, options(30), _ -> true, cancellation).tokens());
  }

  @Test
  void generate_cancelledWhileReadingThePrompt_runsNoFurtherLayer() {
    Cancellation cancellation = new Cancellation();
    List<Integer> layers = new ArrayList<>();
    try (Session session = model.newSession(SessionOptions.ofCapacity(40))) {
      session.observe(
          new ForwardObserver() {
            @Override
            public void hidden(int layer, FloatMatrix x) {
              layers.add(layer);
              cancellation.cancel();
            }

            @Override
            public void routerLogits(int layer, FloatMatrix logits) {
              assertEquals(0, layer);
            }
          });
      GenerationResult result =
          new Generator(model).generate(PROMPT, session, options(5), _ -> true, cancellation);
      assertEquals(StopReason.CANCELLED, result.stopReason());
      assertEquals(List.of(0), layers);
      assertEquals(0, session.position(), "nothing was added");
      session.observe(null);
      assertEquals(7, forwarded(session), "and the session goes on");
    }
  }

  private int forwarded(Session session) {
    model.forward(PROMPT, session);
    return session.position();
  }

  @Test
  void generate_everyReason_leavesThePositionThatIsPromised() {
    assertEquals(7 + 4, position(new GenerationOptions(5, SAMPLING, Set.of(), 512)));
    assertEquals(0, position(new GenerationOptions(0, SAMPLING, Set.of(), 512)));
    int third = generate(40, options(5)).tokens().get(2);
    assertEquals(7 + 2, position(new GenerationOptions(5, SAMPLING, Set.of(third), 512)));
  }

  private int position(GenerationOptions options) {
    try (Session session = model.newSession(SessionOptions.ofCapacity(40))) {
      new Generator(model).generate(PROMPT, session, options, _ -> true, new Cancellation());
      return session.position();
    }
  }

  @Test
  void extend_readsTheLastTokenToo_unlessTheSessionIsFull() {
    Generator generator = new Generator(model);
    for (int max : List.of(1, 5)) {
      try (Session session = model.newSession(SessionOptions.ofCapacity(40))) {
        GenerationResult result =
            generator.extend(PROMPT, session, options(max), _ -> true, new Cancellation());
        assertEquals(result.tokens(), generate(40, options(max)).tokens());
        List<Integer> held = Arrays.stream(session.tokens()).boxed().toList();
        assertEquals(result.tokens(), held.subList(PROMPT.length, PROMPT.length + max));
        Cancellation cancellation = new Cancellation();
        TokenConsumer cancels =
            _ -> {
              cancellation.cancel();
              return true;
            };
        result = generator.extend(PROMPT, session, options(max), cancels, cancellation);
        assertEquals(2 * PROMPT.length + max + 1, session.position(), "also when cancelled");
      }
    }
    try (Session session = model.newSession(SessionOptions.ofCapacity(PROMPT.length + 3))) {
      GenerationResult result =
          generator.extend(PROMPT, session, options(9), _ -> true, new Cancellation());
      assertEquals(StopReason.CONTEXT_FULL, result.stopReason());
      assertEquals(PROMPT.length + 3, session.position());
    }
  }

  @Test
  void extend_byNoTokens_readsThePrompt() {
    try (Session session = model.newSession(SessionOptions.ofCapacity(40))) {
      GenerationResult result =
          new Generator(model).extend(PROMPT, session, options(0), _ -> false, new Cancellation());
      assertEquals(StopReason.MAX_TOKENS, result.stopReason());
      assertEquals(List.of(), result.tokens());
      assertArrayEquals(PROMPT, session.tokens());
    }
  }

  @Test
  void generate_promptThatDoesNotFit_isRefusedWithBothNumbers() {
    var e = assertThrows(IllegalArgumentException.class, () -> generate(6, options(1)));
    assertEquals(
        "a prompt of 7 tokens does not fit in the 6 that the session has left", e.getMessage());
    try (Session session = model.newSession(SessionOptions.ofCapacity(6))) {
      assertThrows(
          IllegalArgumentException.class,
          () ->
              new Generator(model)
                  .generate(new int[0], session, options(1), _ -> true, new Cancellation()));
    }
  }

  @Test
  void generate_oneChunkOfAnySize_besideAPrefixCache_readsTheRest() {
    int[] prompt = new Random(1).ints(200, 0, 50).toArray();
    GenerationOptions options = new GenerationOptions(2, SAMPLING, Set.of(), Integer.MAX_VALUE);
    List<GenerationResult> results = new ArrayList<>();
    try (PrefixCache cache = new PrefixCache(model, 1 << 24)) {
      for (int i = 0; i < 2; i++) {
        try (Session session = cache.newSession(SessionOptions.ofCapacity(300))) {
          results.add(
              new Generator(model)
                  .generate(prompt, session, options, _ -> true, new Cancellation()));
        }
      }
    }
    assertEquals(results.get(0).tokens(), results.get(1).tokens());
    assertEquals(192, results.get(1).cachedPromptTokens());
  }

  @Test
  void whatFails_leavesTheSessionAsItWas_withGuessesAndWithout() {
    for (Speculation speculation :
        List.of(new Speculation.None(), new Speculation.DraftModel(model, 7))) {
      GenerationOptions options =
          new GenerationOptions(30, SamplingOptions.greedy(), Set.of(), 2)
              .withSpeculation(speculation);
      for (int at = 1; at < 12; at++) {
        try (Session session = model.newSession(SessionOptions.ofCapacity(40))) {
          model.forward(new int[] {3, 4}, session);
          List<Integer> told = new ArrayList<>();
          int last = at;
          TokenConsumer fails =
              token -> {
                told.add(token);
                if (told.size() == last) {
                  throw new IllegalStateException("enough");
                }
                return true;
              };
          Generator generator = new Generator(model);
          assertThrows(
              IllegalStateException.class,
              () -> generator.extend(PROMPT, session, options, fails, new Cancellation()));
          assertArrayEquals(new int[] {3, 4}, session.tokens());
        }
      }
    }
  }

  @Test
  void aPromptThatFailsInItsSecondPiece_leavesTheSessionAsItWas() {
    try (Session session = model.newSession(SessionOptions.ofCapacity(40))) {
      int[] prompt = {1, 2, 3, 50};
      assertThrows(
          IllegalArgumentException.class,
          () ->
              new Generator(model)
                  .generate(
                      prompt,
                      session,
                      new GenerationOptions(5, SAMPLING, Set.of(), 2),
                      _ -> true,
                      new Cancellation()));
      assertEquals(0, session.position());
    }
  }

  @Test
  void generate_consumerThrowsACancellationOfItsOwn_passesItOn() {
    TokenConsumer consumer =
        _ -> {
          throw new CancellationException("the consumer's");
        };
    try (Session session = model.newSession(SessionOptions.ofCapacity(40))) {
      var e =
          assertThrows(
              CancellationException.class,
              () ->
                  new Generator(model)
                      .generate(PROMPT, session, options(5), consumer, new Cancellation()));
      assertEquals("the consumer's", e.getMessage());
    }
  }

  @Test
  void generate_logprobs_areOfTheModelsOwnDistribution() {
    List<TokenLogprobs> told = new ArrayList<>();
    TokenConsumer consumer =
        new TokenConsumer() {
          @Override
          public boolean accept(int token) {
            throw new AssertionError("told without its log-probability");
          }

          @Override
          public boolean accept(TokenLogprobs token) {
            return told.add(token);
          }
        };
    GenerationResult result =
        generate(40, options(6).withLogprobs(2), consumer, new Cancellation());
    assertEquals(generate(40, options(6)).tokens(), result.tokens());
    assertEquals(told, result.logprobs());
    assertEquals(result.tokens(), told.stream().map(TokenLogprobs::token).toList());
    try (Session session = model.newSession(SessionOptions.ofCapacity(40))) {
      float[] logits = model.forward(PROMPT, session);
      TokenLogprobs first = told.getFirst();
      assertEquals(2, first.top().size());
      assertEquals(
          logits[first.token()] - logits[first.top().get(0).token()],
          first.logprob() - first.top().get(0).logprob(),
          1e-12);
    }
    assertEquals(List.of(), generate(40, options(6)).logprobs());
    assertThrows(IllegalArgumentException.class, () -> options(6).withLogprobs(-2));
  }

  @Test
  void generate_promptOfAnotherVocabulary_isRefusedBeforeItRuns() {
    try (Session session = model.newSession(SessionOptions.ofCapacity(6))) {
      int[] prompt = {1, Integer.MAX_VALUE};
      assertThrows(
          IllegalArgumentException.class,
          () ->
              new Generator(model)
                  .generate(prompt, session, options(1), _ -> true, new Cancellation()));
      assertEquals(0, session.position());
    }
  }

  /** Texts of the tokens 30 to 39, rising; they may end, with token 2, after 37. */
  private record Rising(List<Integer> text) implements TokenConstraint {
    static final int STOP = 2;

    @Override
    public void mask(long[] allowed) {
      int last = text.isEmpty() ? 29 : text.getLast();
      allowed[0] = ~0L << (last + 1) & ~0L >>> (63 - 39) | (last >= 37 ? 1L << STOP : 0);
      for (int i = 1; i < allowed.length; i++) {
        allowed[i] = 0;
      }
    }

    @Override
    public void accept(int token) {
      text.add(token);
    }

    @Override
    public boolean mustEnd() {
      return !text.isEmpty() && text.getLast() == 39;
    }
  }

  @Test
  void generate_constraint_isObeyedAndEndsTheText() {
    List<StopReason> reasons = new ArrayList<>();
    for (int seed = 0; seed < 30; seed++) {
      GenerationOptions options =
          new GenerationOptions(30, SAMPLING, Set.of(Rising.STOP), 512)
              .withConstraints(_ -> new Rising(new ArrayList<>()))
              .withLogprobs(0)
              .withSampling(SAMPLING.toBuilder().seed(seed).build());
      GenerationResult result = generate(40, options);
      List<Integer> tokens = result.tokens();
      assertEquals(tokens.stream().sorted().distinct().toList(), tokens);
      assertTrue(tokens.getFirst() >= 30 && tokens.getLast() >= 37 && tokens.getLast() <= 39);
      boolean last = tokens.getLast() == 39;
      assertEquals(last ? StopReason.CONSTRAINT : StopReason.STOP_TOKEN, result.stopReason());
      assertTrue(result.logprobs().getFirst().logprob() < -1, "of all tokens, not of the allowed");
      reasons.add(result.stopReason());
    }
    assertTrue(reasons.containsAll(List.of(StopReason.CONSTRAINT, StopReason.STOP_TOKEN)));
  }

  @Test
  void generate_constraint_isToldHowManyTokensFit() {
    for (int[] maxCapacityBudget : new int[][] {{5, 40, 5}, {30, 7 + 3, 4}, {30, 7, 1}}) {
      List<Integer> told = new ArrayList<>();
      GenerationOptions options =
          options(maxCapacityBudget[0])
              .withConstraints(
                  maxTokens -> {
                    told.add(maxTokens);
                    return new Rising(new ArrayList<>());
                  });
      generate(maxCapacityBudget[1], options);
      assertEquals(List.of(maxCapacityBudget[2]), told);
    }
  }

  @Test
  void generate_constraintThatAllowsNothingMore_isTheEndOfACompleteText() {
    TokenConstraint oneToken =
        new TokenConstraint() {
          private boolean complete;

          @Override
          public void mask(long[] allowed) {
            Arrays.fill(allowed, complete ? 0 : 1L << 7);
          }

          @Override
          public void accept(int token) {
            complete = true;
          }

          @Override
          public boolean mustEnd() {
            return false;
          }

          @Override
          public boolean mayEnd() {
            return complete;
          }
        };
    GenerationResult result = generate(40, options(30).withConstraints(_ -> oneToken));
    assertEquals(List.of(7), result.tokens());
    assertEquals(StopReason.CONSTRAINT, result.stopReason());
  }
}
