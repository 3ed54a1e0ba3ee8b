package io.hunyuan4j.core.hunyuan;

import static io.hunyuan4j.core.TestModels.build;
import static io.hunyuan4j.core.TestModels.difference;
import static io.hunyuan4j.core.TestModels.exact;
import static io.hunyuan4j.core.TestModels.flat;
import static io.hunyuan4j.core.TestModels.logits;
import static io.hunyuan4j.core.TestModels.tokens;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hunyuan4j.core.DoubleReference;
import io.hunyuan4j.core.LanguageModel;
import io.hunyuan4j.core.MapConfig;
import io.hunyuan4j.core.RandomWeights;
import io.hunyuan4j.core.Session;
import io.hunyuan4j.core.SessionOptions;
import io.hunyuan4j.core.TestModels;
import io.hunyuan4j.core.UnsupportedModelException;
import io.hunyuan4j.kernels.KvFormat;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The graph against a double-precision reference, and against itself run in other ways. */
class HunyuanModelTest {
  private static final int VOCAB = 50;
  private static final double TOLERANCE = 1e-4;

  private final RandomWeights weights = new RandomWeights();

  /** One configuration for everything that a configuration can say. */
  static Stream<MapConfig> variants() {
    MapConfig large = MapConfig.tinyLarge();
    return Stream.of(
        large,
        large.with("cla_share_factor", 4),
        large.with("cla_share_factor", 3),
        large.with("use_cla", false),
        large.with("use_qk_norm", false),
        large.with("moe_topk", 3),
        large.with("use_mixed_mlp_moe", false),
        large.with("num_experts", 1),
        large.with("head_dim", 10),
        large.with("attention_bias", true).with("mlp_bias", true),
        large.with("tie_word_embeddings", false),
        large.with("model_type", "hunyuan_v1_moe").without("rope_scaling"),
        large.without("rope_scaling").with("rope_theta", 1e9));
  }

  @ParameterizedTest
  @MethodSource("variants")
  void forward_anyConfiguration_matchesTheReference(MapConfig config) {
    int[] tokens = tokens(9, VOCAB);
    float[] actual = logits(config, weights, tokens);
    double[][] expected = new DoubleReference(config, weights, 0).forward(tokens);
    assertTrue(
        difference(actual, expected) < TOLERANCE, "difference " + difference(actual, expected));
  }

  @ParameterizedTest
  @MethodSource("farPositions")
  void forward_farBeyondTheTrainedPositions_matchesTheReference(double theta, boolean scaled) {
    MapConfig config =
        MapConfig.tinyLarge().with("model_type", "hunyuan_v1_moe").with("rope_theta", theta);
    MapConfig tested = scaled ? config : config.without("rope_scaling");
    int first = 250_000;
    int[] tokens = tokens(70, VOCAB); // crosses a block of the cache
    SessionOptions options = exact(tokens.length).withFirstPosition(first);
    float[] actual = logits(build(tested, weights), tokens, options);
    double[][] expected = new DoubleReference(tested, weights, first).forward(tokens);
    assertTrue(
        difference(actual, expected) < TOLERANCE, "difference " + difference(actual, expected));
  }

  static Stream<Object[]> farPositions() {
    return Stream.of(
        new Object[] {1e4, true}, new Object[] {1e9, false}, new Object[] {1e4, false});
  }

  @Test
  void forward_firstPosition_turnsAllKeysAndQueriesAlike() {
    // Without key weights, which do not turn with the key, and without routers, which jump.
    MapConfig smooth = MapConfig.tinyLarge().with("use_qk_norm", false).with("num_experts", 1);
    LanguageModel model = build(smooth, weights);
    int[] tokens = tokens(12, VOCAB);
    float[] here = logits(model, tokens, exact(12));
    float[] there = logits(model, tokens, exact(12).withFirstPosition(1000));
    for (int i = 0; i < here.length; i++) {
      assertEquals(here[i], there[i], 1e-3, "only differences of positions matter");
    }
  }

  @Test
  void forward_anyCutOfTheSequence_sameBits() {
    LanguageModel model = build(MapConfig.tinyLarge().with("moe_topk", 2), weights);
    int[] tokens = tokens(150, VOCAB);
    float[] whole = logits(model, tokens, exact(150));
    for (int chunk : List.of(1, 7, 64, 149)) {
      try (Session session = model.newSession(exact(150))) {
        for (int from = 0; from < tokens.length; from += chunk) {
          int to = Math.min(tokens.length, from + chunk);
          float[] part =
              flat(model.forward(Arrays.copyOfRange(tokens, from, to), session, to - from));
          assertArrayEquals(
              Arrays.copyOfRange(whole, from * VOCAB, to * VOCAB), part, "chunks of " + chunk);
        }
      }
    }
  }

  @Test
  void forward_tokensThatFollow_changeNothingBefore() {
    LanguageModel model = build(MapConfig.tinyLarge(), weights);
    int[] tokens = tokens(20, VOCAB);
    float[] whole = logits(model, tokens, exact(20));
    float[] prefix = logits(model, Arrays.copyOf(tokens, 11), exact(20));
    assertArrayEquals(Arrays.copyOf(whole, 11 * VOCAB), prefix);
  }

  @Test
  void truncate_thenReplay_equalsAFreshSession() {
    LanguageModel model = build(MapConfig.tinyLarge(), weights);
    int[] tokens = tokens(90, VOCAB);
    float[] fresh = logits(model, tokens, exact(90));
    try (Session session = model.newSession(exact(90))) {
      model.forward(Arrays.copyOf(tokens, 70), session);
      model.forward(new int[] {1, 2, 3}, session);
      session.truncate(40);
      float[] rest = flat(model.forward(Arrays.copyOfRange(tokens, 40, 90), session, 50));
      assertArrayEquals(Arrays.copyOfRange(fresh, 40 * VOCAB, 90 * VOCAB), rest);
      assertThrows(IllegalArgumentException.class, () -> session.truncate(91));
    }
  }

  @Test
  void sessions_onTwoThreads_giveWhatEachGivesAlone()
      throws InterruptedException, ExecutionException {
    LanguageModel model = build(MapConfig.tinyLarge(), weights);
    int[] first = tokens(40, VOCAB);
    int[] second = tokens(80, VOCAB);
    float[] alone1 = logits(model, first, exact(40));
    float[] alone2 = logits(model, second, exact(80));
    try (var executor = Executors.newFixedThreadPool(2)) {
      for (int round = 0; round < 5; round++) {
        Future<float[]> together1 = executor.submit(() -> stepwise(model, first));
        Future<float[]> together2 = executor.submit(() -> stepwise(model, second));
        assertArrayEquals(alone1, together1.get());
        assertArrayEquals(alone2, together2.get());
      }
    }
  }

  private static float[] stepwise(LanguageModel model, int[] tokens) {
    float[] all = new float[tokens.length * VOCAB];
    try (Session session = model.newSession(exact(tokens.length))) {
      for (int t = 0; t < tokens.length; t++) {
        float[] row = model.forward(new int[] {tokens[t]}, session);
        System.arraycopy(row, 0, all, t * VOCAB, VOCAB);
      }
    }
    return all;
  }

  @Test
  void crossLayerAttention_sharedByOne_isNoSharing() {
    int[] tokens = tokens(10, VOCAB);
    MapConfig config = MapConfig.tinyLarge();
    assertArrayEquals(
        logits(config.with("use_cla", false), weights, tokens),
        logits(config.with("cla_share_factor", 1), weights, tokens));
  }

  @Test
  void crossLayerAttention_sharedByTwo_halvesTheCache() {
    LanguageModel shared = build(MapConfig.tinyLarge(), weights);
    LanguageModel separate = build(MapConfig.tinyLarge().with("use_cla", false), weights);
    long sharedBytes = cacheBytes(shared);
    assertEquals(cacheBytes(separate), 2 * sharedBytes);
    assertEquals(
        2 * 2 * 2 * 8 * 4,
        shared.shape().kvBytesPerToken(KvFormat.F32),
        "k and v, slots, heads, dim, bytes");
    assertEquals(64 * shared.shape().kvBytesPerToken(KvFormat.F32), sharedBytes, "one block of 64");
  }

  private static long cacheBytes(LanguageModel model) {
    try (Session session = model.newSession(exact(100))) {
      assertEquals(0, session.keyValues().bytes(), "nothing before the first token");
      model.forward(tokens(64, VOCAB), session);
      return session.keyValues().bytes();
    }
  }

  @Test
  void experts_allAlike_areOneMlp() {
    MapConfig experts = MapConfig.tinyLarge().with("use_mixed_mlp_moe", false).with("moe_topk", 3);
    MapConfig dense = experts.with("num_experts", 1);
    for (int layer = 0; layer < 4; layer++) {
      for (String name : List.of("gate_proj", "up_proj", "down_proj")) {
        String mlp = "model.layers." + layer + ".mlp.";
        float[] one = weights.floats(mlp + name + ".weight", 32 * 24);
        for (int expert = 0; expert < 8; expert++) {
          weights.put(mlp + "experts." + expert + "." + name + ".weight", one);
        }
      }
    }
    int[] tokens = tokens(15, VOCAB);
    assertArrayEquals(
        logits(dense, weights, tokens),
        logits(experts, weights, tokens),
        1e-4f,
        "weights of the chosen experts add up to one");
  }

  @Test
  void experts_inAnotherOrder_changeNothing() {
    MapConfig config = MapConfig.tinyLarge().with("moe_topk", 2);
    int[] tokens = tokens(15, VOCAB);
    float[] before = logits(config, weights, tokens);
    RandomWeights reversed = new RandomWeights();
    for (int layer = 0; layer < 4; layer++) {
      String mlp = "model.layers." + layer + ".mlp.";
      float[] gate = weights.floats(mlp + "gate.wg.weight", 8 * 32);
      float[] reversedGate = new float[8 * 32];
      for (int expert = 0; expert < 8; expert++) {
        System.arraycopy(gate, expert * 32, reversedGate, (7 - expert) * 32, 32);
        for (String name : List.of("gate_proj", "up_proj", "down_proj")) {
          reversed.put(
              mlp + "experts." + (7 - expert) + "." + name + ".weight",
              weights.floats(mlp + "experts." + expert + "." + name + ".weight", 32 * 24));
        }
      }
      reversed.put(mlp + "gate.wg.weight", reversedGate);
    }
    assertArrayEquals(before, logits(config, reversed, tokens), 1e-5f);
  }

  @Test
  void fusedTensors_giveTheBitsOfSplitOnes() {
    MapConfig config = MapConfig.tinyLarge().with("attention_bias", true);
    int[] tokens = tokens(10, VOCAB);
    float[] split = logits(config, weights, tokens);
    RandomWeights fused = new RandomWeights();
    for (int layer = 0; layer < 4; layer++) {
      String attention = "model.layers." + layer + ".self_attn.";
      if (layer % 2 == 0) { // the layers with keys and values of their own
        for (var part : Map.of("weight", 32, "bias", 1).entrySet()) {
          fused.put(
              attention + "qkv_proj." + part.getKey(),
              interleaved(attention, part.getKey(), part.getValue()));
        }
      }
      for (int expert = -1; expert < 8; expert++) {
        String mlp =
            "model.layers."
                + layer
                + ".mlp."
                + (expert < 0 ? "shared_mlp" : "experts." + expert)
                + ".";
        fused.put(
            mlp + "gate_and_up_proj.weight",
            concat(
                weights.floats(mlp + "up_proj.weight", 24 * 32),
                weights.floats(mlp + "gate_proj.weight", 24 * 32)));
      }
    }
    assertArrayEquals(split, logits(config, fused, tokens));
  }

  /** For each of two key-value heads of size 8: two query heads, the key, the value. */
  private float[] interleaved(String attention, String part, int cols) {
    float[] q = weights.floats(attention + "q_proj." + part, 32 * cols);
    float[] k = weights.floats(attention + "k_proj." + part, 16 * cols);
    float[] v = weights.floats(attention + "v_proj." + part, 16 * cols);
    float[] all = new float[0];
    for (int head = 0; head < 2; head++) {
      all = concat(all, Arrays.copyOfRange(q, head * 16 * cols, (head + 1) * 16 * cols));
      all = concat(all, Arrays.copyOfRange(k, head * 8 * cols, (head + 1) * 8 * cols));
      all = concat(all, Arrays.copyOfRange(v, head * 8 * cols, (head + 1) * 8 * cols));
    }
    return all;
  }

  private static float[] concat(float[] a, float[] b) {
    float[] both = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, both, a.length, b.length);
    return both;
  }

  @Test
  void kvFormats_thatRound_stayCloseToTheExactOne() {
    // Dense: a rounded cache may tip a router to another expert.
    LanguageModel model = build(MapConfig.tinyLarge().with("num_experts", 1), weights);
    int[] tokens = tokens(100, VOCAB);
    float[] exact = logits(model, tokens, exact(100));
    var bounds = Map.of(KvFormat.BF16, 0.05f, KvFormat.F16, 0.01f, KvFormat.Q8, 0.2f);
    for (var bound : bounds.entrySet()) {
      float[] rounded = logits(model, tokens, exact(100).withKvFormat(bound.getKey()));
      assertArrayEquals(exact, rounded, bound.getValue(), bound.getKey().name());
      assertTrue(!Arrays.equals(exact, rounded), "the cache is really rounded");
    }
  }

  @Test
  void forward_wrongInput_isRefusedWithBothValues() {
    LanguageModel model = build(MapConfig.tinyLarge(), weights);
    try (Session session = model.newSession(exact(4))) {
      model.forward(new int[] {1, 2, 3}, session);
      assertEquals(
          "2 more tokens do not fit: the session holds 3 of 4",
          assertThrows(IllegalArgumentException.class, () -> model.forward(new int[2], session))
              .getMessage());
      assertEquals(
          "token 50 is not in the vocabulary of 50",
          assertThrows(IllegalArgumentException.class, () -> model.forward(new int[] {50}, session))
              .getMessage());
      assertThrows(IllegalArgumentException.class, () -> model.forward(new int[0], session));
      assertThrows(IllegalArgumentException.class, () -> model.forward(new int[] {1}, session, 2));
      assertThrows(
          IllegalArgumentException.class,
          () -> model.forward(new int[1 << 27], session, 0),
          "arrays past what Java can address");
      assertEquals(3, session.position(), "a refused call changes nothing");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "use_qk_norm, self_attn.query_layernorm.weight",
    "use_mixed_mlp_moe, mlp.shared_mlp.down_proj.weight",
    "attention_bias, self_attn.q_proj.bias"
  })
  void build_weightThatTheConfigurationDoesNotUse_isRefused(String key, String name) {
    weights.put("model.layers.0." + name, new float[1]);
    MapConfig config = MapConfig.tinyLarge().with(key, false);
    var e = assertThrows(UnsupportedModelException.class, () -> build(config, weights));
    assertTrue(
        String.valueOf(e.getMessage()).contains("is in the checkpoint, but"), e.getMessage());
  }

  @Test
  void shape_countsParameters() {
    var parameters = TestModels.build(MapConfig.tinyLarge(), weights).shape().parameters();
    long attention =
        2 * (2 * 32 * 32) + 32 * 32; // q and o of two layers, k and v of one: per pair of layers
    long perPair = attention + 2 * (2 * 32 + 2 * 8 + 8 * 32);
    long mlp = 3 * 24 * 32;
    assertEquals(50 * 32 + 32 + 2 * perPair + 4 * 9 * mlp, parameters.total());
    assertEquals(50 * 32 + 2 * 32 + 2 * perPair + 4 * 2 * mlp, parameters.active());
  }
}
