package io.hunyuan4j.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hunyuan4j.core.TensorRole;
import io.hunyuan4j.kernels.WeightFormat;
import io.hunyuan4j.loader.Checkpoint;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which weight gets which format. */
class WeightPolicyTest {

  @ParameterizedTest
  @CsvSource({
    "q4, PROJECTION, Q4",
    "q4, EMBEDDING, Q8",
    "q4, HEAD, Q8",
    "q4, ROUTER, ",
    "q4, OTHER, ",
    "q8, HEAD, Q8",
    "bf16, EMBEDDING, BF16",
    "as-is, PROJECTION, "
  })
  void wanted_dependsOnTheRole(String format, TensorRole role, WeightFormat expected) {
    assertEquals(
        Optional.ofNullable(expected), WeightPolicy.parse(format, List.of()).wanted("x", role));
  }

  @ParameterizedTest
  @CsvSource({
    "model.layers.*.mlp.shared_mlp.*, model.layers.3.mlp.shared_mlp.up_proj.weight, true",
    "model.layers.?.mlp.*, model.layers.3.mlp.up_proj.weight, true",
    "model.layers.?.mlp.*, model.layers.13.mlp.up_proj.weight, false",
    "*, anything, true",
    "lm_head, lm_head.weight, false",
    "lm.head, lm_head, false",
    "a(b[*, a(b[c, true"
  })
  void rule_matchesAsAFileNameWould(String pattern, String name, boolean matches) {
    assertEquals(matches, new WeightPolicy.Rule(pattern, Optional.empty()).matches(name));
  }

  @Test
  void rules_lastThatMatchesCounts_routersExcepted() {
    WeightPolicy policy =
        WeightPolicy.parse("q4", List.of("*=q8", "*.down_proj.*=as-is", "lm_head.weight=Q4"));
    assertEquals(Optional.of(WeightFormat.Q8), policy.wanted("a.up_proj.w", TensorRole.PROJECTION));
    assertEquals(Optional.empty(), policy.wanted("a.down_proj.w", TensorRole.PROJECTION));
    assertEquals(Optional.of(WeightFormat.Q4), policy.wanted("lm_head.weight", TensorRole.HEAD));
    assertEquals(Optional.empty(), policy.wanted("a.wg.weight", TensorRole.ROUTER));
    assertEquals("[*=q8, *.down_proj.*=as-is, lm_head.weight=q4]", policy.rules().toString());
    assertEquals(
        policy.with("*", WeightFormat.BF16),
        WeightPolicy.parse(
            "q4", List.of("*=q8", "*.down_proj.*=as-is", "lm_head.weight=q4", "*=bf16")));
  }

  @ParameterizedTest
  @CsvSource({
    "q5, a=q4, 'expected one of [as-is, bf16, f16, q8, q4], found q5'",
    "q4, a=f32, 'expected one of [as-is, bf16, f16, q8, q4], found f32'",
    "q4, a, 'expected PATTERN=FORMAT, found a'",
    "q4, =q8, a pattern must not be empty"
  })
  void parse_otherSpelling_isRefused(String format, String rule, String message) {
    Exception e =
        assertThrows(
            IllegalArgumentException.class, () -> WeightPolicy.parse(format, List.of(rule)));
    assertEquals(message, e.getMessage());
  }

  @Test
  void plan_bundledModel_convertsProjectionsAndEmbedding() throws IOException {
    try (Checkpoint checkpoint = Checkpoint.open(Models.tinyTales())) {
      WeightPlan plan = WeightPlan.of(checkpoint);
      Map<String, WeightFormat> q4 = new TreeMap<>(plan.conversions(policy("q4")));
      assertEquals(WeightFormat.Q8, q4.remove("model.embed_tokens.weight"));
      q4.forEach(
          (name, format) -> {
            assertTrue(name.endsWith("_proj.weight"), name);
            assertEquals(WeightFormat.Q4, format, name);
          });
      // 6 layers of q and o, 3 of k and v, 9 experts of 3 matrices each
      assertEquals(6 * 2 + 3 * 2 + 6 * 9 * 3, q4.size());
      assertEquals(Map.of(), plan.conversions(policy("bf16")), "is BF16 already");
      assertEquals(q4.size() + 1, plan.conversions(policy("f16")).size());
      assertEquals(
          Map.of("model.layers.0.self_attn.q_proj.weight", WeightFormat.Q8),
          plan.conversions(policy("as-is").with("*.0.*.q_proj.weight", WeightFormat.Q8)));
      for (String unmatched : List.of("*.wg.weight", "model.norm.weight", "lm_head.weight")) {
        assertThrows(
            UnmatchedPatternException.class,
            () -> plan.conversions(policy("q8").with(unmatched, WeightFormat.Q8)));
      }
      assertEquals(22_700_032, plan.bytes(policy("as-is")));
      // all 11,325,440 but 3 · 256 · … norms in blocks: 8.5 bits a weight
      long matrices = 11_325_440 - vectors(checkpoint);
      assertEquals(
          22_700_032 - 2 * matrices + matrices * 17 / 16, plan.bytes(policy("q8")), "no padding");
    }
  }

  /** BF16 numbers in norms. */
  private static long vectors(Checkpoint checkpoint) {
    return checkpoint.tensors().stream()
        .filter(t -> t.shape().size() == 1)
        .mapToLong(t -> t.elementCount())
        .sum();
  }

  private static WeightPolicy policy(String format) {
    return WeightPolicy.parse(format, List.of());
  }

  @Test
  void memory_tooLittle_saysBothNumbers() {
    ConvertedWeights.requireMemory(5000, 5000);
    Exception e =
        assertThrows(
            InsufficientMemoryException.class, () -> ConvertedWeights.requireMemory(5001, 5000));
    assertTrue(String.valueOf(e.getMessage()).contains("need 5,001 bytes"), e.getMessage());
    assertTrue(String.valueOf(e.getMessage()).contains("has 5,000"), e.getMessage());
  }
}
