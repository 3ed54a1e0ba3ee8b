package io.hunyuan4j.core.hunyuan;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.hunyuan4j.core.LanguageModel;
import io.hunyuan4j.core.MapConfig;
import io.hunyuan4j.core.ModelCost;
import io.hunyuan4j.core.RandomWeights;
import io.hunyuan4j.core.TestModels;
import io.hunyuan4j.kernels.KvFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a forward pass costs, against the parameters that the configuration promises. */
class ModelCostTest {

  @ParameterizedTest
  @MethodSource("io.hunyuan4j.core.hunyuan.HunyuanModelTest#variants")
  void decodedToken_readsEveryActiveParameterOnce(MapConfig config) {
    LanguageModel model = TestModels.build(config, new RandomWeights()); // all F32
    long counted = model.shape().parameters().active() - uncounted(config, model);
    int hidden = model.shape().hiddenSize();
    assertEquals(4 * counted, model.cost().decodeBytes());
    assertEquals("F32", model.cost().mainFormat());
    // The row of the embedding is looked at, not multiplied.
    long keys = model.cost().layers().flopsPerKey();
    assertEquals(2 * (counted - hidden) + keys, model.cost().flops(0, 1, 1));
    long vocab = model.shape().vocabSize();
    assertEquals(2 * (counted - hidden - vocab * hidden) + keys, model.cost().flops(0, 1, 0));
  }

  @Test
  void tokensBehindOthers_lookAtAllOfThem() {
    MapConfig config = MapConfig.tinyLarge();
    ModelCost cost = TestModels.build(config, new RandomWeights()).cost();
    int layers = config.integer("num_hidden_layers");
    int heads = config.integer("num_attention_heads");
    int headDim = config.integer("hidden_size") / heads;
    if (config.has("attention_head_dim")) {
      headDim = config.integer("attention_head_dim");
    }
    assertEquals(4L * layers * heads * headDim, cost.layers().flopsPerKey());
    // Tokens 10, 11 and 12 look at 11, 12 and 13 keys.
    assertEquals(
        3 * cost.layers().flops() + 36 * cost.layers().flopsPerKey() + 2 * cost.head().flops(),
        cost.flops(10, 3, 2));
  }

  @Test
  void prompt_readsEveryExpertOnce() {
    LanguageModel model = TestModels.build(MapConfig.tinyLarge(), new RandomWeights());
    ModelCost cost = model.cost();
    assertEquals(cost.layers().bytes(), cost.layerBytes(1));
    long all = model.shape().parameters().total() - model.shape().parameters().active();
    assertEquals(cost.layers().bytes() + 4 * unusedExperts(all, model), cost.layerBytes(1000));
  }

  @Test
  void layersThatShareASlot_bothReadIt() {
    LanguageModel model = TestModels.build(MapConfig.tinyLarge(), new RandomWeights());
    int sharing = model.shape().numLayers() / model.shape().kvLayout().numSlots();
    for (KvFormat format : KvFormat.values()) {
      assertEquals(
          sharing * model.shape().kvBytesPerToken(format),
          model.shape().kvReadBytesPerToken(format));
    }
  }

  /** Of the parameters that a token does not use, those that are no row of the embedding. */
  private static long unusedExperts(long unused, LanguageModel model) {
    // Active are one row of the embedding and the whole head, which here is the embedding.
    return unused + model.shape().hiddenSize();
  }

  /** Norms and biases. */
  private static long uncounted(MapConfig config, LanguageModel model) {
    int layers = model.shape().numLayers();
    int hidden = model.shape().hiddenSize();
    int headDim = model.shape().kvLayout().headDim();
    long norms = hidden + 2L * layers * hidden;
    if (config.flag("use_qk_norm", false)) {
      norms += 2L * layers * headDim;
    }
    return norms + (config.flag("mlp_bias", false) ? biases(config, model) : 0);
  }

  /** What the same model has more of than without biases. */
  private static long biases(MapConfig config, LanguageModel model) {
    MapConfig without = config.with("attention_bias", false).with("mlp_bias", false);
    return model.shape().parameters().active()
        - TestModels.build(without, new RandomWeights()).shape().parameters().active();
  }
}
