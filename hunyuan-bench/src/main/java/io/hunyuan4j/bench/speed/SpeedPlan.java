package io.hunyuan4j.bench.speed;

import io.hunyuan4j.kernels.KvFormat;
import java.time.Duration;
import java.util.List;

/**
 * What to measure: every combination is a row.
 *
 * @param weights formats of the weights
 * @param threads numbers of threads
 * @param kvFormats formats of the key-value cache
 * @param tests what to run
 * @param repeat how often each test is timed
 * @param warmup for how long speeds must not have got better before they are measured; zero leaves
 *     the warm-up out
 */
public record SpeedPlan(
    List<WeightChoice> weights,
    List<Integer> threads,
    List<KvFormat> kvFormats,
    List<SpeedTest> tests,
    int repeat,
    Duration warmup) {

  /** Copies the lists. */
  public SpeedPlan {
    weights = List.copyOf(weights);
    threads = List.copyOf(threads);
    kvFormats = List.copyOf(kvFormats);
    tests = List.copyOf(tests);
    if (weights.isEmpty() || threads.isEmpty() || kvFormats.isEmpty() || tests.isEmpty()) {
      throw new IllegalArgumentException("a plan without any combination measures nothing");
    }
    if (repeat < 1) {
      throw new IllegalArgumentException("repeat must be at least 1, not " + repeat);
    }
  }

  /** Positions that a session needs for all tests. */
  public int capacity() {
    return tests.stream().mapToInt(SpeedTest::positions).max().orElseThrow();
  }
}
