package io.hunyuan4j.core.block;

import io.hunyuan4j.core.Batch;
import io.hunyuan4j.core.Readahead;
import io.hunyuan4j.core.TokenCost;
import io.hunyuan4j.core.block.Scratch.Slot;
import io.hunyuan4j.kernels.FloatMatrix;
import io.hunyuan4j.kernels.Kernels;
import io.hunyuan4j.kernels.Matrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Routed experts beside an optional shared one: {@code out = shared(x) + Σ_rank weight ·
 * expert(x)}.
 *
 * <p>Tokens are grouped by expert, so that each expert in use runs once over all its tokens;
 * results are added to the shared expert's in rank order, whatever the order of computation.
 * Source: Hunyuan-Large report, arXiv 2411.02265, section 2.3.
 */
public final class MixtureOfExperts implements FeedForward {
  private final Router router;
  private final Optional<SwiGlu> shared;
  private final List<SwiGlu> experts;
  private final Optional<Readahead> readahead;
  private final Kernels kernels;

  /**
   * Experts in the order of the router's outputs.
   *
   * @param readahead is told which experts' weights come next, as soon as the router has chosen
   */
  public MixtureOfExperts(
      Router router,
      Optional<SwiGlu> shared,
      List<SwiGlu> experts,
      Optional<Readahead> readahead,
      Kernels kernels) {
    this.router = router;
    this.shared = shared;
    this.experts = List.copyOf(experts);
    this.readahead = readahead;
    this.kernels = kernels;
  }

  @Override
  public void forward(FloatMatrix out, FloatMatrix x, Batch batch) {
    Scratch scratch = batch.scratch();
    Routes routes = router.route(x, batch);
    if (readahead.isPresent()) {
      readahead.get().willNeed(weightsOfChosen(routes)); // while the shared expert computes
    }
    if (shared.isPresent()) {
      shared.get().forward(out, x, batch);
    } else {
      clear(out);
    }
    FloatMatrix results = scratch.matrix(Slot.EXPERT_OUTPUT, routes.choices(), x.cols());
    for (int e = 0; e < experts.size(); e++) {
      int from = routes.start(e);
      int to = routes.start(e + 1);
      if (from < to) {
        FloatMatrix input = scratch.matrix(Slot.EXPERT_INPUT, to - from, x.cols());
        for (int row = from; row < to; row++) {
          int xAt = x.rowOffset(routes.tokenAt(row));
          System.arraycopy(x.data(), xAt, input.data(), input.rowOffset(row - from), x.cols());
        }
        experts.get(e).forward(scratch.rows(results, from, to), input, batch);
      }
    }
    kernels.addWeightedRows(out, results, routes.outputRows(), routes.weights());
  }

  /** The weights of the experts in use, in the order of use. */
  private List<Matrix> weightsOfChosen(Routes routes) {
    List<Matrix> weights = new ArrayList<>();
    for (int e = 0; e < experts.size(); e++) {
      if (routes.start(e) < routes.start(e + 1)) {
        weights.addAll(experts.get(e).weights());
      }
    }
    return weights;
  }

  @Override
  public TokenCost cost() {
    TokenCost all = experts.stream().map(SwiGlu::cost).reduce(TokenCost.NONE, TokenCost::plus);
    return router
        .cost()
        .plus(shared.map(SwiGlu::cost).orElse(TokenCost.NONE))
        .plus(all.fraction(router.topK(), experts.size()));
  }

  private static void clear(FloatMatrix out) {
    for (int t = 0; t < out.rows(); t++) {
      Arrays.fill(out.data(), out.rowOffset(t), out.rowOffset(t) + out.cols(), 0f);
    }
  }
}
