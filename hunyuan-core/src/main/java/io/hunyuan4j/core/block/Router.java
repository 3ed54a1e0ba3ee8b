package io.hunyuan4j.core.block;

import io.hunyuan4j.core.Batch;
import io.hunyuan4j.core.RoutingStatistics;
import io.hunyuan4j.core.TokenCost;
import io.hunyuan4j.core.block.Scratch.Slot;
import io.hunyuan4j.kernels.FloatMatrix;
import io.hunyuan4j.kernels.Kernels;
import io.hunyuan4j.kernels.Matrix;

/**
 * Chooses experts for tokens: a softmax over all experts, the {@code topK} most probable ones in
 * falling order, ties to the lower expert.
 *
 * <p>The weight of a single expert is its probability; several are divided by the sum of the chosen
 * probabilities, added in rank order and at least 2⁻²³. Source: {@code HunYuanTopKGate}, {@code
 * top1gating} and {@code topkgating} in {@code modeling_hunyuan.py}.
 */
public final class Router {
  private static final float SMALLEST_SUM = 0x1p-23f;

  private final int layer;
  private final int topK;
  private final Matrix gate;
  private final Kernels kernels;

  /** A router of {@code gate.rows} experts. */
  public Router(int layer, int topK, Matrix gate, Kernels kernels) {
    if (topK < 1 || topK > gate.rows()) {
      throw new IllegalArgumentException("top-k %d of %d experts".formatted(topK, gate.rows()));
    }
    this.layer = layer;
    this.topK = topK;
    this.gate = gate;
    this.kernels = kernels;
  }

  /** Experts of a token. */
  int topK() {
    return topK;
  }

  /** What the choice costs a token. */
  TokenCost cost() {
    return TokenCost.ofProduct(gate);
  }

  /**
   * The routes of the tokens {@code x [tokens, hiddenSize]}, each sequence under its session's
   * policy, grouped by expert.
   */
  Routes route(FloatMatrix x, Batch batch) {
    int numExperts = gate.rows();
    Scratch scratch = batch.scratch();
    FloatMatrix logits = scratch.matrix(Slot.ROUTER_LOGITS, x.rows(), numExperts);
    FloatMatrix probabilities = scratch.matrix(Slot.ROUTER_PROBABILITIES, x.rows(), numExperts);
    kernels.matmul(logits, x, gate);
    batch.observeRouterLogits(layer, logits);
    kernels.softmax(probabilities, logits);
    Routes routes = scratch.routes();
    routes.reset(x.rows(), topK);
    for (int token = 0; token < x.rows(); token++) {
      chooseTop(routes, token, probabilities);
    }
    for (int i = 0; i < batch.size(); i++) {
      CapacityLimit.apply(routes, probabilities, layer, batch, i);
      count(routes, batch, i);
    }
    routes.group(numExperts);
    return routes;
  }

  private void chooseTop(Routes routes, int token, FloatMatrix probabilities) {
    float[] p = probabilities.data();
    int at = probabilities.rowOffset(token);
    int first = token * topK;
    for (int rank = 0; rank < topK; rank++) {
      routes.drop(first + rank); // forget the last call's choices before uses() looks at them
    }
    float sum = 0;
    for (int rank = 0; rank < topK; rank++) {
      int best = -1;
      for (int expert = 0; expert < gate.rows(); expert++) {
        if ((best < 0 || p[at + expert] > p[at + best]) && !routes.uses(first + rank, expert)) {
          best = expert;
        }
      }
      routes.choose(first + rank, best, p[at + best]);
      sum += p[at + best];
    }
    float divisor = topK == 1 ? 1f : Math.max(sum, SMALLEST_SUM);
    for (int choice = first; choice < first + topK; choice++) {
      routes.choose(choice, routes.expert(choice), p[at + routes.expert(choice)] / divisor);
    }
    routes.setDivisor(token, divisor);
  }

  private void count(Routes routes, Batch batch, int entry) {
    RoutingStatistics statistics = batch.session(entry).statistics();
    if (statistics == null) {
      return;
    }
    for (int choice = batch.firstRow(entry) * topK; choice < batch.endRow(entry) * topK; choice++) {
      if (routes.expert(choice) != Routes.NONE) {
        statistics.countToken(layer, routes.expert(choice), gate.rows());
      }
    }
  }
}
