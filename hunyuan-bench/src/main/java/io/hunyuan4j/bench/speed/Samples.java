package io.hunyuan4j.bench.speed;

import java.util.List;
import java.util.OptionalLong;

/**
 * Repetitions of one test.
 *
 * @param seconds how long each took, in their order
 * @param allocatedBytes what all threads allocated on the Java heap meanwhile, in all of them
 *     together; empty where the JVM does not count
 */
public record Samples(List<Double> seconds, OptionalLong allocatedBytes) {

  /** Copies the list. */
  public Samples {
    seconds = List.copyOf(seconds);
    if (seconds.isEmpty()) {
      throw new IllegalArgumentException("no samples");
    }
  }

  /** The median; of an even number the mean of the middle two. */
  public double median() {
    List<Double> sorted = seconds.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }

  /** The shortest. */
  public double shortest() {
    return seconds.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
  }

  /** The longest. */
  public double longest() {
    return seconds.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
  }
}
