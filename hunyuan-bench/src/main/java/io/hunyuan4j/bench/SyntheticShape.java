package io.hunyuan4j.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The sizes of a synthetic model.
 *
 * @param name what it is called on the command line
 * @param vocabSize rows of the embedding and of the head, which are two matrices
 * @param hiddenSize width of the residual stream
 * @param numLayers number of decoder layers
 * @param attention the attention of every layer
 * @param experts the feed-forward branch of every layer
 */
public record SyntheticShape(
    String name,
    int vocabSize,
    int hiddenSize,
    int numLayers,
    Attention attention,
    Experts experts) {

  /** Hunyuan-A13B in small: 2.87 billion parameters, 0.69 billion of them active. */
  public static final SyntheticShape MINI_A13B =
      new SyntheticShape(
          "mini-a13b", 32_768, 2048, 16, new Attention(16, 4, 128, 1), new Experts(16, 2, 1536));

  /** Hunyuan-Large in small: two layers share keys and values, heads of 80, one expert a token. */
  public static final SyntheticShape MINI_LARGE =
      new SyntheticShape(
          "mini-large", 32_768, 1600, 16, new Attention(20, 4, 80, 2), new Experts(16, 1, 2400));

  /** A model of a few thousand parameters with everything the others have, for tests. */
  public static final SyntheticShape TINY =
      new SyntheticShape("tiny", 96, 48, 2, new Attention(4, 2, 12, 1), new Experts(4, 2, 20));

  /** The shapes that have a name. */
  public static final List<SyntheticShape> NAMED = List.of(MINI_A13B, MINI_LARGE, TINY);

  /**
   * Sizes of attention.
   *
   * @param numHeads query heads
   * @param numKeyValueHeads key and value heads
   * @param headDim numbers per head
   * @param shareFactor layers that use one layer's keys and values; 1 shares nothing
   */
  public record Attention(int numHeads, int numKeyValueHeads, int headDim, int shareFactor) {}

  /**
   * Sizes of the experts. Beside the routed ones there is one shared expert of the same width.
   *
   * @param numExperts routed experts; 1 is a dense layer, with neither router nor shared expert
   * @param topK experts of a token
   * @param width inner width of every expert
   */
  public record Experts(int numExperts, int topK, int width) {}

  /**
   * The shape that a text means: a name, or sizes such as {@code
   * hidden=1024,layers=4,heads=8,kv-heads=2,head-dim=64,experts=8,top-k=2,width=768,vocab=32768,cla=1}.
   * Sizes that are missing are those of {@code mini-a13b}.
   *
   * @throws IllegalArgumentException in one sentence, naming key and value
   */
  public static SyntheticShape parse(String text) {
    return ShapeSpec.isMeant(text) ? ShapeSpec.parse(text) : named(text);
  }

  /**
   * The shape of that name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static SyntheticShape named(String name) {
    return NAMED.stream()
        .filter(shape -> shape.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "synthetic shape \"%s\" is none of %s"
                        .formatted(name, NAMED.stream().map(SyntheticShape::name).toList())));
  }

  /** The configuration in a checkpoint's words. */
  Map<String, Object> config() {
    boolean shares = attention.shareFactor() > 1;
    Map<String, Object> config = new LinkedHashMap<>();
    // Only Hunyuan-Large shares keys and values; the two differ in how rotary frequencies are
    // rounded.
    config.put("model_type", shares ? "hunyuan" : "hunyuan_v1_moe");
    config.put("vocab_size", vocabSize);
    config.put("hidden_size", hiddenSize);
    config.put("intermediate_size", experts.width());
    config.put("num_hidden_layers", numLayers);
    config.put("num_attention_heads", attention.numHeads());
    config.put("num_key_value_heads", attention.numKeyValueHeads());
    config.put("attention_head_dim", attention.headDim());
    config.put("max_position_embeddings", 262_144);
    config.put("rms_norm_eps", 1e-5);
    config.put("rope_theta", 10_000.0);
    config.put("rope_scaling", Map.of("type", "dynamic", "alpha", 1000.0, "factor", 1.0));
    config.put("use_qk_norm", true);
    config.put("use_cla", shares);
    config.put("cla_share_factor", attention.shareFactor());
    config.put("num_experts", experts.numExperts());
    config.put("moe_topk", experts.topK());
    config.put("moe_intermediate_size", experts.width());
    config.put("use_mixed_mlp_moe", true);
    config.put("num_shared_expert", 1);
    config.put("tie_word_embeddings", false);
    return config;
  }

  /** The tensors by their published names, each with its sizes, in the order of a forward pass. */
  Map<String, List<Integer>> tensors() {
    Map<String, List<Integer>> tensors = new LinkedHashMap<>();
    tensors.put("model.embed_tokens.weight", List.of(vocabSize, hiddenSize));
    for (int layer = 0; layer < numLayers; layer++) {
      putLayer(tensors, "model.layers." + layer + ".", layer % attention.shareFactor() == 0);
    }
    tensors.put("model.norm.weight", List.of(hiddenSize));
    tensors.put("lm_head.weight", List.of(vocabSize, hiddenSize));
    return tensors;
  }

  private void putLayer(Map<String, List<Integer>> tensors, String layer, boolean ownsKeyValues) {
    int queries = attention.numHeads() * attention.headDim();
    int keyValues = attention.numKeyValueHeads() * attention.headDim();
    tensors.put(layer + "input_layernorm.weight", List.of(hiddenSize));
    tensors.put(layer + "self_attn.q_proj.weight", List.of(queries, hiddenSize));
    if (ownsKeyValues) {
      tensors.put(layer + "self_attn.k_proj.weight", List.of(keyValues, hiddenSize));
      tensors.put(layer + "self_attn.v_proj.weight", List.of(keyValues, hiddenSize));
    }
    tensors.put(layer + "self_attn.query_layernorm.weight", List.of(attention.headDim()));
    tensors.put(layer + "self_attn.key_layernorm.weight", List.of(attention.headDim()));
    tensors.put(layer + "self_attn.o_proj.weight", List.of(hiddenSize, queries));
    tensors.put(layer + "post_attention_layernorm.weight", List.of(hiddenSize));
    if (experts.numExperts() == 1) {
      putMlp(tensors, layer + "mlp.");
      return;
    }
    tensors.put(layer + "mlp.gate.wg.weight", List.of(experts.numExperts(), hiddenSize));
    putMlp(tensors, layer + "mlp.shared_mlp.");
    for (int expert = 0; expert < experts.numExperts(); expert++) {
      putMlp(tensors, layer + "mlp.experts." + expert + ".");
    }
  }

  private void putMlp(Map<String, List<Integer>> tensors, String mlp) {
    tensors.put(mlp + "gate_proj.weight", List.of(experts.width(), hiddenSize));
    tensors.put(mlp + "up_proj.weight", List.of(experts.width(), hiddenSize));
    tensors.put(mlp + "down_proj.weight", List.of(hiddenSize, experts.width()));
  }
}
