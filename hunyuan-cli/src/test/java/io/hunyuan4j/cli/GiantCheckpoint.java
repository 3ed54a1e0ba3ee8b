package io.hunyuan4j.cli;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.StringJoiner;

/**
 * A checkpoint of Hunyuan-Large's size, 389 billion parameters, whose files are holes behind their
 * headers.
 */
final class GiantCheckpoint {
  private static final int LAYERS = 64;
  private static final int HIDDEN = 6400;
  private static final int INTERMEDIATE = 18304;
  private static final int VOCABULARY = 128256;
  private static final int EXPERTS = 16;
  private static final int QUERIES = 80 * 80;
  private static final int KEYS = 8 * 80;

  private static final String CONFIG =
      """
      {"architectures": ["HunYuanForCausalLM"], "model_type": "hunyuan", "attention_bias": false,
       "cla_share_factor": 2, "hidden_act": "silu", "hidden_size": 6400, "intermediate_size": 18304,
       "max_position_embeddings": 131072, "moe_topk": 1, "num_attention_heads": 80, "num_experts": 16,
       "num_hidden_layers": 64, "num_key_value_heads": 8, "num_shared_expert": 1, "rms_norm_eps": 1e-05,
       "rope_scaling": {"alpha": 1000.0, "factor": 1.0, "type": "dynamic"}, "rope_theta": 10000.0,
       "tie_word_embeddings": true, "use_cla": true, "use_mixed_mlp_moe": true, "use_qk_norm": true, "vocab_size": 128256}
      """;

  private GiantCheckpoint() {}

  /** Writes it into a folder: one shard for what belongs to no layer, one a layer. */
  static void create(Path folder) throws IOException {
    Files.writeString(folder.resolve("config.json"), CONFIG);
    StringJoiner index = new StringJoiner(", ", "{\"weight_map\": {", "}}");
    for (int shard = 0; shard <= LAYERS; shard++) {
      String name = "model-%05d-of-%05d.safetensors".formatted(shard + 1, LAYERS + 1);
      Map<String, long[]> tensors = shard == 0 ? outside() : layer(shard - 1);
      write(folder.resolve(name), tensors);
      tensors.keySet().forEach(tensor -> index.add("\"%s\": \"%s\"".formatted(tensor, name)));
    }
    Files.writeString(folder.resolve("model.safetensors.index.json"), index.toString());
  }

  private static Map<String, long[]> outside() {
    Map<String, long[]> tensors = new LinkedHashMap<>();
    tensors.put("model.embed_tokens.weight", new long[] {VOCABULARY, HIDDEN});
    tensors.put("model.norm.weight", new long[] {HIDDEN});
    return tensors;
  }

  private static Map<String, long[]> layer(int layer) {
    Map<String, long[]> tensors = new LinkedHashMap<>();
    String prefix = "model.layers." + layer + ".";
    tensors.put(prefix + "input_layernorm.weight", new long[] {HIDDEN});
    tensors.put(prefix + "post_attention_layernorm.weight", new long[] {HIDDEN});
    String attention = prefix + "self_attn.";
    tensors.put(attention + "q_proj.weight", new long[] {QUERIES, HIDDEN});
    tensors.put(attention + "o_proj.weight", new long[] {HIDDEN, QUERIES});
    tensors.put(attention + "query_layernorm.weight", new long[] {80});
    tensors.put(attention + "key_layernorm.weight", new long[] {80});
    if (layer % 2 == 0) { // of two layers that share keys and values, the first has them
      tensors.put(attention + "k_proj.weight", new long[] {KEYS, HIDDEN});
      tensors.put(attention + "v_proj.weight", new long[] {KEYS, HIDDEN});
    }
    tensors.put(prefix + "mlp.gate.wg.weight", new long[] {EXPERTS, HIDDEN});
    addMlp(tensors, prefix + "mlp.shared_mlp.");
    for (int expert = 0; expert < EXPERTS; expert++) {
      addMlp(tensors, prefix + "mlp.experts." + expert + ".");
    }
    return tensors;
  }

  private static void addMlp(Map<String, long[]> tensors, String prefix) {
    tensors.put(prefix + "gate_proj.weight", new long[] {INTERMEDIATE, HIDDEN});
    tensors.put(prefix + "up_proj.weight", new long[] {INTERMEDIATE, HIDDEN});
    tensors.put(prefix + "down_proj.weight", new long[] {HIDDEN, INTERMEDIATE});
  }

  private static void write(Path file, Map<String, long[]> tensors) throws IOException {
    StringJoiner header = new StringJoiner(", ", "{", "}");
    long begin = 0;
    for (Map.Entry<String, long[]> tensor : tensors.entrySet()) {
      long[] shape = tensor.getValue();
      long end = begin + 2 * (shape.length == 1 ? shape[0] : shape[0] * shape[1]);
      header.add(
          "\"%s\": {\"dtype\": \"BF16\", \"shape\": %s, \"data_offsets\": [%d, %d]}"
              .formatted(tensor.getKey(), Arrays.toString(shape), begin, end));
      begin = end;
    }
    byte[] text = header.toString().getBytes(StandardCharsets.UTF_8);
    try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
      out.setLength(8 + text.length + begin);
      out.write(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(text.length).array());
      out.write(text);
    }
  }
}
