package io.hunyuan4j.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hunyuan4j.core.generate.ContextOverflow;
import io.hunyuan4j.core.generate.Speculation;
import io.hunyuan4j.core.generate.StopReason;
import io.hunyuan4j.text.grammar.ResponseFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Requests, cancels, saves and restores at random, for three minutes or as many seconds as {@code
 * -Dsoak.seconds} says: what is asked for again is answered as before, and nothing is left behind.
 */
class SoakTest {
  private static final Duration DURATION =
      Duration.ofSeconds(Integer.getInteger("soak.seconds", 180));
  private static final long CACHE_BYTES = 4L << 20;
  private static final int THREADS = 12;

  /** Different requests: few, so that each comes again and again. */
  private static final int REQUESTS = 60;

  private final Map<String, String> answers = new ConcurrentHashMap<>();
  private final AtomicInteger done = new AtomicInteger();

  @TempDir Path folder;

  @Test
  void anythingAtRandom_givesTheSameAnswers_andLeavesNothing() throws Exception {
    long end = System.nanoTime() + DURATION.toNanos();
    EngineOptions options =
        EngineOptions.defaults().withPrefixCacheBytes(CACHE_BYTES).withConcurrency(6, 100);
    int threadsBefore;
    try (Engine engine = Engine.open(Models.tinyTales(), options);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      threadsBefore = Thread.activeCount();
      List<Future<?>> running = new ArrayList<>();
      for (int thread = 0; thread < THREADS; thread++) {
        Random random = new Random(thread);
        running.add(
            threads.submit(
                () -> {
                  while (System.nanoTime() < end) {
                    act(engine, random);
                    done.incrementAndGet();
                  }
                  return null;
                }));
      }
      for (Future<?> future : running) {
        future.get();
      }
      long left = engine.keyValueBytes();
      assertTrue(left <= CACHE_BYTES, left + " bytes of keys and values are left");
      assertTrue(done.get() >= REQUESTS, "only " + done + " things were done");
    }
    try (var files = Files.list(folder)) {
      assertEquals(List.of(), files.toList(), "files that are left");
    }
    assertTrue(Thread.activeCount() <= threadsBefore, "threads are left");
  }

  private void act(Engine engine, Random random) throws IOException {
    int number = random.nextInt(REQUESTS);
    switch (random.nextInt(5)) {
      case 0, 1 -> generate(engine, number, random);
      case 2 -> chat(engine, number);
      case 3 -> session(engine, number, random);
      default -> forks(engine, number);
    }
  }

  private static String prompt(int number) {
    return "There was once a king who had %d sons. ".formatted(number % 7).repeat(1 + number % 5);
  }

  private static TextOptions options(Engine engine, int number) {
    TextOptions options = engine.defaults().withMaxTokens(1 + number % 20).withSeed(number);
    return switch (number % 6) {
      case 0 ->
          options
              .withMaxTokens(30)
              .withResponseFormat(
                  new ResponseFormat.Regex("[a-z ]{2," + (3 + number % 9) + "}\\."));
      case 1 -> options.withSpeculation(new Speculation.PromptLookup(1 + number % 7));
      case 2 -> options.withOverflow(new ContextOverflow.Slide(number % 4));
      default -> options;
    };
  }

  /** What is answered twice is answered alike. */
  private void check(String request, String answer) {
    String before = answers.putIfAbsent(request, answer);
    if (before != null) {
      assertEquals(before, answer, request);
    }
  }

  /** One text, undisturbed, cancelled, or out of time. */
  private void generate(Engine engine, int number, Random random) {
    TextOptions options = options(engine, number);
    int fate = random.nextInt(4);
    if (fate == 0) {
      options = options.withTimeLimit(Duration.ofMillis(random.nextInt(20)));
    }
    Generation generation = engine.generate(prompt(number), options, _ -> {});
    if (fate == 1) {
      generation.cancel();
    }
    GeneratedText text = generation.result();
    switch (text.stopReason()) {
      case STOP_TOKEN, STOP_STRING, CONSTRAINT, MAX_TOKENS, CONTEXT_FULL ->
          check("text " + number, text.text());
      case CANCELLED -> assertEquals(1, fate);
      case TIME_LIMIT -> assertEquals(0, fate);
    }
  }

  private void chat(Engine engine, int number) throws IOException {
    Path file = Files.createTempFile(folder, "chat", ".hunyuan");
    TextOptions options = engine.defaults().withMaxTokens(4 + number % 8).withSeed(number);
    try (ChatSession chat = engine.newChat(engine.chatRequest().withOptions(options))) {
      check("hello " + number, chat.send("Hello, number " + number).message().content());
      chat.save(file);
      String more = chat.send("And then?").message().content();
      try (ChatSession restored = engine.restoreChat(file)) {
        restored.change(request -> request.withOptions(options));
        assertEquals(more, restored.send("And then?").message().content());
      }
    } finally {
      Files.delete(file);
    }
  }

  private void session(Engine engine, int number, Random random) throws IOException {
    Path file = Files.createTempFile(folder, "session", ".hunyuan");
    TextOptions options = options(engine, number).withOverflow(new ContextOverflow.Stop());
    try (TextSession session = engine.newSession()) {
      check("session " + number, session.generate(prompt(number), options).text());
      session.save(file);
      if (random.nextBoolean()) {
        session.truncate(session.tokens().length / 2);
      }
      Generation stopped = session.generate("Then", options, _ -> {});
      stopped.cancel();
      assertNotEquals(StopReason.TIME_LIMIT, stopped.result().stopReason());
    }
    try (TextSession restored = engine.restore(file)) {
      check("restored " + number, restored.generate(" And so", options).text());
    } finally {
      Files.delete(file);
    }
  }

  private void forks(Engine engine, int number) {
    TextOptions options = options(engine, number).withOverflow(new ContextOverflow.Stop());
    try (TextSession session = engine.newSession()) {
      session.generate(prompt(number), engine.defaults().withMaxTokens(0));
      try (TextSession one = session.fork();
          TextSession two = session.fork()) {
        String first = one.generate("One of them", options).text();
        check("fork " + number, first);
        assertEquals(first, two.generate("One of them", options).text());
      }
    }
  }
}
