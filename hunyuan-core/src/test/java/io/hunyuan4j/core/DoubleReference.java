package io.hunyuan4j.core;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * The forward pass once more, in double, without cache, batching or kernels: one token after the
 * other, written from the description in {@code models/golden}. Sizes are those of the
 * configuration it is given.
 */
public final class DoubleReference {
  private final MapConfig config;
  private final RandomWeights weights;
  private final int firstPosition;
  private final int hidden;
  private final int heads;
  private final int kvHeads;
  private final int dim;
  private final double eps;

  public DoubleReference(MapConfig config, RandomWeights weights, int firstPosition) {
    this.config = config;
    this.weights = weights;
    this.firstPosition = firstPosition;
    this.hidden = config.integer("hidden_size");
    this.heads = config.integer("num_attention_heads");
    this.kvHeads = config.integer("num_key_value_heads");
    this.dim = config.optionalInteger("head_dim").orElse(hidden / heads);
    this.eps = (float) config.number("rms_norm_eps");
  }

  /** Logits of every token. */
  public double[][] forward(int[] tokens) {
    int n = tokens.length;
    int vocab = config.integer("vocab_size");
    float[] embedding = weights.floats("model.embed_tokens.weight", vocab * hidden);
    double[][] x = new double[n][hidden];
    for (int t = 0; t < n; t++) {
      for (int i = 0; i < hidden; i++) {
        x[t][i] = embedding[tokens[t] * hidden + i];
      }
    }
    double[][] keys = new double[n][];
    double[][] values = new double[n][];
    int share = config.flag("use_cla", false) ? config.integer("cla_share_factor") : 1;
    for (int layer = 0; layer < config.integer("num_hidden_layers"); layer++) {
      String p = "model.layers." + layer + ".";
      double[][] out = new double[n][];
      for (int t = 0; t < n; t++) {
        double[] h = norm(x[t], p + "input_layernorm");
        if (layer % share == 0) {
          keys[t] = linear(h, p + "self_attn.k_proj", kvHeads * dim);
          values[t] = linear(h, p + "self_attn.v_proj", kvHeads * dim);
        }
        double[] query = linear(h, p + "self_attn.q_proj", heads * dim);
        out[t] = linear(attend(query, keys, values, t, p), p + "self_attn.o_proj", hidden);
      }
      for (int t = 0; t < n; t++) {
        add(x[t], out[t], 1);
        add(x[t], feedForward(norm(x[t], p + "post_attention_layernorm"), p), 1);
      }
    }
    double[][] logits = new double[n][];
    String head = config.flag("tie_word_embeddings", false) ? "model.embed_tokens" : "lm_head";
    for (int t = 0; t < n; t++) {
      logits[t] = linear(norm(x[t], "model.norm"), head, vocab);
    }
    return logits;
  }

  private double[] attend(double[] query, double[][] keys, double[][] values, int t, String p) {
    double[] out = new double[heads * dim];
    for (int head = 0; head < heads; head++) {
      int kv = head / (heads / kvHeads) * dim;
      double[] q = rotated(Arrays.copyOfRange(query, head * dim, (head + 1) * dim), t);
      q = qkNorm(q, p + "self_attn.query_layernorm");
      double[] scores = new double[t + 1];
      for (int s = 0; s <= t; s++) {
        double[] k = rotated(Arrays.copyOfRange(keys[s], kv, kv + dim), s);
        k = qkNorm(k, p + "self_attn.key_layernorm");
        for (int i = 0; i < dim; i++) {
          scores[s] += q[i] * k[i] / Math.sqrt(dim);
        }
      }
      softmax(scores);
      for (int s = 0; s <= t; s++) {
        for (int i = 0; i < dim; i++) {
          out[head * dim + i] += scores[s] * values[s][kv + i];
        }
      }
    }
    return out;
  }

  private double[] rotated(double[] x, int t) {
    double base = config.number("rope_theta");
    ConfigSource scaling = config.object("rope_scaling").orElse(null);
    if (scaling != null && scaling.has("alpha")) {
      base *= Math.pow(scaling.number("alpha"), dim / (dim - 2.0));
    }
    double[] out = new double[dim];
    for (int i = 0; i < dim / 2; i++) {
      double inverse = 1 / Math.pow(base, 2.0 * i / dim);
      if (scaling == null && config.text("model_type").equals("hunyuan")) {
        int bits = Float.floatToIntBits((float) inverse);
        inverse = Float.intBitsToFloat((bits + 0x7FFF + (bits >>> 16 & 1)) & 0xFFFF0000);
      }
      double angle = (firstPosition + t) * inverse;
      out[i] = x[i] * Math.cos(angle) - x[i + dim / 2] * Math.sin(angle);
      out[i + dim / 2] = x[i + dim / 2] * Math.cos(angle) + x[i] * Math.sin(angle);
    }
    return out;
  }

  private double[] qkNorm(double[] x, String name) {
    return config.flag("use_qk_norm", false) ? norm(x, name) : x;
  }

  private double[] feedForward(double[] x, String p) {
    int width = config.integer("intermediate_size");
    int experts = config.optionalInteger("num_experts").orElse(1);
    if (experts == 1) {
      return mlp(x, p + "mlp", width);
    }
    double[] probabilities = linear(x, p + "mlp.gate.wg", experts);
    softmax(probabilities);
    int k = config.integer("moe_topk");
    int[] best =
        IntStream.range(0, experts)
            .boxed()
            .sorted(Comparator.comparingDouble(e -> -probabilities[e]))
            .limit(k)
            .mapToInt(e -> e)
            .toArray();
    double sum = k == 1 ? 1 : Arrays.stream(best).mapToDouble(e -> probabilities[e]).sum();
    boolean shared = config.flag("use_mixed_mlp_moe", false);
    double[] out = shared ? mlp(x, p + "mlp.shared_mlp", width) : new double[hidden];
    for (int e : best) {
      add(out, mlp(x, p + "mlp.experts." + e, width), probabilities[e] / sum);
    }
    return out;
  }

  private double[] mlp(double[] x, String name, int width) {
    double[] gate = linear(x, name + ".gate_proj", width);
    double[] up = linear(x, name + ".up_proj", width);
    for (int i = 0; i < width; i++) {
      gate[i] = gate[i] / (1 + Math.exp(-gate[i])) * up[i];
    }
    return linear(gate, name + ".down_proj", hidden);
  }

  private double[] linear(double[] x, String name, int outputs) {
    float[] w = weights.floats(name + ".weight", outputs * x.length);
    double[] out = new double[outputs];
    for (int r = 0; r < outputs; r++) {
      for (int i = 0; i < x.length; i++) {
        out[r] += w[r * x.length + i] * x[i];
      }
    }
    if (weights.has(name + ".bias")) {
      float[] bias = weights.floats(name + ".bias", outputs);
      for (int r = 0; r < outputs; r++) {
        out[r] += bias[r];
      }
    }
    return out;
  }

  private double[] norm(double[] x, String name) {
    float[] w = weights.floats(name + ".weight", x.length);
    double factor = 1 / Math.sqrt(Arrays.stream(x).map(v -> v * v).sum() / x.length + eps);
    double[] out = new double[x.length];
    Arrays.setAll(out, i -> x[i] * factor * w[i]);
    return out;
  }

  private static void softmax(double[] x) {
    double max = Arrays.stream(x).max().orElseThrow();
    Arrays.setAll(x, i -> Math.exp(x[i] - max));
    double sum = Arrays.stream(x).sum();
    Arrays.setAll(x, i -> x[i] / sum);
  }

  private static void add(double[] x, double[] y, double weight) {
    Arrays.setAll(x, i -> x[i] + weight * y[i]);
  }
}
