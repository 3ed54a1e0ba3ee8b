package io.hunyuan4j.core.block;

import io.hunyuan4j.core.Batch;
import io.hunyuan4j.core.TokenCost;
import io.hunyuan4j.kernels.FloatMatrix;

/** The second branch of a layer: one MLP, or experts. */
public sealed interface FeedForward permits SwiGlu, MixtureOfExperts {

  /**
   * Computes {@code out [tokens, hiddenSize]} from x of the same shape, a row for each token of the
   * batch.
   */
  void forward(FloatMatrix out, FloatMatrix x, Batch batch);

  /** What it costs a token. */
  TokenCost cost();
}
