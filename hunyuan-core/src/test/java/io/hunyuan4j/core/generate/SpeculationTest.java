package io.hunyuan4j.core.generate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hunyuan4j.core.LanguageModel;
import io.hunyuan4j.core.MapConfig;
import io.hunyuan4j.core.RandomWeights;
import io.hunyuan4j.core.RoutingPolicy;
import io.hunyuan4j.core.Session;
import io.hunyuan4j.core.SessionOptions;
import io.hunyuan4j.core.TestModels;
import io.hunyuan4j.core.WatchedModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** With guesses a text is what it is without, and takes fewer passes where they are right. */
class SpeculationTest {
  private static final int VOCAB = 50;

  private final LanguageModel plain = TestModels.build(MapConfig.tinyLarge(), new RandomWeights());
  private final WatchedModel model = new WatchedModel(plain);
  private final LanguageModel other =
      TestModels.build(MapConfig.tinyLarge().with("use_cla", false), new RandomWeights());

  /** Everything that somebody may see of a generation. */
  private record Seen(
      List<Integer> tokens,
      List<TokenLogprobs> logprobs,
      List<Integer> told,
      StopReason reason,
      List<Integer> held,
      List<Float> next) {}

  private List<Speculation> speculations() {
    return List.of(
        new Speculation.PromptLookup(1),
        new Speculation.PromptLookup(Speculation.DEFAULT_TOKENS),
        new Speculation.DraftModel(plain, 7),
        new Speculation.DraftModel(other, 3));
  }

  private Seen see(int seed, GenerationOptions options, Speculation speculation) {
    Random random = new Random(seed);
    int[] prompt =
        random.ints(1 + random.nextInt(12), 0, VOCAB / (1 + random.nextInt(20))).toArray();
    int capacity = prompt.length + 5 + random.nextInt(40);
    int tokensWanted = random.nextInt(12);
    boolean extend = random.nextBoolean();
    List<Integer> told = new ArrayList<>();
    TokenConsumer consumer =
        token -> {
          told.add(token);
          return told.size() != 3 + tokensWanted || tokensWanted > 6;
        };
    try (Session session = model.newSession(SessionOptions.ofCapacity(capacity))) {
      Generator generator = new Generator(model);
      GenerationOptions speculating = options.withSpeculation(speculation);
      GenerationResult result =
          extend
              ? generator.extend(prompt, session, speculating, consumer, new Cancellation())
              : generator.generate(prompt, session, speculating, consumer, new Cancellation());
      List<Integer> held = Arrays.stream(session.tokens()).boxed().toList();
      List<Float> next = new ArrayList<>();
      if (session.remaining() > 0) {
        for (float logit : model.forward(new int[] {1}, session)) {
          next.add(logit);
        }
      }
      return new Seen(result.tokens(), result.logprobs(), told, result.stopReason(), held, next);
    }
  }

  private static GenerationOptions options(int seed) {
    Random random = new Random(seed);
    SamplingOptions.Builder sampling = SamplingOptions.builder().seed(seed);
    switch (random.nextInt(3)) {
      case 0 -> sampling.temperature(0);
      case 1 -> sampling.temperature(0.3).topK(5);
      default -> sampling.temperature(1).repetitionPenalty(1.3).penaltyWindow(8);
    }
    Set<Integer> stops = random.nextInt(3) == 0 ? Set.of(random.nextInt(VOCAB)) : Set.of();
    GenerationOptions options =
        new GenerationOptions(1 + random.nextInt(40), sampling.build(), stops, 4);
    if (random.nextInt(3) == 0) {
      options = options.withLogprobs(2);
    }
    if (random.nextInt(3) == 0) {
      options = options.withOverflow(new ContextOverflow.Slide(random.nextInt(3)));
    }
    if (random.nextInt(4) == 0) {
      options = options.withConstraints(EvenThenOdd::new);
    }
    return options;
  }

  /** Even and odd tokens in turns. */
  private static final class EvenThenOdd implements TokenConstraint {
    private final int most;
    private int count;

    EvenThenOdd(int most) {
      this.most = Math.min(most, 9);
    }

    @Override
    public void mask(long[] allowed) {
      Arrays.fill(allowed, count % 2 == 0 ? 0x5555555555555555L : 0xAAAAAAAAAAAAAAAAL);
    }

    @Override
    public void accept(int token) {
      assertEquals(count % 2, token % 2);
      count++;
    }

    @Override
    public boolean mustEnd() {
      return count == most;
    }
  }

  @Test
  void anyGuesses_changeNothingThatSomebodySees() {
    for (int seed = 0; seed < 120; seed++) {
      GenerationOptions options = options(seed);
      Seen expected = see(seed, options, new Speculation.None());
      for (Speculation speculation : speculations()) {
        assertEquals(expected, see(seed, options, speculation), seed + " " + speculation);
      }
    }
    assertEquals(0, model.keyValueMemory().liveBytes());
    assertEquals(0, other.keyValueMemory().liveBytes());
  }

  @Test
  void whoIsCancelledWhileADraftModelGuesses_doesNotWaitForItsGuesses() {
    WatchedModel draft = new WatchedModel(other);
    Cancellation cancellation = new Cancellation();
    draft.before(_ -> cancellation.cancel());
    GenerationOptions options =
        new GenerationOptions(20, SamplingOptions.greedy(), Set.of(), 512)
            .withSpeculation(new Speculation.DraftModel(draft, 7));
    try (Session session = model.newSession(SessionOptions.ofCapacity(60))) {
      GenerationResult result =
          new Generator(model)
              .generate(new int[] {3, 4, 5}, session, options, _ -> true, cancellation);
      assertEquals(StopReason.CANCELLED, result.stopReason());
      assertEquals(1, result.tokens().size());
    }
    assertEquals(1, draft.passes().size());
  }

  private int passes(Speculation speculation) {
    int before = model.passes().size();
    GenerationOptions options =
        new GenerationOptions(64, SamplingOptions.greedy(), Set.of(), 512)
            .withSpeculation(speculation);
    try (Session session = model.newSession(SessionOptions.ofCapacity(200))) {
      new Generator(model)
          .generate(new int[] {3, 4, 5}, session, options, _ -> true, new Cancellation());
    }
    return model.passes().size() - before;
  }

  @Test
  void rightGuesses_saveAllPassesThatTheyCan() {
    assertEquals(64, passes(new Speculation.None()));
    // The prompt; then 2, 4 and 7 guesses, and 7 each time: 1 + 3 + 5 + 8 · 6 tokens, and 7 more.
    assertEquals(10, passes(new Speculation.DraftModel(plain, 7)));
    assertEquals(33, passes(new Speculation.DraftModel(plain, 1)), "two tokens a pass");
  }

  @Test
  void lookup_expectsWhatFollowedTheLastTime() {
    LookupDrafter drafter = new LookupDrafter();
    for (int token : new int[] {1, 2, 3, 4, 5, 2, 3, 6, 9, 2, 3}) {
      drafter.add(token);
    }
    assertArrayEquals(new int[] {6, 9, 2}, drafter.propose(3), "after 2, 3 for the last time");
    for (int token : new int[] {4, 1, 2, 3}) {
      drafter.add(token);
    }
    assertArrayEquals(new int[] {4, 5}, drafter.propose(2), "after 1, 2, 3");
    drafter.add(7);
    assertEquals(0, drafter.propose(2).length, "3, 7 never stood there");
  }

  @Test
  void whereCapacityCounts_nothingIsGuessed() {
    SessionOptions counting =
        SessionOptions.ofCapacity(100).withRouting(new RoutingPolicy.Drop(1.0));
    try (Session session = model.newSession(counting)) {
      GenerationOptions options =
          new GenerationOptions(20, SamplingOptions.greedy(), Set.of(), 512)
              .withSpeculation(new Speculation.DraftModel(plain, 7));
      new Generator(model).generate(new int[] {1}, session, options, _ -> true, new Cancellation());
    }
    assertTrue(model.passes().stream().allMatch(pass -> pass.equals(List.of(1))));
  }

  @Test
  void impossibleSpeculation_isRefused() {
    assertThrows(IllegalArgumentException.class, () -> new Speculation.PromptLookup(0));
    var many =
        assertThrows(IllegalArgumentException.class, () -> new Speculation.DraftModel(plain, 65));
    assertEquals("expected 1 to 64 guesses at once, not 65", many.getMessage());
    LanguageModel small =
        TestModels.build(MapConfig.tinyLarge().with("vocab_size", 40), new RandomWeights());
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class, () -> passes(new Speculation.DraftModel(small, 3)));
    assertEquals(
        "a draft model needs the model's vocabulary of 50 tokens, not one of 40", e.getMessage());
  }
}
