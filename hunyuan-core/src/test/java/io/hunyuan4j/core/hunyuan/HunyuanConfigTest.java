package io.hunyuan4j.core.hunyuan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hunyuan4j.core.Architectures;
import io.hunyuan4j.core.MapConfig;
import io.hunyuan4j.core.UnsupportedModelException;
import io.hunyuan4j.core.hunyuan.HunyuanConfig.Dense;
import io.hunyuan4j.core.hunyuan.HunyuanConfig.Experts;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class HunyuanConfigTest {

  /** A value that is no configuration, and what the message must say. */
  static Stream<Object[]> invalid() {
    MapConfig c = MapConfig.tinyLarge();
    return Stream.of(
        bad(c.with("num_attention_heads", 0), "num_attention_heads: 0 is not between 1"),
        bad(
            c.with("num_key_value_heads", 3),
            "num_key_value_heads: 3 does not divide num_attention_heads 4"),
        bad(c.with("hidden_size", 30), "4 does not divide hidden_size 30"),
        bad(c.with("hidden_size", -32), "hidden_size: -32 is not between 1"),
        bad(c.with("head_dim", 7), "head dimension 7 is not an even number"),
        bad(c.with("head_dim", 2), "head dimension 2 is not an even number above 2"),
        bad(c.with("head_dim", 8_000_000), "4 heads of 8000000 are more than"),
        bad(c.with("moe_topk", 9), "moe_topk: 9 exceeds num_experts 8 at layer 0"),
        bad(c.with("moe_topk", 0), "moe_topk: 0 is not between 1"),
        bad(c.with("moe_topk", List.of(1, 1)), "moe_topk: 2 numbers for 4 layers"),
        bad(
            c.with("moe_topk", List.of(1, 1, 1, 9)),
            "moe_topk: 9 exceeds num_experts 8 at layer 3"),
        bad(c.with("num_experts", List.of()), "num_experts: 0 numbers for 4 layers"),
        bad(c.with("cla_share_factor", 0), "cla_share_factor: 0 is not between 1"),
        bad(c.with("rope_theta", Double.NaN), "rope_theta: NaN is not a positive number"),
        bad(c.with("rope_theta", 0.0), "rope_theta: 0.0 is not a positive number"),
        bad(c.with("rms_norm_eps", -1e-5), "rms_norm_eps: -1.0E-5 is not a positive number"),
        bad(c.with("rope_scaling", Map.of("type", "linear", "factor", 0)), "factor: 0.0 is not"),
        bad(
            c.with("rope_scaling", Map.of("type", "dynamic", "factor", 0.5)),
            "factor: 0.5 is below 1"),
        bad(
            c.with("rope_scaling", Map.of("type", "linear", "factor", 0.5)),
            "factor: 0.5 is below 1"),
        bad(
            c.with("rope_scaling", Map.of("type", "dynamic", "alpha", 1e-320)),
            "a base of 0.0, not one of 1 and more"),
        bad(
            c.with("rope_scaling", Map.of("type", "dynamic", "alpha", 1e308)),
            "a base of Infinity, not one of 1 and more"),
        bad(c.with("moe_layer_num_skipped", -1), "moe_layer_num_skipped: -1 is negative"),
        bad(
            c.with("intermediate_size", 65_536).with("num_shared_expert", 65_536),
            "num_shared_expert: 65536 experts of intermediate_size 65536 are more than"),
        bad(c.with("rms_norm_eps", 1e-60), "rms_norm_eps: 0.0 is not above 0"),
        bad(c.with("rms_norm_eps", 1e300), "rms_norm_eps: Infinity is not above 0"),
        bad(c.with("rope_theta", 0.5), "rope_theta: 0.5 is below 1"),
        bad(
            c.with("head_dim", 8).with("attention_head_dim", 10),
            "head_dim: 8 contradicts attention_head_dim 10"),
        bad(c.without("vocab_size"), "vocab_size: is missing"),
        bad(c.without("rms_norm_eps"), "rms_norm_eps: is missing"),
        bad(c.without("intermediate_size"), "intermediate_size: is missing"));
  }

  private static Object[] bad(MapConfig config, String message) {
    return new Object[] {config, message};
  }

  @ParameterizedTest(name = "{1}")
  @MethodSource("invalid")
  void read_valueOutOfRange_namesKeyAndValues(MapConfig config, String message) {
    var e = assertThrows(IllegalStateException.class, () -> HunyuanConfig.read(config));
    assertTrue(String.valueOf(e.getMessage()).contains(message), e.getMessage());
  }

  /** A key that changes the arithmetic in a way that is not built. */
  static Stream<Object[]> unsupported() {
    MapConfig c = MapConfig.tinyLarge();
    return Stream.of(
        bad(
            c.with("model_type", "llama"),
            "model_type \"llama\" is not supported; known are [hunyuan, "),
        bad(c.with("hidden_act", "gelu"), "hidden_act: only \"silu\" is supported, found \"gelu\""),
        bad(c.with("use_mla", true), "use_mla: only false is supported"),
        bad(c.with("routed_scaling_factor", 2.5), "routed_scaling_factor: only 1.0"),
        bad(c.with("sliding_window", 4096), "sliding_window: a key that may change the arithmetic"),
        bad(c.with("final_logit_softcapping", 30.0), "final_logit_softcapping: a key that may"),
        bad(c.with("clip_qkv", 8.0), "clip_qkv: a key that may change the arithmetic"),
        bad(c.with("sandwich_layernorm", true), "sandwich_layernorm: a key that may"),
        bad(c.with("use_rms_norm", false), "use_rms_norm: only true is supported"),
        bad(c.with("is_causal", false), "is_causal: only true is supported"),
        bad(
            c.with("rope_parameters", Map.of("rope_type", "yarn")),
            "rope_parameters: a key that may"),
        bad(c.with("quantization_config", Map.of("quant_method", "fp8")), "quantised checkpoints"),
        bad(
            c.with("rope_scaling", Map.of("type", "yarn", "factor", 4.0)),
            "rope_scaling type yarn"),
        bad(
            c.with("norm_topk_prob", false).with("moe_topk", 2),
            "norm_topk_prob false with moe_topk 2"));
  }

  @ParameterizedTest(name = "{1}")
  @MethodSource("unsupported")
  void read_unknownArithmetic_isRefusedByName(MapConfig config, String message) {
    var e =
        assertThrows(UnsupportedModelException.class, () -> Architectures.of(config).shape(config));
    assertTrue(String.valueOf(e.getMessage()).contains(message), e.getMessage());
  }

  @Test
  void read_keysWithoutEffect_areAccepted() {
    MapConfig config =
        MapConfig.tinyLarge()
            .with("initializer_range", 0.02)
            .with("torch_dtype", "bfloat16")
            .with("attention_dropout", 0.1)
            .with("moe_drop_tokens", true)
            .with("use_mla", false)
            .with("use_sliding_window", false)
            .with("routed_scaling_factor", 1);
    assertEquals(50, HunyuanConfig.read(config).sizes().vocabSize());
  }

  @Test
  void read_listsPerLayer_giveEachLayerItsOwn() {
    MapConfig config =
        MapConfig.tinyLarge()
            .with("num_experts", List.of(8, 4, 1, 8))
            .with("moe_topk", List.of(1, 2, 3, 8))
            .with("moe_intermediate_size", List.of(10, 20, 30, 40))
            .with("num_shared_expert", List.of(1, 2, 1, 3))
            .with("moe_layer_num_skipped", 1);
    assertEquals(
        List.of(new Dense(24), new Experts(4, 2, 20, 48), new Dense(24), new Experts(8, 8, 40, 72)),
        HunyuanConfig.read(config).layers());
  }

  @Test
  void read_headDim_comesFromTheMostSpecificKey() {
    MapConfig config = MapConfig.tinyLarge();
    assertEquals(8, HunyuanConfig.read(config).attention().headDim());
    assertEquals(10, HunyuanConfig.read(config.with("head_dim", 10)).attention().headDim());
    MapConfig both = config.with("head_dim", 12).with("attention_head_dim", 12);
    assertEquals(12, HunyuanConfig.read(both).attention().headDim());
  }
}
