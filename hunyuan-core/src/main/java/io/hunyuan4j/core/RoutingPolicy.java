package io.hunyuan4j.core;

/**
 * What happens when more tokens choose an expert than it takes.
 *
 * <p>Under {@link Drop} and {@link Recycle} an expert takes at most {@code ⌈capacityFactor · tokens
 * · k / experts⌉} of the choices of one call of {@code forward}, in token order and within a token
 * in rank order; in a {@link Batch} each sequence counts by itself. Results then depend on how a
 * sequence is cut into calls, as they do in training; only {@link Dropless} is free of that, and it
 * is what the published inference computes.
 */
public sealed interface RoutingPolicy {

  /** Every choice is kept. */
  record Dropless() implements RoutingPolicy {}

  /**
   * A choice beyond the capacity is lost: the token does without that expert, its other weights
   * stay as they are.
   *
   * @param capacityFactor capacity relative to an even spread, above 0
   */
  record Drop(double capacityFactor) implements RoutingPolicy {
    /** Checks the factor. */
    public Drop {
      checkCapacityFactor(capacityFactor);
    }
  }

  /**
   * Recycle routing: a choice beyond the capacity moves to a random expert that still has room and
   * that the token does not use yet, weighted by the router's probability for that expert. Where
   * there is none, the choice is lost.
   *
   * <p>Source: Hunyuan-Large report, arXiv 2411.02265, section 2.3.2 (there for top-1).
   *
   * @param capacityFactor capacity relative to an even spread, above 0
   * @param seed start of the random numbers; with layer and position it determines every move
   */
  record Recycle(double capacityFactor, long seed) implements RoutingPolicy {
    /** Checks the factor. */
    public Recycle {
      checkCapacityFactor(capacityFactor);
    }
  }

  /** Choices an expert takes at most out of {@code tokens · topK}. */
  static int capacity(double capacityFactor, int tokens, int topK, int numExperts) {
    return (int)
        Math.min(Integer.MAX_VALUE, Math.ceil(capacityFactor * tokens * topK / numExperts));
  }

  private static void checkCapacityFactor(double factor) {
    if (!(factor > 0) || Double.isInfinite(factor)) {
      throw new IllegalArgumentException("capacity factor must be above 0, not " + factor);
    }
  }
}
