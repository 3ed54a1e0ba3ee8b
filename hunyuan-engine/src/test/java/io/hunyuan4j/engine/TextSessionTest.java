package io.hunyuan4j.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hunyuan4j.core.Session;
import io.hunyuan4j.core.SessionOptions;
import io.hunyuan4j.core.generate.Cancellation;
import io.hunyuan4j.core.generate.ContextOverflow.Slide;
import io.hunyuan4j.core.generate.Generator;
import io.hunyuan4j.core.generate.StopReason;
import io.hunyuan4j.kernels.KvFormat;
import io.hunyuan4j.text.OutputSpecials;
import io.hunyuan4j.text.grammar.ResponseFormat;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** Texts that are continued piece by piece, with the bundled model. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TextSessionTest {
  private static final String FIRST = "There was once a king who had three sons.";
  private static final String SECOND = " The youngest of them";
  private static final String LONG =
      "Once upon a time, when wishing still helped, there lived a king. ".repeat(9);

  @TempDir Path folder;
  private Engine engine;

  @BeforeAll
  void open() throws IOException {
    engine = Engine.open(Models.tinyTales());
  }

  @AfterAll
  void close() {
    engine.close();
    assertEquals(0, engine.keyValueBytes());
  }

  private TextOptions options(int maxTokens) {
    return engine.defaults().withMaxTokens(maxTokens).withSeed(5);
  }

  private String textOf(TextSession session) {
    return engine.tokenizer().decode(session.tokens(), OutputSpecials.SKIPPED);
  }

  @Test
  void generate_pieceByPiece_isWhatTheWholeTextWouldGive() {
    try (TextSession session = engine.newSession()) {
      GeneratedText first = session.generate(FIRST, options(20));
      assertEquals(engine.generate(FIRST, options(20)).text(), first.text());
      assertEquals(FIRST + first.text(), textOf(session));
      GeneratedText second = session.generate(SECOND, options(20).greedy());
      String whole = FIRST + first.text() + SECOND;
      assertEquals(engine.generate(whole, options(20).greedy()).text(), second.text());
      assertEquals(whole + second.text(), textOf(session));
    }
  }

  @Test
  void generate_withAFormat_keepsToItForThisPieceOnly() {
    try (TextSession session = engine.newSession()) {
      ResponseFormat choice = new ResponseFormat.Choices(List.of(" went home.", " slept."));
      GeneratedText first = session.generate(FIRST, options(20).withResponseFormat(choice));
      assertTrue(List.of(" went home.", " slept.").contains(first.text()), first.text());
      assertEquals(FIRST + first.text(), textOf(session));
      int[] held = session.tokens(); // not always those that its text would have
      GeneratedText next = session.generate("", options(12).greedy());
      String whole = FIRST + first.text();
      assertEquals(tokensAfter(held, options(12).greedy()), next.generation().tokens());
      assertThrows(
          IllegalArgumentException.class,
          () -> session.generate("", options(1).withResponseFormat(choice)));
      assertEquals(whole + next.text(), textOf(session));
    }
  }

  private List<Integer> tokensAfter(int[] tokens, TextOptions options) {
    SessionOptions fresh = SessionOptions.ofCapacity(tokens.length + options.maxTokens());
    try (Session session =
        engine.model().newSession(fresh.withKvFormat(EngineOptions.defaults().kvFormat()))) {
      return new Generator(engine.model())
          .generate(
              tokens,
              session,
              engine.requests().generationOptions(options),
              _ -> true,
              new Cancellation())
          .tokens();
    }
  }

  @Test
  void generate_noTokens_readsTheText() {
    try (TextSession session = engine.newSession()) {
      assertEquals("", session.generate(FIRST, options(0)).text());
      assertEquals(FIRST, textOf(session));
      String next = session.generate(SECOND, options(20).greedy()).text();
      assertEquals(engine.generate(FIRST + SECOND, options(20).greedy()).text(), next);
    }
  }

  @Test
  void generate_noText_goesOnWhereItEnded() {
    TextOptions greedy = options(10).greedy();
    String whole = engine.generate(FIRST, greedy.withMaxTokens(20)).text();
    try (TextSession session = engine.newSession()) {
      String first = session.generate(FIRST, greedy).text();
      assertEquals(0, session.generate("", greedy.withMaxTokens(0)).generatedTokens());
      assertEquals(FIRST + first, textOf(session));
      String second = session.generate("", greedy).text();
      assertEquals(whole, first + second);
      assertEquals(FIRST + whole, textOf(session));
    }
    try (TextSession empty = engine.newSession()) {
      assertThrows(IllegalArgumentException.class, () -> empty.generate("", greedy));
      assertEquals(0, empty.tokens().length);
    }
  }

  @Test
  void restore_answersLikeTheSessionThatWasNotInterrupted() throws IOException {
    for (KvFormat format : KvFormat.values()) {
      Path file = folder.resolve(format.name());
      EngineOptions engineOptions =
          EngineOptions.defaults().withKvFormat(format).withPrefixCacheBytes(0);
      String uninterrupted;
      try (Engine today = Engine.open(Models.tinyTales(), engineOptions);
          TextSession session = today.newSession()) {
        session.generate(LONG, options(10));
        session.save(file);
        uninterrupted = session.generate(SECOND, options(30)).text();
      }
      EngineOptions others = EngineOptions.defaults().withThreads(1);
      try (Engine tomorrow = Engine.open(Models.tinyTales(), others.withKvFormat(format));
          TextSession restored = tomorrow.restore(file)) {
        assertEquals(uninterrupted, restored.generate(SECOND, options(30)).text(), format.name());
        assertEquals(0, restored.generate(LONG, options(1)).cachedPromptTokens());
        assertEquals(0, tomorrow.generate(LONG, options(1)).cachedPromptTokens());
      }
    }
  }

  @Test
  void restore_ofWhatTheEngineDoesNotAllow_isRefusedWithBothValues() throws IOException {
    Path file = folder.resolve("of-another-engine");
    EngineOptions plain = EngineOptions.defaults().withKvFormat(KvFormat.F16);
    try (Engine today = Engine.open(Models.tinyTales(), plain);
        TextSession session = today.newSession()) {
      session.generate(FIRST, options(1));
      session.save(file);
    }
    assertRefused(
        plain.withKvFormat(KvFormat.Q8),
        file,
        "expected keys and values in Q8, as the engine has them, found F16 (byte 12)");
    assertRefused(
        plain.withMaxPositions(48),
        file,
        "expected a session of at most the engine's 48 positions, found one of 2048 (byte 48)");
  }

  private static void assertRefused(EngineOptions engineOptions, Path file, String reason)
      throws IOException {
    try (Engine other = Engine.open(Models.tinyTales(), engineOptions)) {
      String message =
          String.valueOf(
              assertThrows(SessionFormatException.class, () -> other.restore(file)).getMessage());
      assertTrue(message.endsWith(reason), message);
      assertEquals(0, other.keyValueBytes());
    }
  }

  @Test
  void fork_andTruncate_leaveTheOtherAlone() {
    try (TextSession session = engine.newSession()) {
      session.generate(LONG, options(10));
      int[] before = session.tokens();
      String expected;
      try (TextSession fork = session.fork()) {
        assertArrayEquals(before, fork.tokens());
        expected = fork.generate(SECOND, options(20)).text();
        assertNotEquals(expected, fork.generate(SECOND, options(20)).text());
      }
      assertEquals(expected, session.generate(SECOND, options(20)).text());
      session.truncate(before.length);
      assertEquals(expected, session.generate(SECOND, options(20)).text());
      assertThrows(IllegalArgumentException.class, () -> session.truncate(100_000));
    }
  }

  @Test
  void prefixCache_savesReading_andChangesNothing() throws IOException {
    GeneratedText plain;
    EngineOptions none = EngineOptions.defaults().withPrefixCacheBytes(0);
    try (Engine other = Engine.open(Models.tinyTales(), none)) {
      plain = other.generate(LONG + SECOND, options(20));
      assertEquals(0, other.generate(LONG + SECOND, options(20)).cachedPromptTokens());
      assertEquals(0, other.keyValueBytes());
    }
    try (Engine fresh = Engine.open(Models.tinyTales())) {
      assertEquals(0, fresh.generate(LONG, options(1)).cachedPromptTokens());
      assertTrue(fresh.keyValueBytes() > 0);
      GeneratedText cached = fresh.generate(LONG + SECOND, options(20));
      int full = fresh.tokenizer().encode(LONG, options(1).promptSpecials()).length / 64 * 64;
      assertEquals(full, cached.cachedPromptTokens());
      assertEquals(plain.text(), cached.text());
      fresh.close();
      assertEquals(0, fresh.keyValueBytes());
    }
    EngineOptions negative = EngineOptions.defaults().withPrefixCacheBytes(-1);
    assertThrows(IllegalArgumentException.class, () -> Engine.open(Models.tinyTales(), negative));
  }

  @Test
  void overflow_slides_whereThePositionsEnd() throws IOException {
    EngineOptions small = EngineOptions.defaults().withMaxPositions(48);
    try (Engine other = Engine.open(Models.tinyTales(), small)) {
      TextOptions stops = options(100).greedy();
      assertEquals(StopReason.CONTEXT_FULL, other.generate(FIRST, stops).stopReason());
      TextOptions slides = stops.withOverflow(new Slide(8));
      GeneratedText text = other.generate(FIRST, slides);
      assertTrue(
          text.stopReason() == StopReason.STOP_TOKEN || text.generatedTokens() == 100,
          text.stopReason() + " after " + text.generatedTokens());
      assertThrows(IllegalArgumentException.class, () -> other.generate(LONG, stops));
      try (TextSession session = other.newSession()) {
        session.generate(LONG, slides);
        int[] kept = session.tokens();
        assertTrue(kept.length <= 48);
        int[] first = other.tokenizer().encode(LONG, slides.promptSpecials());
        for (int i = 0; i < 8; i++) {
          assertEquals(first[i], kept[i]);
        }
      }
    }
  }

  @Test
  void overflow_slides_textThatIsShorterThanWhatStays_isNoDifferent() {
    TextOptions stops = options(10).greedy();
    GeneratedText text = engine.generate("A king", stops.withOverflow(new Slide(16)));
    assertEquals(engine.generate("A king", stops).text(), text.text());
    assertTrue(text.promptTokens() + text.generatedTokens() < 18);
  }

  @Test
  void close_duringAGeneration_cancelsItAndFreesTheMemory() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch closed = new CountDownLatch(1);
    EngineOptions none = EngineOptions.defaults().withPrefixCacheBytes(0);
    try (Engine other = Engine.open(Models.tinyTales(), none)) {
      TextSession session = other.newSession();
      Generation generation =
          session.generate(
              FIRST,
              options(2000),
              _ -> {
                begun.countDown();
                try {
                  closed.await();
                } catch (InterruptedException e) {
                  throw new IllegalStateException(e);
                }
              });
      begun.await();
      List<Executable> uses =
          List.of(
              () -> session.generate(SECOND, options(1)),
              session::fork,
              session::tokens,
              () -> session.truncate(0),
              () -> session.save(folder.resolve("busy")));
      for (Executable use : uses) {
        assertEquals(
            "the session does something else",
            assertThrows(IllegalStateException.class, use).getMessage());
      }
      session.close();
      session.close();
      closed.countDown();
      assertEquals(StopReason.CANCELLED, generation.result().stopReason());
      for (Executable use : uses) {
        assertEquals(
            "the session is closed", assertThrows(IllegalStateException.class, use).getMessage());
      }
      assertEquals(0, other.keyValueBytes());
    }
  }

  @Test
  void generate_thatFails_leavesTheSessionUsable() {
    try (TextSession session = engine.newSession()) {
      TextListener broken =
          _ -> {
            throw new IllegalStateException("listener");
          };
      Generation generation = session.generate(FIRST, options(5), broken);
      assertThrows(IllegalStateException.class, generation::result);
      session.truncate(0);
      assertEquals(
          engine.generate(FIRST, options(20)).text(), session.generate(FIRST, options(20)).text());
    }
  }
}
