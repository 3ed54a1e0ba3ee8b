package io.hunyuan4j.core.hunyuan;

import io.hunyuan4j.core.Architecture;
import io.hunyuan4j.core.ConfigSource;
import io.hunyuan4j.core.LanguageModel;
import io.hunyuan4j.core.ModelShape;
import io.hunyuan4j.core.TensorRole;
import io.hunyuan4j.core.WeightSource;
import io.hunyuan4j.core.block.FeedForward;
import io.hunyuan4j.core.block.GroupedQueryAttention;
import io.hunyuan4j.core.block.MixtureOfExperts;
import io.hunyuan4j.core.block.Router;
import io.hunyuan4j.core.block.SwiGlu;
import io.hunyuan4j.core.hunyuan.HunyuanConfig.Dense;
import io.hunyuan4j.core.hunyuan.HunyuanConfig.Experts;
import io.hunyuan4j.kernels.Kernels;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Builds Hunyuan models: what their configuration means and which weights they need. */
public final class HunyuanArchitecture implements Architecture {

  /** The builder; it has no state. */
  public HunyuanArchitecture() {}

  @Override
  public List<String> modelTypes() {
    return List.of("hunyuan", "hunyuan_v1_moe", "hunyuan_v1_dense");
  }

  @Override
  public ModelShape shape(ConfigSource config) {
    return HunyuanShape.of(HunyuanConfig.read(config));
  }

  @Override
  public boolean mayLeaveUnused(String tensor) {
    return !tensor.startsWith("model.layers.") || tensor.endsWith(".rotary_emb.inv_freq");
  }

  @Override
  public TensorRole role(String tensor) {
    return HunyuanWeights.role(tensor);
  }

  @Override
  public LanguageModel build(ConfigSource source, WeightSource weightSource, Kernels kernels) {
    HunyuanConfig config = HunyuanConfig.read(source);
    HunyuanWeights weights = new HunyuanWeights(config, weightSource, kernels);
    HunyuanConfig.Attention attention = config.attention();
    GroupedQueryAttention.Shape attentionShape =
        new GroupedQueryAttention.Shape(
            attention.numHeads(),
            attention.numKeyValueHeads(),
            attention.headDim(),
            config.sizes().rmsNormEps());
    List<HunyuanLayer> layers = new ArrayList<>();
    for (int layer = 0; layer < config.layers().size(); layer++) {
      int slot = config.kvLayout().slotOfLayer().get(layer);
      layers.add(
          new HunyuanLayer(
              weights.norm(layer, "input_layernorm"),
              new GroupedQueryAttention(attentionShape, slot, weights.attention(layer), kernels),
              weights.norm(layer, "post_attention_layernorm"),
              feedForward(config, weights, layer, kernels)));
    }
    return new HunyuanModel(config, weights, layers, kernels);
  }

  private static FeedForward feedForward(
      HunyuanConfig config, HunyuanWeights weights, int layer, Kernels kernels) {
    return switch (config.layers().get(layer)) {
      case Dense(int size) -> weights.mlp(layer, "mlp", size);
      case Experts(int numExperts, int topK, int size, int sharedSize) -> {
        List<SwiGlu> experts = new ArrayList<>();
        for (int expert = 0; expert < numExperts; expert++) {
          experts.add(weights.mlp(layer, "mlp.experts." + expert, size));
        }
        Optional<SwiGlu> shared = Optional.empty();
        if (sharedSize == 0) {
          weights.refuseSharedExpert(layer);
        } else {
          shared = Optional.of(weights.mlp(layer, "mlp.shared_mlp", sharedSize));
        }
        Router router = new Router(layer, topK, weights.router(layer, numExperts), kernels);
        yield new MixtureOfExperts(router, shared, experts, weights.readahead(), kernels);
      }
    };
  }
}
