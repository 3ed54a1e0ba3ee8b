package io.hunyuan4j.core.block;

import io.hunyuan4j.core.Session;
import io.hunyuan4j.core.TokenCost;
import io.hunyuan4j.kernels.FloatMatrix;

/** The second branch of a layer: one MLP, or experts. */
public sealed interface FeedForward permits SwiGlu, MixtureOfExperts {

  /** Computes {@code out [tokens, hiddenSize]} from x of the same shape. */
  void forward(FloatMatrix out, FloatMatrix x, Session session);

  /** What it costs a token. */
  TokenCost cost();
}
