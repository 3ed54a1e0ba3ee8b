package io.hunyuan4j.core.block;

import io.hunyuan4j.core.Batch;
import io.hunyuan4j.core.RoutingPolicy;
import io.hunyuan4j.core.RoutingPolicy.Drop;
import io.hunyuan4j.core.RoutingPolicy.Dropless;
import io.hunyuan4j.core.RoutingPolicy.Recycle;
import io.hunyuan4j.core.RoutingStatistics;
import io.hunyuan4j.core.Session;
import io.hunyuan4j.kernels.FloatMatrix;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.jspecify.annotations.Nullable;

/**
 * Carries out a {@link RoutingPolicy} on the routes of one sequence in one layer and call, as if
 * the sequence were alone.
 */
final class CapacityLimit {
  private final Routes routes;
  private final int firstChoice;
  private final int endChoice;
  private final int layer;
  private final int capacity;
  private final int[] load; // [numExperts], choices each expert has taken
  private final @Nullable RoutingStatistics statistics;

  private CapacityLimit(
      Routes routes, int layer, int numExperts, double capacityFactor, Batch batch, int entry) {
    int tokens = batch.tokens(entry).length;
    this.routes = routes;
    this.firstChoice = batch.firstRow(entry) * routes.topK();
    this.endChoice = batch.endRow(entry) * routes.topK();
    this.layer = layer;
    this.capacity = RoutingPolicy.capacity(capacityFactor, tokens, routes.topK(), numExperts);
    this.load = new int[numExperts];
    this.statistics = batch.session(entry).statistics();
  }

  /** Takes choices beyond the capacity away or moves them, as the policy of the entry says. */
  static void apply(Routes routes, FloatMatrix probabilities, int layer, Batch batch, int entry) {
    Session session = batch.session(entry);
    int numExperts = probabilities.cols();
    switch (session.options().routing()) {
      case Dropless() -> {}
      case Drop(double factor) -> {
        CapacityLimit limit = new CapacityLimit(routes, layer, numExperts, factor, batch, entry);
        for (int choice : limit.overflow()) {
          limit.drop(choice);
        }
      }
      case Recycle(double factor, long seed) -> {
        CapacityLimit limit = new CapacityLimit(routes, layer, numExperts, factor, batch, entry);
        long start = seed + 0x9E3779B97F4A7C15L * layer + 0xD1B54A32D192ED03L * session.position();
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(start);
        for (int choice : limit.overflow()) {
          limit.recycle(choice, probabilities, random);
        }
      }
    }
  }

  /** The choices that find their expert full, in token and rank order. */
  private int[] overflow() {
    int[] over = new int[endChoice - firstChoice];
    int count = 0;
    for (int choice = firstChoice; choice < endChoice; choice++) {
      int expert = routes.expert(choice);
      if (load[expert] < capacity) {
        load[expert]++;
      } else {
        over[count++] = choice;
      }
    }
    return Arrays.copyOf(over, count);
  }

  private void drop(int choice) {
    routes.drop(choice);
    if (statistics != null) {
      statistics.countDropped(layer);
    }
  }

  /**
   * Moves a choice to one of the experts that have room and do not serve its token, each as likely.
   */
  private void recycle(int choice, FloatMatrix probabilities, RandomGenerator random) {
    int candidates = 0;
    for (int expert = 0; expert < load.length; expert++) {
      candidates += hasRoom(expert, choice) ? 1 : 0;
    }
    if (candidates == 0) {
      drop(choice);
      return;
    }
    int skip = random.nextInt(candidates);
    int expert = 0;
    while (!hasRoom(expert, choice) || skip-- > 0) {
      expert++;
    }
    int token = choice / routes.topK();
    load[expert]++;
    routes.choose(choice, expert, probabilities.get(token, expert) / routes.divisor(token));
    if (statistics != null) {
      statistics.countRecycled(layer);
    }
  }

  private boolean hasRoom(int expert, int choice) {
    return load[expert] < capacity && !routes.uses(choice, expert);
  }
}
