package io.hunyuan4j.core.hunyuan;

import io.hunyuan4j.core.ConfigSource;
import io.hunyuan4j.core.UnsupportedModelException;
import io.hunyuan4j.core.block.KvLayout;
import io.hunyuan4j.core.block.RopeScaling;
import io.hunyuan4j.core.block.RotaryEmbedding;
import java.util.ArrayList;
import java.util.List;

/**
 * A Hunyuan checkpoint's {@code config.json}, read and checked.
 *
 * @param modelType {@code model_type}
 * @param sizes vocabulary and residual stream
 * @param attention the attention of every layer
 * @param rotary the rotary positions
 * @param kvLayout which layers share keys and values
 * @param layers the feed-forward branch of every layer
 * @param bias whether the feed-forward projections have biases ({@code mlp_bias})
 */
record HunyuanConfig(
    String modelType,
    Sizes sizes,
    Attention attention,
    RotaryEmbedding.Settings rotary,
    KvLayout kvLayout,
    List<FeedForwardConfig> layers,
    boolean bias) {

  /**
   * No published size comes near this; larger ones are damage, and products of two stay far inside
   * a long.
   */
  private static final int LARGEST = 1 << 24;

  /**
   * Sizes of the whole model.
   *
   * @param tieWordEmbeddings whether the head is the embedding
   */
  record Sizes(
      int vocabSize,
      int hiddenSize,
      int maxPositionEmbeddings,
      float rmsNormEps,
      boolean tieWordEmbeddings) {}

  /**
   * The attention of every layer.
   *
   * @param bias whether the projections have biases
   * @param qkNorm whether queries and keys are normed after the rotation
   */
  record Attention(int numHeads, int numKeyValueHeads, int headDim, boolean bias, boolean qkNorm) {}

  /** The feed-forward branch of one layer. */
  sealed interface FeedForwardConfig {}

  /** One MLP. */
  record Dense(int intermediateSize) implements FeedForwardConfig {}

  /**
   * Routed experts.
   *
   * @param sharedSize width of the shared expert, 0 where there is none
   */
  record Experts(int numExperts, int topK, int intermediateSize, int sharedSize)
      implements FeedForwardConfig {}

  static HunyuanConfig read(ConfigSource config) {
    int numLayers = size(config, "num_hidden_layers", 100_000);
    Sizes sizes =
        new Sizes(
            size(config, "vocab_size", LARGEST),
            size(config, "hidden_size", LARGEST),
            size(config, "max_position_embeddings", Integer.MAX_VALUE),
            epsilon(config),
            config.flag("tie_word_embeddings", false));
    Attention attention = attention(config, sizes.hiddenSize());
    int shareFactor = 1;
    if (config.flag("use_cla", false)) {
      shareFactor = size(config, "cla_share_factor", 100_000);
    } else {
      config.has("cla_share_factor"); // present in checkpoints that do not share
    }
    String modelType = config.text("model_type");
    HunyuanConfig result =
        new HunyuanConfig(
            modelType,
            sizes,
            attention,
            rotary(config, attention.headDim(), modelType, sizes.maxPositionEmbeddings()),
            KvLayout.shared(
                numLayers, shareFactor, attention.numKeyValueHeads(), attention.headDim()),
            layers(config, numLayers),
            config.flag("mlp_bias", false));
    KnownKeys.check(config);
    return result;
  }

  private static Attention attention(ConfigSource config, int hiddenSize) {
    int numHeads = size(config, "num_attention_heads", LARGEST);
    int kvHeads =
        config.has("num_key_value_heads") ? size(config, "num_key_value_heads", LARGEST) : numHeads;
    if (numHeads % kvHeads != 0) {
      throw config.invalid(
          "num_key_value_heads",
          "%d does not divide num_attention_heads %d".formatted(kvHeads, numHeads));
    }
    int headDim;
    boolean hasHeadDim = config.has("head_dim");
    if (config.has("attention_head_dim")) {
      headDim = size(config, "attention_head_dim", LARGEST);
      if (hasHeadDim && size(config, "head_dim", LARGEST) != headDim) {
        throw config.invalid(
            "head_dim",
            "%d contradicts attention_head_dim %d".formatted(config.integer("head_dim"), headDim));
      }
    } else if (hasHeadDim) {
      headDim = size(config, "head_dim", LARGEST);
    } else if (hiddenSize % numHeads == 0) {
      headDim = hiddenSize / numHeads;
    } else {
      throw config.invalid(
          "num_attention_heads",
          "%d does not divide hidden_size %d, and there is no head_dim"
              .formatted(numHeads, hiddenSize));
    }
    if (headDim % 2 != 0 || headDim < 4) {
      throw config.invalid(
          "num_attention_heads",
          "head dimension %d is not an even number above 2".formatted(headDim));
    }
    if ((long) headDim * numHeads > LARGEST) {
      throw config.invalid(
          "num_attention_heads",
          "%d heads of %d are more than %d columns".formatted(numHeads, headDim, LARGEST));
    }
    return new Attention(
        numHeads,
        kvHeads,
        headDim,
        config.flag("attention_bias", false),
        config.flag("use_qk_norm", false));
  }

  private static RotaryEmbedding.Settings rotary(
      ConfigSource config, int headDim, String modelType, int maxPositions) {
    double theta = positive(config, "rope_theta");
    if (theta < 1) {
      throw config.invalid("rope_theta", theta + " is below 1");
    }
    RopeScaling scaling =
        config
            .object("rope_scaling")
            .map(s -> scaling(s, maxPositions, theta, headDim))
            .orElse(new RopeScaling.None());
    boolean rounds = modelType.equals("hunyuan");
    return new RotaryEmbedding.Settings(
        headDim,
        theta,
        scaling,
        rounds ? RotaryEmbedding.Rounding.BFLOAT16 : RotaryEmbedding.Rounding.NONE);
  }

  private static RopeScaling scaling(
      ConfigSource config, int maxPositions, double theta, int headDim) {
    String type = config.text(config.has("type") ? "type" : "rope_type");
    return switch (type) {
      case "default" -> new RopeScaling.None();
      case "linear" -> new RopeScaling.Linear(stretch(config));
      case "dynamic" -> {
        if (config.has("alpha")) {
          config.has("factor"); // written beside alpha, without effect
          RopeScaling.DynamicAlpha alpha = new RopeScaling.DynamicAlpha(positive(config, "alpha"));
          double base = alpha.base(theta, headDim);
          if (base < 1 || Double.isInfinite(base)) {
            throw config.invalid(
                "alpha",
                "%s makes of rope_theta %s a base of %s, not one of 1 and more"
                    .formatted(alpha.alpha(), theta, base));
          }
          yield alpha;
        }
        yield new RopeScaling.DynamicNtk(stretch(config), maxPositions);
      }
      default ->
          throw new UnsupportedModelException(
              "rope_scaling type %s is not one of default, linear, dynamic".formatted(type));
    };
  }

  private static double stretch(ConfigSource config) {
    double factor = positive(config, "factor");
    if (factor < 1) {
      throw config.invalid("factor", factor + " is below 1");
    }
    return factor;
  }

  private static List<FeedForwardConfig> layers(ConfigSource config, int numLayers) {
    int intermediateSize = size(config, "intermediate_size", LARGEST);
    int skipped = config.optionalInteger("moe_layer_num_skipped").orElse(0);
    if (skipped < 0) {
      throw config.invalid("moe_layer_num_skipped", skipped + " is negative");
    }
    PerLayer numExperts = PerLayer.of(config, "num_experts", numLayers, 1);
    PerLayer topK = PerLayer.of(config, "moe_topk", numLayers, 1);
    PerLayer expertSize = PerLayer.of(config, "moe_intermediate_size", numLayers, intermediateSize);
    PerLayer numShared = PerLayer.of(config, "num_shared_expert", numLayers, 1);
    boolean hasShared = config.flag("use_mixed_mlp_moe", false);
    boolean normalised = config.flag("norm_topk_prob", true);
    List<FeedForwardConfig> layers = new ArrayList<>();
    for (int layer = 0; layer < numLayers; layer++) {
      int experts = numExperts.at(layer);
      if (experts == 1 || layer < skipped) {
        layers.add(new Dense(intermediateSize));
        continue;
      }
      int k = topK.at(layer);
      if (k > experts) {
        throw config.invalid(
            "moe_topk", "%d exceeds num_experts %d at layer %d".formatted(k, experts, layer));
      }
      if (k > 1 && !normalised) {
        throw new UnsupportedModelException(
            "norm_topk_prob false with moe_topk %d: the published models divide by the sum"
                .formatted(k));
      }
      long sharedSize = hasShared ? (long) intermediateSize * numShared.at(layer) : 0;
      if (sharedSize > LARGEST) {
        throw config.invalid(
            "num_shared_expert",
            "%d experts of intermediate_size %d are more than %d columns"
                .formatted(numShared.at(layer), intermediateSize, LARGEST));
      }
      layers.add(new Experts(experts, k, expertSize.at(layer), (int) sharedSize));
    }
    return List.copyOf(layers);
  }

  /** A setting that is one number for all layers or a list of one number a layer. */
  private record PerLayer(List<Integer> values) {
    static PerLayer of(ConfigSource config, String key, int numLayers, int fallback) {
      if (!config.has(key)) {
        return new PerLayer(List.of(fallback));
      }
      List<Integer> values = config.integers(key);
      if (values.size() != 1 && values.size() < numLayers) {
        throw config.invalid(key, "%d numbers for %d layers".formatted(values.size(), numLayers));
      }
      for (int value : values) {
        if (value < 1 || value > LARGEST) {
          throw config.invalid(key, "%d is not between 1 and %d".formatted(value, LARGEST));
        }
      }
      return new PerLayer(values);
    }

    int at(int layer) {
      return values.get(values.size() == 1 ? 0 : layer);
    }
  }

  private static int size(ConfigSource config, String key, int largest) {
    int value = config.integer(key);
    if (value < 1 || value > largest) {
      throw config.invalid(key, "%d is not between 1 and %d".formatted(value, largest));
    }
    return value;
  }

  private static float epsilon(ConfigSource config) {
    float epsilon = (float) positive(config, "rms_norm_eps");
    if (epsilon == 0 || epsilon > 1) {
      throw config.invalid("rms_norm_eps", epsilon + " is not above 0 and at most 1, as a float");
    }
    return epsilon;
  }

  private static double positive(ConfigSource config, String key) {
    double value = config.number(key);
    if (!(value > 0) || Double.isInfinite(value)) {
      throw config.invalid(key, value + " is not a positive number");
    }
    return value;
  }
}
