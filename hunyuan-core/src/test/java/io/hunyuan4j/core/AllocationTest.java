package io.hunyuan4j.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.hunyuan4j.core.generate.Cancellation;
import io.hunyuan4j.core.generate.GenerationOptions;
import io.hunyuan4j.core.generate.Generator;
import io.hunyuan4j.core.generate.SamplingOptions;
import io.hunyuan4j.kernels.Parallel;
import io.hunyuan4j.kernels.SilentLoops;
import java.lang.management.ManagementFactory;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A warm decode step allocates next to nothing, on the calling thread and on the workers together.
 *
 * <p>Counted is everything but the loops, which compute nothing here: theirs is the kernels'
 * affair. Sixteen layers, as in the synthetic models that the promise is about. Interpreted code
 * allocates more, so steps run until it is compiled: what is asserted is that it comes down.
 */
class AllocationTest {
  private static final int WINDOW = 64; // steps; the cache grows by one block in them
  private static final int MOST_WINDOWS = 150;
  private static final int BYTES_PER_TOKEN = 1024;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final SessionOptions OPTIONS =
      SessionOptions.ofCapacity(MOST_WINDOWS * WINDOW + 1);

  private static LanguageModel sixteenLayers(Parallel parallel) {
    MapConfig config =
        MapConfig.tinyLarge()
            .with("num_hidden_layers", 16)
            .with("cla_share_factor", 1)
            .with("moe_topk", 3)
            .with("attention_bias", true)
            .with("mlp_bias", true);
    return TestModels.build(config, new RandomWeights(), SilentLoops.on(parallel));
  }

  /** Bytes that this thread and the threads of {@code workers} have allocated. */
  private static long allocated(long... workers) {
    long own = THREADS.getThreadAllocatedBytes(Thread.currentThread().threadId());
    return own + LongStream.of(THREADS.getThreadAllocatedBytes(workers)).sum();
  }

  private static long[] newThreads(Set<Thread> before) {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(t -> !before.contains(t) && t.getName().matches("hunyuan-[0-9]+"))
        .mapToLong(Thread::threadId)
        .toArray();
  }

  private static void assertComesDown(int tokensPerStep, Runnable step, long... workers) {
    long bytes = Long.MAX_VALUE;
    for (int i = 0; i < MOST_WINDOWS && bytes > BYTES_PER_TOKEN; i++) {
      long start = allocated(workers);
      for (int k = 0; k < WINDOW; k++) {
        step.run();
      }
      bytes = (allocated(workers) - start) / (WINDOW * tokensPerStep);
    }
    assertTrue(bytes <= BYTES_PER_TOKEN, bytes + " bytes a token");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void decode_warm_allocatesNextToNothing(int threads) {
    Set<Thread> before = new HashSet<>(Thread.getAllStackTraces().keySet());
    try (Parallel parallel = Parallel.ofThreads(threads)) {
      long[] workers = newThreads(before);
      assertEquals(threads - 1, workers.length);
      LanguageModel model = sixteenLayers(parallel);
      int[] token = {7};
      try (Session session = model.newSession(OPTIONS)) {
        assertComesDown(1, () -> model.forward(token, session, 1), workers);
      }
    }
  }

  @Test
  void decodeOfABatch_warm_allocatesNextToNothing() {
    try (Parallel parallel = Parallel.ofThreads(1)) {
      LanguageModel model = sixteenLayers(parallel);
      List<Session> sessions =
          IntStream.range(0, 8).mapToObj(_ -> model.newSession(OPTIONS)).toList();
      Batch batch = new Batch();
      int[] token = {7};
      assertComesDown(
          sessions.size(),
          () -> {
            batch.clear();
            for (int i = 0; i < sessions.size(); i++) {
              batch.add(sessions.get(i), token, 1);
            }
            model.forward(batch);
          });
      sessions.forEach(Session::close);
    }
  }

  @Test
  void generate_warm_allocatesNextToNothing() {
    try (Parallel parallel = Parallel.ofThreads(1)) {
      LanguageModel model = sixteenLayers(parallel);
      SamplingOptions sampling =
          SamplingOptions.builder()
              .repetitionPenalty(1.1)
              .penaltyWindow(64)
              .logitBias(Map.of(5, 0.5))
              .temperature(0.7)
              .topP(0.9)
              .minP(0.01)
              .typicalP(0.95)
              .seed(3)
              .build();
      int tokens = MOST_WINDOWS * WINDOW;
      long[] after = new long[tokens];
      int[] count = new int[1];
      try (Session session = model.newSession(OPTIONS)) {
        new Generator(model)
            .generate(
                new int[] {1},
                session,
                new GenerationOptions(tokens, sampling, Set.of(99), 512),
                _ -> {
                  after[count[0]] = allocated();
                  int windowStart = count[0]++ - WINDOW;
                  return windowStart < 0
                      || after[windowStart + WINDOW] - after[windowStart]
                          > BYTES_PER_TOKEN * WINDOW;
                },
                new Cancellation());
      }
      assertTrue(count[0] < tokens, "never less than " + BYTES_PER_TOKEN + " bytes a token");
    }
  }
}
