package io.hunyuan4j.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hunyuan4j.core.generate.ContextOverflow;
import io.hunyuan4j.core.generate.Speculation;
import io.hunyuan4j.core.generate.StopReason;
import io.hunyuan4j.text.InputSpecials;
import io.hunyuan4j.text.grammar.GrammarException;
import io.hunyuan4j.text.grammar.ResponseFormat;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

/** Several continuations at once are those of each seed alone, and read their prompt once. */
class ChoicesTest {
  private static final String PROMPT =
      "There was once a king who had three sons, and the youngest of them was called Simple."
          + " There was once a king who had three sons, and";

  private static Engine open(EngineOptions options) throws IOException {
    return Engine.open(Models.tinyTales(), options);
  }

  private static void assertEachIsItsSeedAlone(Engine engine, String prompt, TextOptions options) {
    List<GeneratedText> texts = engine.generateEach(prompt, options, 4);
    assertEquals(4, texts.size());
    for (int i = 0; i < 4; i++) {
      GeneratedText alone =
          engine.generate(prompt, options.withSeed(options.sampling().seed() + i));
      assertEquals(alone.text(), texts.get(i).text(), "choice " + i);
      assertEquals(alone.tokens(), texts.get(i).tokens());
      assertEquals(alone.logprobs(), texts.get(i).logprobs());
      assertEquals(alone.stopReason(), texts.get(i).stopReason());
      assertEquals(alone.promptTokens(), texts.get(i).promptTokens());
    }
    assertTrue(texts.stream().map(GeneratedText::text).distinct().count() > 1, "all are the same");
  }

  @Test
  void eachIsWhatItsSeedAloneGives() throws IOException {
    try (Engine engine = open(EngineOptions.defaults().withPrefixCacheBytes(0))) {
      TextOptions plain = engine.defaults().withMaxTokens(24).withSeed(7);
      assertEachIsItsSeedAlone(engine, PROMPT, plain);
      assertEachIsItsSeedAlone(engine, "A", plain);
      assertEachIsItsSeedAlone(engine, PROMPT, plain.withStopStrings(List.of(" the")));
      assertEachIsItsSeedAlone(
          engine,
          PROMPT,
          plain
              .withLogprobs(2)
              .withSpeculation(new Speculation.PromptLookup(7))
              .withSampling(s -> s.repetitionPenalty(1.4).frequencyPenalty(0.3).penaltyWindow(40)));
      assertEachIsItsSeedAlone(
          engine, PROMPT, plain.withResponseFormat(new ResponseFormat.Regex("[a-z ]{3,20}\\.")));
    }
  }

  @Test
  void eachSlidesAsItDoesAlone() throws IOException {
    EngineOptions few = EngineOptions.defaults().withPrefixCacheBytes(0).withMaxPositions(24);
    try (Engine engine = open(few)) {
      TextOptions sliding =
          engine.defaults().withMaxTokens(30).withOverflow(new ContextOverflow.Slide(4));
      assertEachIsItsSeedAlone(engine, "Once upon a time there was", sliding);
      assertEachIsItsSeedAlone(engine, PROMPT, sliding);
    }
  }

  @Test
  void thePromptIsReadOnce() throws IOException {
    try (Engine engine = open(EngineOptions.defaults().withPrefixCacheBytes(0))) {
      List<GeneratedText> texts =
          engine.generateEach(PROMPT, engine.defaults().withMaxTokens(3), 3);
      int prompt = engine.tokenizer().encode(PROMPT, InputSpecials.AS_TEXT).length;
      assertEquals(
          List.of(0, prompt - 1, prompt - 1),
          texts.stream().map(GeneratedText::cachedPromptTokens).toList());
      assertEquals(0, engine.keyValueBytes());
    }
  }

  @Test
  void moreThanMayRunWaitForTheirTurn_moreThanMayWaitAreRefused() throws IOException {
    try (Engine engine = open(EngineOptions.defaults().withConcurrency(1, 2))) {
      TextOptions options = engine.defaults().withMaxTokens(5);
      assertEquals(3, engine.generateEach(PROMPT, options, 3).size());
      assertThrows(RejectedExecutionException.class, () -> engine.generateEach(PROMPT, options, 4));
      assertEquals(3, engine.generateEach(PROMPT, options, 3).size(), "nothing was left taken");
      assertEquals(
          2,
          engine
                  .generate(
                      PROMPT,
                      options.withMaxTokens(1),
                      _ -> assertEquals(2, engine.generateEach(PROMPT, options, 2).size()))
                  .result()
                  .generatedTokens()
              + 1,
          "also within a listener, which would wait for itself");
    }
  }

  @Test
  void impossibleRequests_areRefusedBeforeAnyWork_andNoTimeGivesEmptyTexts() throws IOException {
    try (Engine engine = open(EngineOptions.defaults())) {
      TextOptions options = engine.defaults().withMaxTokens(5);
      var none =
          assertThrows(
              IllegalArgumentException.class, () -> engine.generateEach(PROMPT, options, 0));
      assertEquals("expected at least 1 continuation, not 0", none.getMessage());
      assertThrows(IllegalArgumentException.class, () -> engine.generateEach("", options, 2));
      TextOptions broken = options.withResponseFormat(new ResponseFormat.Regex("("));
      assertThrows(GrammarException.class, () -> engine.generateEach(PROMPT, broken, 2));
      for (GeneratedText text :
          engine.generateEach(PROMPT, options.withTimeLimit(Duration.ZERO), 3)) {
        assertEquals(StopReason.TIME_LIMIT, text.stopReason());
        assertEquals("", text.text());
      }
    }
  }
}
