package io.hunyuan4j.core;

/** What a tensor is for, as far as it decides in how few bits its numbers may be stored. */
public enum TensorRole {
  /** The table of token embeddings, which may be the head as well. */
  EMBEDDING,
  /** The product that gives the logits. */
  HEAD,
  /** The product that chooses experts: small, and a rounding there sends a token elsewhere. */
  ROUTER,
  /** A product inside a layer: nearly all of a model. */
  PROJECTION,
  /** Norms, biases, and what has no part in the arithmetic. */
  OTHER
}
