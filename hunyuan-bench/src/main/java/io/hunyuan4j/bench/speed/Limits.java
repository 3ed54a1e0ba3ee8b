package io.hunyuan4j.bench.speed;

import java.util.Collections;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a number of threads can do at best on this machine.
 *
 * @param threads how many
 * @param readBytesPerSecond reading memory and doing nothing else
 * @param flops floating-point operations a second of {@code fma} and nothing else, two each
 * @param kernelBytesPerSecond by format of weights: the product with one row, where the weights of
 *     each thread stay in its core's second-level cache
 */
public record Limits(
    int threads,
    double readBytesPerSecond,
    double flops,
    SortedMap<String, Double> kernelBytesPerSecond) {

  /** Copies the map. */
  public Limits {
    kernelBytesPerSecond = Collections.unmodifiableSortedMap(new TreeMap<>(kernelBytesPerSecond));
  }

  /**
   * Bytes per second that decoding with weights of a format can read at most: what memory gives, or
   * what the kernel takes, whichever is less.
   */
  public double decodeLimit(String format) {
    return Math.min(readBytesPerSecond, Objects.requireNonNull(kernelBytesPerSecond.get(format)));
  }
}
