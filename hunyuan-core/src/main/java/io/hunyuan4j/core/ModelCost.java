package io.hunyuan4j.core;

import java.util.Map;

/**
 * What a model's forward pass costs, from the weights it really has.
 *
 * @param layers a token's way through the layers, its look at the embedding included
 * @param head the logits of one token
 */
public record ModelCost(TokenCost layers, TokenCost head) {

  /** Bytes of weights that one decoded token reads: of routed experts only those it uses. */
  public long decodeBytes() {
    return layers.bytes() + head.bytes();
  }

  /**
   * Bytes of weights that {@code tokens} tokens in one call read at most in the layers: as many as
   * they would alone, and no expert twice.
   */
  public long layerBytes(int tokens) {
    return Math.min(layers.promptBytes(), tokens * layers.bytes());
  }

  /** The format that most of the bytes of a decoded token have. */
  public String mainFormat() {
    return layers.plus(head).bytesByFormat().entrySet().stream()
        .max(Map.Entry.comparingByValue())
        .map(Map.Entry::getKey)
        .orElse("");
  }

  /**
   * Floating-point operations of {@code tokens} tokens behind {@code depth} others, with logits of
   * {@code logitRows} of them: each token looks at all before it and at itself.
   */
  public long flops(int depth, int tokens, int logitRows) {
    long keys = (long) tokens * depth + tokens * (tokens + 1L) / 2;
    return tokens * layers.flops() + keys * layers.flopsPerKey() + logitRows * head.flops();
  }
}
