package io.hunyuan4j.core.hunyuan;

import io.hunyuan4j.core.ModelShape;
import io.hunyuan4j.core.hunyuan.HunyuanConfig.Dense;
import io.hunyuan4j.core.hunyuan.HunyuanConfig.Experts;
import io.hunyuan4j.core.hunyuan.HunyuanConfig.FeedForwardConfig;

/** Counts a Hunyuan model's parameters from its configuration. */
final class HunyuanShape {
  private HunyuanShape() {}

  static ModelShape of(HunyuanConfig config) {
    HunyuanConfig.Sizes sizes = config.sizes();
    long hidden = sizes.hiddenSize();
    long embedding = sizes.vocabSize() * hidden;
    long common = hidden + (sizes.tieWordEmbeddings() ? 1 : 2) * embedding;
    long total = common;
    // A token looks up one row of the embedding; the head is multiplied whole.
    long active = hidden + embedding + hidden;
    for (int layer = 0; layer < config.layers().size(); layer++) {
      long attention = 2 * hidden + attention(config, layer);
      FeedForwardConfig feedForward = config.layers().get(layer);
      total += attention + feedForward(config, feedForward, false);
      active += attention + feedForward(config, feedForward, true);
    }
    return new ModelShape(
        config.modelType(),
        sizes.vocabSize(),
        sizes.hiddenSize(),
        config.layers().size(),
        sizes.maxPositionEmbeddings(),
        new ModelShape.Parameters(total, active),
        config.kvLayout());
  }

  /** Elements of the widest row of activations per token. */
  static long widestRow(HunyuanConfig config) {
    HunyuanConfig.Attention attention = config.attention();
    long hidden = config.sizes().hiddenSize();
    int heads = attention.numHeads() + 2 * attention.numKeyValueHeads();
    long widest = Math.max(hidden, (long) heads * attention.headDim());
    for (FeedForwardConfig feedForward : config.layers()) {
      long width =
          switch (feedForward) {
            case Dense(int size) -> 2L * size; // gate and up
            case Experts(int experts, int topK, int size, int sharedSize) ->
                Math.max(2L * Math.max(size, sharedSize), Math.max(experts, topK * hidden));
          };
      widest = Math.max(widest, width);
    }
    return widest;
  }

  private static long attention(HunyuanConfig config, int layer) {
    HunyuanConfig.Attention attention = config.attention();
    long hidden = config.sizes().hiddenSize();
    long queries = (long) attention.numHeads() * attention.headDim();
    long keyValues =
        config.kvLayout().owns(layer) ? 2L * attention.numKeyValueHeads() * attention.headDim() : 0;
    long weights = (2 * queries + keyValues) * hidden;
    long biases = attention.bias() ? queries + keyValues + hidden : 0;
    return weights + biases + (attention.qkNorm() ? 2L * attention.headDim() : 0);
  }

  private static long feedForward(
      HunyuanConfig config, FeedForwardConfig feedForward, boolean onlyActive) {
    long hidden = config.sizes().hiddenSize();
    return switch (feedForward) {
      case Dense(int size) -> mlp(config, size);
      case Experts(int experts, int topK, int size, int sharedSize) ->
          experts * hidden
              + (sharedSize == 0 ? 0 : mlp(config, sharedSize))
              + (onlyActive ? topK : experts) * mlp(config, size);
    };
  }

  private static long mlp(HunyuanConfig config, long size) {
    long hidden = config.sizes().hiddenSize();
    return 3 * size * hidden + (config.bias() ? 2 * size + hidden : 0);
  }
}
