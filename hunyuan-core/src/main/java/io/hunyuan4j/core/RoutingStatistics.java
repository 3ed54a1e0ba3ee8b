package io.hunyuan4j.core;

import java.util.Objects;

/**
 * Counts of what a session's routers did. Belongs to one session and, like it, to one thread at a
 * time.
 */
public final class RoutingStatistics {
  private final long[][] tokens; // [layer][expert]
  private final long[] dropped; // [layer]
  private final long[] recycled; // [layer]

  RoutingStatistics(int numLayers) {
    tokens = new long[numLayers][0];
    dropped = new long[numLayers];
    recycled = new long[numLayers];
  }

  /** Adds one choice that expert {@code expert} of {@code numExperts} took. */
  public void countToken(int layer, int expert, int numExperts) {
    if (tokens[layer].length == 0) {
      tokens[layer] = new long[numExperts];
    }
    tokens[layer][expert]++;
  }

  /** Adds one choice that was lost. */
  public void countDropped(int layer) {
    dropped[layer]++;
  }

  /** Adds one choice that moved to another expert, where it also counts as a token. */
  public void countRecycled(int layer) {
    recycled[layer]++;
  }

  /**
   * Choices that each expert of a layer took; empty where the layer does not route or has not run.
   */
  public long[] tokensPerExpert(int layer) {
    return tokens[Objects.checkIndex(layer, tokens.length)].clone();
  }

  /** Choices of a layer that were lost. */
  public long dropped(int layer) {
    return dropped[layer];
  }

  /** Choices of a layer that moved to another expert. */
  public long recycled(int layer) {
    return recycled[layer];
  }
}
