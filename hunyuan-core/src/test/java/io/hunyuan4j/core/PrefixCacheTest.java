package io.hunyuan4j.core;

import static io.hunyuan4j.core.TestModels.exact;
import static io.hunyuan4j.core.TestModels.tokens;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hunyuan4j.core.RoutingPolicy.Drop;
import io.hunyuan4j.core.RoutingPolicy.Recycle;
import io.hunyuan4j.kernels.KvFormat;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Sessions that begin alike share their blocks, and compute what they would compute alone. */
class PrefixCacheTest {
  private static final int VOCAB = 50;
  private static final int CAPACITY = 300;
  private static final long SEED = 20261125;
  private static final int[] TOKENS = tokens(CAPACITY, VOCAB);

  private final LanguageModel model = TestModels.build(MapConfig.tinyLarge(), new RandomWeights());
  private final long blockBytes = 64 * model.shape().kvBytesPerToken(KvFormat.F32);

  private PrefixCache cacheOf(int blocks) {
    return new PrefixCache(model, blocks * blockBytes);
  }

  /** Reads a prompt as a generator does; how many tokens of it were known. */
  private int read(Session session, int... prompt) {
    int known = session.reuse(prompt);
    model.forward(Arrays.copyOfRange(prompt, known, prompt.length), session);
    return known;
  }

  /** Reads the beginning of the usual tokens in a session of its own. */
  private int readAlone(PrefixCache cache, int... prompt) {
    try (Session session = cache.newSession(exact(CAPACITY))) {
      return read(session, prompt);
    }
  }

  private static int[] first(int n) {
    return Arrays.copyOf(TOKENS, n);
  }

  /** The first tokens with another one at a place. */
  private static int[] changed(int n, int place) {
    int[] changed = first(n);
    changed[place] = (changed[place] + 1) % VOCAB;
    return changed;
  }

  @Test
  void reuse_takesFullBlocksOfEqualTokens_andNeverTheLastToken() {
    try (PrefixCache cache = cacheOf(100)) {
      assertEquals(0, readAlone(cache, first(200)), "nothing is known");
      assertEquals(3 * blockBytes, cache.bytes());
      assertEquals(3, cache.blocks());
      assertEquals(192, readAlone(cache, first(250)));
      assertEquals(127, readAlone(cache, first(128)), "somebody wants the logits of the last one");
      assertEquals(64, readAlone(cache, first(65)));
      assertEquals(63, readAlone(cache, first(64)));
      assertEquals(0, readAlone(cache, first(63)));
      assertEquals(0, readAlone(cache, changed(200, 0)));
      assertEquals(64, readAlone(cache, changed(200, 64)));
      assertEquals(128, readAlone(cache, changed(200, 191)));
    }
    assertEquals(0, model.keyValueMemory().liveBytes());
  }

  @Test
  void reuse_inTheMiddleOfASession_goesOnFromThere() {
    try (PrefixCache cache = cacheOf(100)) {
      readAlone(cache, first(200));
      try (Session session = cache.newSession(exact(CAPACITY))) {
        read(session, first(10));
        assertEquals(0, session.reuse(Arrays.copyOfRange(TOKENS, 10, 63)));
        assertEquals(182, read(session, Arrays.copyOfRange(TOKENS, 10, 250)));
        assertArrayEquals(first(250), session.tokens());
        assertEquals(0, session.reuse(new int[0]));
        assertThrows(IllegalArgumentException.class, () -> session.reuse(first(51)));
      }
    }
  }

  @Test
  void filledSession_leavesTheCache() {
    try (PrefixCache cache = cacheOf(100);
        Session session = cache.newSession(exact(CAPACITY))) {
      session.fill(first(64), block -> block.fill((byte) 1));
      model.forward(Arrays.copyOfRange(TOKENS, 64, 140), session);
      assertEquals(0, cache.blocks());
      try (Session fork = session.fork()) {
        model.forward(Arrays.copyOfRange(TOKENS, 140, 200), fork);
      }
      assertEquals(0, cache.blocks());
    }
  }

  @Test
  void equalBlocksOfTwoSessions_areOne() {
    try (PrefixCache cache = cacheOf(100);
        Session one = cache.newSession(exact(CAPACITY));
        Session two = cache.newSession(exact(CAPACITY))) {
      model.forward(first(100), one);
      model.forward(first(100), two); // did not ask for what is known
      assertEquals(3 * blockBytes, model.keyValueMemory().liveBytes(), "one full, two begun");
      two.truncate(60);
      int[] other = {1, 2, 3, 4};
      model.forward(other, two);
      assertEquals(3 * blockBytes, model.keyValueMemory().liveBytes());
      try (Session alone = model.newSession(exact(CAPACITY))) {
        model.forward(first(100), alone);
        assertArrayEquals(
            model.forward(new int[] {9}, alone),
            model.forward(new int[] {9}, one),
            "what the other one wrote over is its own");
      }
    }
  }

  @Test
  void bytes_areBounded_andTheLeastRecentlyUsedGoesFirst() {
    int[] a = first(128);
    int[] b = changed(128, 0);
    int[] c = changed(128, 1);
    try (PrefixCache cache = cacheOf(5)) {
      readAlone(cache, a);
      readAlone(cache, b);
      assertEquals(4, cache.blocks());
      assertEquals(127, readAlone(cache, a), "used again: now b is the oldest");
      readAlone(cache, c);
      assertEquals(5, cache.blocks());
      assertEquals(5 * blockBytes, cache.bytes());
      try (Session session = cache.newSession(exact(CAPACITY))) {
        assertEquals(64, session.reuse(b), "its second block went, the first one leads nowhere");
      }
      assertEquals(127, readAlone(cache, a));
      assertEquals(127, readAlone(cache, c));
      assertEquals(5 * blockBytes, model.keyValueMemory().liveBytes());
    }
  }

  @Test
  void oneSequenceLongerThanTheCache_keepsItsBeginning() {
    try (PrefixCache cache = cacheOf(2);
        Session session = cache.newSession(exact(CAPACITY))) {
      for (int token : first(280)) {
        model.forward(new int[] {token}, session);
        assertTrue(cache.bytes() <= 2 * blockBytes);
      }
      assertEquals(128, readAlone(cache, first(280)));
    }
    try (PrefixCache none = cacheOf(0)) {
      assertEquals(0, readAlone(none, first(200)));
      assertEquals(0, readAlone(none, first(200)));
      assertEquals(0, model.keyValueMemory().liveBytes());
    }
    assertThrows(IllegalArgumentException.class, () -> cacheOf(-1));
  }

  @Test
  void whatElseTheBitsDependOn_isKeptApart() {
    MapConfig stretched =
        MapConfig.tinyLarge()
            .with("max_position_embeddings", 150)
            .with("rope_scaling", Map.of("type", "dynamic", "factor", 2.0));
    LanguageModel dynamic = TestModels.build(stretched, new RandomWeights());
    try (PrefixCache cache = new PrefixCache(dynamic, 1 << 20)) {
      List<SessionOptions> apart =
          List.of(
              exact(150), // its base depends on the capacity
              exact(151),
              exact(150).withFirstPosition(1),
              exact(150).withKvFormat(KvFormat.BF16),
              exact(150).withKvFormat(KvFormat.F16));
      for (int round = 0; round < 2; round++) {
        for (SessionOptions options : apart) {
          try (Session session = cache.newSession(options)) {
            assertEquals(round * 64, session.reuse(first(100)), options.toString());
            dynamic.forward(Arrays.copyOfRange(TOKENS, session.position(), 100), session);
          }
        }
      }
      try (Session session = cache.newSession(exact(140))) {
        assertEquals(64, session.reuse(first(100)), "below the trained length all are alike");
      }
    }
  }

  @Test
  void whoCannotTakePart_computesEverything() {
    try (PrefixCache cache = cacheOf(100)) {
      readAlone(cache, first(200));
      for (RoutingPolicy policy : List.of(new Drop(1.0), new Recycle(1.0, 3))) {
        try (Session session = cache.newSession(exact(CAPACITY).withRouting(policy))) {
          assertEquals(0, read(session, changed(200, 0)), "its results depend on the call");
          assertEquals(3, cache.blocks(), "and it leaves none");
        }
      }
      try (Session counted = cache.newSession(exact(CAPACITY))) {
        RoutingStatistics statistics = counted.recordRouting();
        assertEquals(0, read(counted, first(200)));
        assertEquals(200, Arrays.stream(statistics.tokensPerExpert(0)).sum());
      }
      try (Session observed = cache.newSession(exact(CAPACITY))) {
        List<Integer> rows = new ArrayList<>();
        observed.observe(
            TestModels.hiddenObserver(
                (_, x) -> {
                  rows.add(x.rows());
                }));
        assertEquals(0, read(observed, first(200)));
        assertEquals(List.of(200, 200, 200, 200), rows);
      }
    }
  }

  @Test
  void close_beforeTheSessions_isSafe() {
    PrefixCache cache = cacheOf(100);
    readAlone(cache, first(200));
    Session session = cache.newSession(exact(CAPACITY));
    assertEquals(192, session.reuse(first(200)));
    cache.close();
    cache.close();
    assertEquals(3 * blockBytes, model.keyValueMemory().liveBytes(), "the session's");
    float[] expected;
    try (Session alone = model.newSession(exact(CAPACITY))) {
      expected = model.forward(first(260), alone);
    }
    assertArrayEquals(expected, model.forward(Arrays.copyOfRange(TOKENS, 192, 260), session));
    assertEquals(0, cache.bytes(), "it keeps nothing any more");
    assertEquals(0, readAlone(cache, first(200)));
    session.close();
    assertEquals(0, model.keyValueMemory().liveBytes());
  }

  /** Anything that sessions can do, in any order, against one that shares nothing. */
  @ParameterizedTest
  @EnumSource(KvFormat.class)
  void anyInterleaving_givesTheBitsOfPlainSessions(KvFormat format) {
    SessionOptions options = exact(CAPACITY).withKvFormat(format);
    Random random = new Random(SEED + format.ordinal());
    List<int[]> texts = List.of(first(280), changed(280, 100), changed(280, 64), changed(280, 63));
    long bound = 6 * 64 * model.shape().kvBytesPerToken(format);
    long known = 0;
    List<Session> sessions = new ArrayList<>();
    try (PrefixCache cache = new PrefixCache(model, bound)) {
      for (int step = 0; step < 150; step++) {
        if (sessions.isEmpty() || random.nextInt(5) == 0) {
          sessions.add(cache.newSession(options));
        }
        Session session = sessions.get(random.nextInt(sessions.size()));
        switch (random.nextInt(5)) {
          case 0 -> sessions.add(session.fork());
          case 1 -> session.truncate(random.nextInt(session.position() + 1));
          case 2 -> {
            session.close();
            sessions.remove(session);
          }
          default -> {
            int[] text = texts.get(random.nextInt(texts.size()));
            int from = session.position();
            int to = Math.min(text.length, from + random.nextInt(1, 150));
            int[] more = from < to ? Arrays.copyOfRange(text, from, to) : new int[] {7};
            if (more.length <= session.remaining()) {
              known += session.reuse(more);
              int read = session.position() - from;
              float[] logits = model.forward(Arrays.copyOfRange(more, read, more.length), session);
              String where = "seed %d, step %d".formatted(SEED + format.ordinal(), step);
              assertArrayEquals(plain(session.tokens(), options), logits, where);
            }
          }
        }
        assertTrue(cache.bytes() <= bound, "step " + step);
      }
      sessions.forEach(Session::close);
      assertEquals(cache.bytes(), model.keyValueMemory().liveBytes());
    }
    assertTrue(known > 1000, "known " + known);
    assertEquals(0, model.keyValueMemory().liveBytes());
  }

  private static final LanguageModel PLAIN =
      TestModels.build(MapConfig.tinyLarge(), new RandomWeights());

  private static float[] plain(int[] tokens, SessionOptions options) {
    try (Session session = PLAIN.newSession(options)) {
      return PLAIN.forward(tokens, session);
    }
  }

  @Test
  void sessionsOnManyThreads_shareAndGiveTheSameBits() throws Exception {
    List<int[]> texts = List.of(first(200), changed(200, 100), changed(200, 150), changed(200, 0));
    List<float[]> expected = texts.stream().map(text -> plain(text, exact(CAPACITY))).toList();
    try (PrefixCache cache = cacheOf(4);
        var executor = Executors.newFixedThreadPool(4)) {
      List<Future<float[]>> results = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        int[] text = texts.get(i % texts.size());
        results.add(executor.submit(() -> throughAFork(cache, text)));
      }
      for (int i = 0; i < results.size(); i++) {
        assertArrayEquals(expected.get(i % texts.size()), results.get(i).get(), "task " + i);
      }
      assertEquals(cache.bytes(), model.keyValueMemory().liveBytes());
    }
    assertEquals(0, model.keyValueMemory().liveBytes());
  }

  private float[] throughAFork(PrefixCache cache, int[] text) {
    try (Session session = cache.newSession(exact(CAPACITY))) {
      read(session, Arrays.copyOf(text, 110));
      try (Session fork = session.fork()) {
        session.close();
        int[] rest = Arrays.copyOfRange(text, 110, text.length);
        int known = fork.reuse(rest);
        return model.forward(Arrays.copyOfRange(rest, known, rest.length), fork);
      }
    }
  }
}
