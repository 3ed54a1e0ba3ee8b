package io.hunyuan4j.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hunyuan4j.core.generate.Cancellation;
import io.hunyuan4j.core.generate.Perplexity;
import io.hunyuan4j.core.generate.StopReason;
import io.hunyuan4j.text.InputSpecials;
import io.hunyuan4j.text.grammar.ResponseFormat;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Generations that run at the same time: each is what it is alone, whatever the others do. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class ManyRequestsTest {
  private static final int REQUESTS = 64;
  private static final String BEGINNING = "There was once a king who had three sons. ";

  /** What happens to a request on its way. */
  private enum Fate {
    UNDISTURBED,
    CANCELLED,
    FAILING_LISTENER
  }

  private record Request(String prompt, TextOptions options, Fate fate, int atPiece) {
    static Request of(Engine engine, int seed) {
      Random random = new Random(seed);
      String prompt = BEGINNING.repeat(1 + random.nextInt(6)) + "One of them was " + seed + ".";
      TextOptions options =
          engine.defaults().withMaxTokens(1 + random.nextInt(16)).withSeed(random.nextInt());
      if (random.nextInt(8) == 0) {
        options =
            options
                .withMaxTokens(40)
                .withResponseFormat(new ResponseFormat.Regex("[a-z ]{3,9}\\."));
      }
      Fate[] fates = Fate.values();
      return new Request(prompt, options, fates[random.nextInt(fates.length)], random.nextInt(5));
    }
  }

  @Test
  void onSixtyFourVirtualThreads_withCancelsAndFaults_eachIsWhatItIsAlone() throws Exception {
    try (Engine engine = open(EngineOptions.defaults().withConcurrency(24, 64));
        Engine plain = open(EngineOptions.defaults().withPrefixCacheBytes(0));
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> running = new ArrayList<>();
      List<Request> requests = new ArrayList<>();
      List<StringBuilder> texts = new ArrayList<>();
      for (int i = 0; i < REQUESTS; i++) {
        requests.add(Request.of(engine, i));
        texts.add(new StringBuilder());
        Request request = requests.get(i);
        StringBuilder text = texts.get(i);
        running.add(threads.submit(() -> run(engine, request, text)));
      }
      for (Future<?> future : running) {
        future.get();
      }
      for (int i = 0; i < REQUESTS; i++) {
        Request request = requests.get(i);
        String alone = plain.generate(request.prompt(), request.options()).text();
        String text = texts.get(i).toString();
        if (request.fate() == Fate.UNDISTURBED) {
          assertEquals(alone, text, "request " + i);
        } else {
          assertTrue(alone.startsWith(text), () -> alone + " does not begin with " + text);
        }
      }
      assertEquals(0, plain.keyValueBytes(), "without a prefix cache nothing is left");
      assertTrue(engine.keyValueBytes() <= EngineOptions.DEFAULT_PREFIX_CACHE_BYTES);
    }
  }

  /** Runs one in the background, with what happens to it. */
  private static void run(Engine engine, Request request, StringBuilder text) {
    Generation[] running = new Generation[1];
    int[] pieces = new int[1];
    CountDownLatch started = new CountDownLatch(1);
    TextListener listener =
        piece -> {
          text.append(piece);
          if (pieces[0]++ == request.atPiece()) {
            switch (request.fate()) {
              case UNDISTURBED -> {}
              case CANCELLED -> cancel(running, started);
              case FAILING_LISTENER ->
                  throw new IllegalStateException("the listener has had enough");
            }
          }
        };
    running[0] = engine.generate(request.prompt(), request.options(), listener);
    started.countDown();
    try {
      GeneratedText result = running[0].result();
      assertEquals(text.toString(), result.text());
    } catch (IllegalStateException e) {
      assertEquals(Fate.FAILING_LISTENER, request.fate());
      assertEquals("the listener has had enough", e.getMessage());
    }
  }

  private static void cancel(Generation[] running, CountDownLatch started) {
    try {
      started.await();
      running[0].cancel();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void whoComesWhenTheQueueIsFull_isRefusedAtOnce() throws Exception {
    try (Engine engine = open(EngineOptions.defaults().withConcurrency(1, 1))) {
      CountDownLatch go = new CountDownLatch(1);
      TextOptions options = engine.defaults().withMaxTokens(4);
      Generation first = heldUp(engine, BEGINNING, options, go);
      Generation second = engine.generate(BEGINNING, options, _ -> {});
      assertThrows(
          RejectedExecutionException.class, () -> engine.generate(BEGINNING, options, _ -> {}));
      assertThrows(RejectedExecutionException.class, () -> engine.generate(BEGINNING, options));
      try (TextSession session = engine.newSession()) {
        assertThrows(RejectedExecutionException.class, () -> session.generate(BEGINNING, options));
        assertEquals(0, session.tokens().length, "and can be used again");
      }
      Generation impatient = second;
      impatient.cancel();
      assertEquals(StopReason.CANCELLED, impatient.result().stopReason(), "at once, in the queue");
      Generation third = engine.generate(BEGINNING, options, _ -> {});
      go.countDown();
      assertEquals(first.result().text(), third.result().text());
    }
  }

  @Test
  void scores_takeAPlaceAmongTheGenerations_andCanBeEnded() throws Exception {
    try (Engine engine = open(EngineOptions.defaults().withConcurrency(1, 1));
        Engine plain = open(EngineOptions.defaults());
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      CountDownLatch go = new CountDownLatch(1);
      TextOptions options = engine.defaults().withMaxTokens(4);
      Generation first = heldUp(engine, BEGINNING, options, go);
      Cancellation late = new Cancellation();
      late.cancelAfter(Duration.ofMillis(30));
      List<String> ends = List.of(" king", " queen");
      assertThrows(CancellationException.class, () -> engine.score(BEGINNING, ends, late));
      Cancellation stopped = new Cancellation();
      Generation second = engine.generate(BEGINNING, options, _ -> {});
      assertThrows(RejectedExecutionException.class, () -> engine.score(BEGINNING, ends));
      assertThrows(RejectedExecutionException.class, () -> engine.perplexity(BEGINNING));
      second.cancel();
      assertEquals(StopReason.CANCELLED, second.result().stopReason());
      Future<Perplexity> waiting =
          threads.submit(
              () -> engine.perplexity(BEGINNING, InputSpecials.AS_TEXT, (_, _) -> {}, stopped));
      stopped.cancel();
      assertInstanceOf(
          CancellationException.class,
          assertThrows(ExecutionException.class, waiting::get).getCause());
      Future<List<ScoredText>> scored = threads.submit(() -> engine.score(BEGINNING, ends));
      go.countDown();
      first.result();
      assertEquals(plain.score(BEGINNING, ends), scored.get());
      assertEquals(plain.perplexity(BEGINNING), engine.perplexity(BEGINNING));
    }
  }

  @Test
  void whoWaitedInTheQueue_findsWhatOthersHaveReadMeanwhile() throws Exception {
    try (Engine engine = open(EngineOptions.defaults().withConcurrency(1, 10))) {
      CountDownLatch go = new CountDownLatch(1);
      TextOptions options = engine.defaults().withMaxTokens(1);
      Generation first = heldUp(engine, "A fox", options, go);
      List<Generation> others = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        others.add(engine.generate(BEGINNING.repeat(20), options, _ -> {}));
      }
      go.countDown();
      first.result();
      List<Integer> known = others.stream().map(g -> g.result().cachedPromptTokens()).toList();
      int later = engine.generate(BEGINNING.repeat(20), options).cachedPromptTokens();
      assertTrue(later > 64, "the prompt is too short to be known: " + later);
      assertEquals(List.of(0, later, later), known);
    }
  }

  @Test
  void whoAsksForItsOwnResultInItsListener_isRefused() throws Exception {
    try (Engine engine = open(EngineOptions.defaults())) {
      Generation[] own = new Generation[1];
      CountDownLatch known = new CountDownLatch(1);
      own[0] =
          engine.generate(
              "A fox",
              engine.defaults().withMaxTokens(3),
              _ -> {
                await(known);
                own[0].result();
              });
      known.countDown();
      var e = assertThrows(IllegalStateException.class, own[0]::result);
      assertEquals("a listener cannot wait for the end of what it listens to", e.getMessage());
    }
  }

  /** A generation that runs and does not get on until it may. */
  private static Generation heldUp(
      Engine engine, String prompt, TextOptions options, CountDownLatch go) {
    CountDownLatch inside = new CountDownLatch(1);
    Generation generation =
        engine.generate(
            prompt,
            options,
            _ -> {
              inside.countDown();
              await(go);
            });
    await(inside);
    return generation;
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void whoseTimeIsOver_endsAsItIs() throws Exception {
    try (Engine engine = open(EngineOptions.defaults().withConcurrency(1, 1))) {
      TextOptions options = engine.defaults().withMaxTokens(8);
      GeneratedText none = engine.generate(BEGINNING, options.withTimeLimit(Duration.ZERO));
      assertEquals(StopReason.TIME_LIMIT, none.stopReason());
      assertEquals("", none.text());
      CountDownLatch go = new CountDownLatch(1);
      Generation first = engine.generate(BEGINNING, options, _ -> await(go));
      GeneratedText late = engine.generate(BEGINNING, options.withTimeLimit(Duration.ofMillis(50)));
      assertEquals(StopReason.TIME_LIMIT, late.stopReason(), "while it waits for its turn");
      go.countDown();
      assertEquals(
          engine.generate(BEGINNING, options.withTimeLimit(Duration.ofDays(1))).text(),
          first.result().text());
      assertThrows(
          IllegalArgumentException.class, () -> options.withTimeLimit(Duration.ofNanos(-1)));
    }
  }

  private static Engine open(EngineOptions options) throws IOException {
    return Engine.open(Models.tinyTales(), options);
  }
}
