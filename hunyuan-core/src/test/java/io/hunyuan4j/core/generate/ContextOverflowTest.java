package io.hunyuan4j.core.generate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.hunyuan4j.core.ForwardObserver;
import io.hunyuan4j.core.LanguageModel;
import io.hunyuan4j.core.MapConfig;
import io.hunyuan4j.core.PrefixCache;
import io.hunyuan4j.core.RandomWeights;
import io.hunyuan4j.core.Session;
import io.hunyuan4j.core.SessionOptions;
import io.hunyuan4j.core.TestModels;
import io.hunyuan4j.core.generate.ContextOverflow.Slide;
import io.hunyuan4j.core.generate.ContextOverflow.Stop;
import io.hunyuan4j.kernels.FloatMatrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ContextOverflowTest {
  private static final int VOCAB = 50;
  private static final int[] PROMPT = TestModels.tokens(9, VOCAB);

  private final LanguageModel model = TestModels.build(MapConfig.tinyLarge(), new RandomWeights());

  private static GenerationOptions options(int maxTokens, ContextOverflow overflow) {
    return new GenerationOptions(maxTokens, SamplingOptions.greedy(), Set.of(), 5)
        .withOverflow(overflow);
  }

  private GenerationResult generate(int[] prompt, Session session, GenerationOptions options) {
    return new Generator(model).generate(prompt, session, options, _ -> true, new Cancellation());
  }

  @Test
  void kept_dropsTheEarlierHalfBehindTheFirst_wheneverItIsFull() {
    int[] counted = IntStream.range(0, 13).toArray();
    assertArrayEquals(new int[] {0, 1, 2}, new Slide(2).kept(Arrays.copyOf(counted, 3), 8));
    assertArrayEquals(Arrays.copyOf(counted, 8), new Slide(2).kept(Arrays.copyOf(counted, 8), 8));
    assertArrayEquals(
        new int[] {0, 1, 5, 6, 7, 8}, new Slide(2).kept(Arrays.copyOf(counted, 9), 8));
    assertArrayEquals(new int[] {0, 1, 8, 9, 10, 11, 12}, new Slide(2).kept(counted, 8), "twice");
    assertArrayEquals(new int[] {0, 11, 12}, new Slide(1).kept(counted, 3));
    assertArrayEquals(new int[] {11, 12}, new Slide(0).kept(counted, 2));
  }

  @Test
  void slide_everyToken_isThatOfAFreshSessionGivenTheKeptTokens() {
    int capacity = 24;
    for (int keepFirst : List.of(0, 3, capacity - 2)) {
      Slide slide = new Slide(keepFirst);
      try (Session session = model.newSession(SessionOptions.ofCapacity(capacity))) {
        GenerationResult result = generate(PROMPT, session, options(60, slide));
        assertEquals(StopReason.MAX_TOKENS, result.stopReason());
        assertEquals(60, result.tokens().size());
        List<Integer> all = new ArrayList<>(Arrays.stream(PROMPT).boxed().toList());
        for (int token : result.tokens()) {
          assertEquals(nextOfFresh(slide.kept(array(all), capacity), capacity), token);
          all.add(token);
        }
        all.removeLast(); // nobody needed what follows it
        assertArrayEquals(slide.kept(array(all), capacity), session.tokens());
      }
    }
  }

  private int nextOfFresh(int[] kept, int capacity) {
    try (Session fresh = model.newSession(SessionOptions.ofCapacity(capacity))) {
      return generate(kept, fresh, options(1, new Stop())).tokens().getFirst();
    }
  }

  private static int[] array(List<Integer> tokens) {
    return tokens.stream().mapToInt(Integer::intValue).toArray();
  }

  @Test
  void slide_promptOfAnyLength_goesInAsIfTokenByToken() {
    int[] prompt = TestModels.tokens(100, VOCAB);
    Slide slide = new Slide(4);
    try (Session session = model.newSession(SessionOptions.ofCapacity(24))) {
      generate(new int[] {1, 2, 3, 4, 5}, session, options(1, slide));
      GenerationResult result = generate(prompt, session, options(1, slide));
      assertEquals(100, result.promptTokens());
      assertEquals(0, result.cachedPromptTokens());
      int[] all = Arrays.copyOf(new int[] {1, 2, 3, 4, 5}, 105);
      System.arraycopy(prompt, 0, all, 5, 100);
      int[] kept = slide.kept(all, 24);
      assertArrayEquals(kept, session.tokens());
      assertEquals(nextOfFresh(kept, 24), result.tokens().getFirst());
    }
  }

  @Test
  void slide_withAPrefixCache_givesTheSameTokens() {
    int[] prompt = TestModels.tokens(150, VOCAB);
    SessionOptions sessionOptions = SessionOptions.ofCapacity(200);
    GenerationOptions options = options(150, new Slide(70));
    List<Integer> tokens;
    try (Session session = model.newSession(sessionOptions)) {
      tokens = generate(prompt, session, options).tokens();
    }
    try (PrefixCache cache = new PrefixCache(model, 1 << 20)) {
      for (int known : List.of(0, 128)) {
        try (Session session = cache.newSession(sessionOptions)) {
          GenerationResult result = generate(prompt, session, options);
          assertEquals(tokens, result.tokens());
          assertEquals(known, result.cachedPromptTokens());
        }
      }
    }
    assertEquals(0, model.keyValueMemory().liveBytes());
  }

  @Test
  void slide_cancelledInTheMiddle_leavesTheBeginningOfWhatItKeeps() {
    Cancellation cancellation = new Cancellation();
    Slide slide = new Slide(4);
    try (Session session = model.newSession(SessionOptions.ofCapacity(24))) {
      List<Integer> told = new ArrayList<>();
      GenerationResult result =
          new Generator(model)
              .extend(
                  PROMPT,
                  session,
                  options(60, slide),
                  token -> {
                    told.add(token);
                    if (told.size() == 16) { // the session is full: what follows is a slide
                      cancellation.cancel();
                    }
                    return true;
                  },
                  cancellation);
      assertEquals(StopReason.CANCELLED, result.stopReason());
      assertArrayEquals(Arrays.copyOf(PROMPT, 4), session.tokens());
    }
  }

  @Test
  void slide_cancelledAfterTheLastToken_doesNotBegin() {
    Cancellation cancellation = new Cancellation();
    List<Integer> told = new ArrayList<>();
    try (Session session = model.newSession(SessionOptions.ofCapacity(24))) {
      GenerationResult result =
          new Generator(model)
              .extend(
                  PROMPT,
                  session,
                  options(16, new Slide(4)), // the last one finds the session full
                  token -> {
                    told.add(token);
                    if (told.size() == 16) {
                      cancellation.cancel();
                    }
                    return true;
                  },
                  cancellation);
      assertEquals(StopReason.MAX_TOKENS, result.stopReason());
      assertEquals(24, session.position());
    }
  }

  @Test
  void slide_cancelledWhileItMakesRoomForTheLastToken_ends() {
    Cancellation cancellation = new Cancellation();
    try (Session session = model.newSession(SessionOptions.ofCapacity(24))) {
      session.observe(
          new ForwardObserver() {
            private boolean full;

            @Override
            public void hidden(int layer, FloatMatrix x) {
              if (full) {
                cancellation.cancel();
              }
              full = full || session.position() == 23 && layer == model.shape().numLayers() - 1;
            }

            @Override
            public void routerLogits(int layer, FloatMatrix logits) {}
          });
      GenerationResult result =
          new Generator(model)
              .extend(PROMPT, session, options(16, new Slide(4)), _ -> true, cancellation);
      assertEquals(StopReason.MAX_TOKENS, result.stopReason());
      assertEquals(16, result.tokens().size());
      assertArrayEquals(Arrays.copyOf(PROMPT, 4), session.tokens());
    }
  }

  @Test
  void slide_withoutRoom_isRefusedWithBothNumbers() {
    try (Session session = model.newSession(SessionOptions.ofCapacity(24))) {
      assertEquals(
          "a session of 24 tokens that keeps the first 23 has no room to slide in",
          assertThrows(
                  IllegalArgumentException.class,
                  () -> generate(PROMPT, session, options(60, new Slide(23))))
              .getMessage());
      assertEquals(0, session.position());
    }
    assertThrows(IllegalArgumentException.class, () -> new Slide(-1));
  }
}
