package io.hunyuan4j.core;

import io.hunyuan4j.kernels.FloatMatrix;

/**
 * Sees the intermediate results of a session's forward passes, for checks against a reference: its
 * own rows, whoever else is in the batch. The matrices are only valid during the call.
 */
public interface ForwardObserver {

  /** The residual stream {@code [tokens, hiddenSize]} after a layer. */
  void hidden(int layer, FloatMatrix x);

  /**
   * The router's logits {@code [tokens, numExperts]} before the softmax, where the layer routes.
   */
  void routerLogits(int layer, FloatMatrix logits);
}
