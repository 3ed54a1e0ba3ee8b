package io.hunyuan4j.core;

import io.hunyuan4j.kernels.KvFormat;
import java.util.Objects;

/**
 * What a session is made for.
 *
 * @param capacity positions it can hold at most; memory grows with use, not with this number
 * @param firstPosition rotary position of its first token, 0 except in experiments with long
 *     contexts
 * @param kvFormat how keys and values are stored
 * @param routing what happens to tokens beyond an expert's capacity
 */
public record SessionOptions(
    int capacity, int firstPosition, KvFormat kvFormat, RoutingPolicy routing) {

  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException if one is out of range
   */
  public SessionOptions {
    Objects.requireNonNull(kvFormat, "kvFormat");
    Objects.requireNonNull(routing, "routing");
    if (capacity < 1) {
      throw new IllegalArgumentException("capacity must be at least 1, not " + capacity);
    }
    if (firstPosition < 0 || firstPosition > Integer.MAX_VALUE - capacity) {
      throw new IllegalArgumentException(
          "first position %d with capacity %d leaves the range of positions"
              .formatted(firstPosition, capacity));
    }
  }

  /** A session of {@code capacity} positions with a BF16 cache and no drops. */
  public static SessionOptions ofCapacity(int capacity) {
    return new SessionOptions(capacity, 0, KvFormat.BF16, new RoutingPolicy.Dropless());
  }

  /** The same with another format of the cache. */
  public SessionOptions withKvFormat(KvFormat format) {
    return new SessionOptions(capacity, firstPosition, format, routing);
  }

  /** The same with another routing policy. */
  public SessionOptions withRouting(RoutingPolicy policy) {
    return new SessionOptions(capacity, firstPosition, kvFormat, policy);
  }

  /** The same starting at another rotary position. */
  public SessionOptions withFirstPosition(int position) {
    return new SessionOptions(capacity, position, kvFormat, routing);
  }
}
