package io.hunyuan4j.core.hunyuan;

import io.hunyuan4j.core.Readahead;
import io.hunyuan4j.core.TensorRole;
import io.hunyuan4j.core.UnsupportedModelException;
import io.hunyuan4j.core.WeightSource;
import io.hunyuan4j.core.block.GroupedQueryAttention;
import io.hunyuan4j.core.block.Projection;
import io.hunyuan4j.core.block.SwiGlu;
import io.hunyuan4j.core.hunyuan.HunyuanConfig.Attention;
import io.hunyuan4j.kernels.Kernels;
import io.hunyuan4j.kernels.Matrix;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Hunyuan's tensor names, and how split and fused ones become projections. The only file that knows
 * them.
 *
 * <p>Fused forms: {@code qkv_proj} holds for each key-value head its query heads, its key, its
 * value; {@code gate_and_up_proj} holds up first, then gate. Both are used in place, as pieces.
 */
final class HunyuanWeights {
  private static final String EMBEDDING = "model.embed_tokens.weight";
  private static final String HEAD = "lm_head.weight";
  private static final String ROUTER = "mlp.gate.wg.weight";

  private final HunyuanConfig config;
  private final WeightSource source;
  private final Kernels kernels;

  HunyuanWeights(HunyuanConfig config, WeightSource source, Kernels kernels) {
    this.config = config;
    this.source = source;
    this.kernels = kernels;
  }

  /** What a tensor is for. */
  static TensorRole role(String tensor) {
    if (tensor.equals(EMBEDDING)) {
      return TensorRole.EMBEDDING;
    }
    if (tensor.equals(HEAD)) {
      return TensorRole.HEAD;
    }
    if (tensor.startsWith("model.layers.")) {
      if (tensor.endsWith("." + ROUTER)) {
        return TensorRole.ROUTER;
      }
      if (tensor.endsWith("_proj.weight")) {
        return TensorRole.PROJECTION;
      }
    }
    return TensorRole.OTHER;
  }

  Optional<Readahead> readahead() {
    return source.readahead();
  }

  Matrix tokenEmbedding() {
    HunyuanConfig.Sizes sizes = config.sizes();
    return source.matrix(EMBEDDING, sizes.vocabSize(), sizes.hiddenSize());
  }

  Matrix head() {
    HunyuanConfig.Sizes sizes = config.sizes();
    return sizes.tieWordEmbeddings()
        ? tokenEmbedding()
        : source.matrix(HEAD, sizes.vocabSize(), sizes.hiddenSize());
  }

  float[] finalNorm() {
    return source.vector("model.norm.weight", config.sizes().hiddenSize());
  }

  float[] norm(int layer, String name) {
    return layer(layer).vector(name + ".weight", config.sizes().hiddenSize());
  }

  GroupedQueryAttention.Weights attention(int layer) {
    Attention shape = config.attention();
    WeightSource attention = layer(layer).at("self_attn");
    int hidden = config.sizes().hiddenSize();
    int queries = shape.numHeads() * shape.headDim();
    refuse(!shape.qkNorm(), layer, "self_attn.query_layernorm.weight", "use_qk_norm");
    Projection output = projection(attention, "o_proj", hidden, queries, shape.bias());
    Optional<float[]> folded =
        shape.qkNorm() ? Optional.of(foldedNorm(attention)) : Optional.empty();
    return new GroupedQueryAttention.Weights(input(attention, layer), output, folded);
  }

  /** To queries, and to keys and values where the layer has its own. */
  private Projection input(WeightSource attention, int layer) {
    Attention shape = config.attention();
    int hidden = config.sizes().hiddenSize();
    boolean owns = config.kvLayout().owns(layer);
    if (owns && attention.has("qkv_proj.weight")) {
      return fusedInput(attention);
    }
    int queries = shape.numHeads() * shape.headDim();
    Projection query = projection(attention, "q_proj", queries, hidden, shape.bias());
    if (!owns) {
      return query;
    }
    int width = shape.numKeyValueHeads() * shape.headDim();
    return Projection.sideBySide(
        query,
        projection(attention, "k_proj", width, hidden, shape.bias()),
        projection(attention, "v_proj", width, hidden, shape.bias()));
  }

  /**
   * One tensor {@code [numKeyValueHeads, groups + 2, headDim] × hidden}: for each key-value head
   * its queries, key and value.
   */
  private Projection fusedInput(WeightSource attention) {
    Attention shape = config.attention();
    int dim = shape.headDim();
    int groupRows = (shape.numHeads() / shape.numKeyValueHeads() + 2) * dim;
    List<int[]> query = new ArrayList<>();
    List<int[]> key = new ArrayList<>();
    List<int[]> value = new ArrayList<>();
    for (int head = 0; head < shape.numKeyValueHeads(); head++) {
      int end = (head + 1) * groupRows;
      query.add(new int[] {head * groupRows, end - 2 * dim});
      key.add(new int[] {end - 2 * dim, end - dim});
      value.add(new int[] {end - dim, end});
    }
    int outputs = shape.numKeyValueHeads() * groupRows;
    int hidden = config.sizes().hiddenSize();
    return projection(attention, "qkv_proj", outputs, hidden, shape.bias())
        .select(Stream.of(query, key, value).flatMap(List::stream).toList());
  }

  private float[] foldedNorm(WeightSource attention) {
    int dim = config.attention().headDim();
    float[] folded = attention.vector("query_layernorm.weight", dim);
    float[] key = attention.vector("key_layernorm.weight", dim);
    for (int i = 0; i < dim; i++) {
      folded[i] *= key[i];
    }
    return folded;
  }

  Matrix router(int layer, int numExperts) {
    return layer(layer).matrix(ROUTER, numExperts, config.sizes().hiddenSize());
  }

  SwiGlu mlp(int layer, String name, int intermediateSize) {
    WeightSource mlp = layer(layer).at(name);
    int hidden = config.sizes().hiddenSize();
    boolean bias = config.bias();
    Projection gateAndUp;
    if (mlp.has("gate_and_up_proj.weight")) {
      int[] up = {0, intermediateSize};
      int[] gate = {intermediateSize, 2 * intermediateSize};
      gateAndUp =
          projection(mlp, "gate_and_up_proj", 2 * intermediateSize, hidden, bias)
              .select(List.of(gate, up));
    } else {
      gateAndUp =
          Projection.sideBySide(
              projection(mlp, "gate_proj", intermediateSize, hidden, bias),
              projection(mlp, "up_proj", intermediateSize, hidden, bias));
    }
    Projection down = projection(mlp, "down_proj", hidden, intermediateSize, bias);
    return new SwiGlu(gateAndUp, down, kernels);
  }

  /** That a layer with a shared expert in its weights has one in the configuration too. */
  void refuseSharedExpert(int layer) {
    refuse(true, layer, "mlp.shared_mlp.down_proj.weight", "use_mixed_mlp_moe");
  }

  /**
   * A weight that is there although the configuration says it has no part would be left out in
   * silence.
   */
  private void refuse(boolean unused, int layer, String name, String key) {
    if (unused && layer(layer).has(name)) {
      throw new UnsupportedModelException(
          "model.layers.%d.%s is in the checkpoint, but %s is not set".formatted(layer, name, key));
    }
  }

  private WeightSource layer(int layer) {
    return source.at("model.layers." + layer);
  }

  private static Projection projection(
      WeightSource source, String name, int outputs, int inputs, boolean bias) {
    Matrix weights = source.matrix(name + ".weight", outputs, inputs);
    if (!bias && source.has(name + ".bias")) {
      throw new UnsupportedModelException(
          name + ".bias is in the checkpoint, but attention_bias or mlp_bias is not set");
    }
    return new Projection(List.of(weights), bias ? source.vector(name + ".bias", outputs) : null);
  }
}
