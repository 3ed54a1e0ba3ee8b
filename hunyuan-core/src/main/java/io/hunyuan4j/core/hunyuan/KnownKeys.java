package io.hunyuan4j.core.hunyuan;

import io.hunyuan4j.core.ConfigSource;
import io.hunyuan4j.core.UnsupportedModelException;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Judges the keys of a configuration that nothing else has read, so that none that changes the
 * arithmetic passes in silence.
 *
 * <p>Keys in {@link #NEUTRAL} must have the value that leaves the arithmetic alone. Keys in {@link
 * #IGNORED} never matter here. Of the rest, those whose words sound like arithmetic are refused,
 * and the others are listed at DEBUG.
 */
final class KnownKeys {
  private static final Logger LOG = LoggerFactory.getLogger(KnownKeys.class);

  /** Settings of relatives and of unpublished variants, each with the one value that is built. */
  private static final Map<String, String> NEUTRAL =
      Map.ofEntries(
          Map.entry("hidden_act", "\"silu\""),
          Map.entry("norm_type", "\"rms\""),
          Map.entry("use_rotary_pos_emb", "true"),
          Map.entry("position_embedding_xdrope", "false"),
          Map.entry("use_mla", "false"),
          Map.entry("use_rms_norm", "true"),
          Map.entry("is_causal", "true"),
          Map.entry("group_limited_greedy", "false"),
          Map.entry("routed_scaling_factor", "1.0"),
          Map.entry("add_classification_head", "false"),
          Map.entry("rope_scaling.mscale", "1.0"),
          Map.entry("rope_scaling.mscale_all_dim", "1.0"));

  /**
   * Settings of training, of sampling, of vision towers, and switches that the published inference
   * code stores and never looks at ({@code moe_drop_tokens} and its like: see {@code
   * RoutingPolicy}).
   */
  private static final Set<String> IGNORED =
      Set.of(
          "attention_dropout",
          "capacity_factor",
          "moe_drop_tokens",
          "moe_random_routing_dropped_token",
          "num_media_embeds",
          "org_vocab_size",
          "rope_scaling.beta_fast",
          "rope_scaling.beta_slow",
          "rope_scaling.factor",
          "use_cache",
          "vit_norm_type",
          "vit_used_rms_norm",
          "vit_input_resolution",
          "vit_add_patchemb_bias",
          "vit_mapping_type");

  /** Words of keys that change what a layer computes. */
  private static final Set<String> ARITHMETIC =
      Set.of(
          ("act activation activations alibi attention attn bias cap causal cla clip clipping conv"
                  + " embedding embeddings expert experts ffn gate glu group head heads kv layer"
                  + " layernorm layers logit logits lora mask mla moe mlp multiplier norm norms parallel"
                  + " position positions qk qkv quantization residual rms rope rotary routed router"
                  + " routing scale scaling sink sinks sliding softcap softcapping softmax swiglu theta"
                  + " topk window")
              .split(" "));

  private KnownKeys() {}

  static void check(ConfigSource config) {
    // One that the loader understands it has read.
    if (config.unreadKeys().contains("quantization_config")) {
      throw new UnsupportedModelException(
          "quantization_config: of quantised checkpoints only hunyuan4j's own are supported, beside F32, BF16 and F16");
    }
    Set<String> harmless = new TreeSet<>();
    for (String key : config.unreadKeys()) {
      String neutral = NEUTRAL.get(key);
      String value = config.describe(key);
      if (neutral != null) {
        if (!value.equals(neutral)
            && !(neutral + ".0").equals(value)
            && !neutral.equals(value + ".0")) {
          throw new UnsupportedModelException(
              "%s: only %s is supported, found %s".formatted(key, neutral, value));
        }
      } else if (isArithmetic(key) && !IGNORED.contains(key) && !isSwitchedOff(key, value)) {
        throw new UnsupportedModelException(
            "%s: a key that may change the arithmetic and is not known here, found %s"
                .formatted(key, value));
      } else {
        harmless.add(key);
      }
    }
    if (!harmless.isEmpty()) {
      LOG.debug("Configuration keys without effect here: {}", harmless);
    }
  }

  /** A feature that is named to be switched on, and is not. */
  private static boolean isSwitchedOff(String key, String value) {
    return value.equals("false") && (key.startsWith("use_") || key.startsWith("add_"));
  }

  private static boolean isArithmetic(String key) {
    boolean isTokenId = key.endsWith("_id");
    return !isTokenId && Arrays.stream(key.split("[_.]")).anyMatch(ARITHMETIC::contains);
  }
}
