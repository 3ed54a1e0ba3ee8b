package io.hunyuan4j.core;

import static io.hunyuan4j.core.TestModels.exact;
import static io.hunyuan4j.core.TestModels.flat;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.hunyuan4j.core.RoutingPolicy.Drop;
import io.hunyuan4j.core.RoutingPolicy.Dropless;
import io.hunyuan4j.core.RoutingPolicy.Recycle;
import io.hunyuan4j.kernels.FloatMatrix;
import io.hunyuan4j.kernels.KernelFactory;
import io.hunyuan4j.kernels.KvFormat;
import io.hunyuan4j.kernels.Parallel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Sequences in a batch get what each gets alone, bit for bit. */
class BatchTest {
  private static final int VOCAB = 50;
  private static final int CAPACITY = 200;
  private static final long SEED = 20261124;

  private final RandomWeights weights = new RandomWeights();
  private final LanguageModel model = TestModels.build(MapConfig.tinyLarge(), weights);

  /** What a session was shown and counted. */
  private record Record(List<float[]> shown, RoutingStatistics statistics)
      implements ForwardObserver {

    static Record of(Session session) {
      Record record = new Record(new ArrayList<>(), session.recordRouting());
      session.observe(record);
      return record;
    }

    @Override
    public void hidden(int layer, FloatMatrix x) {
      shown.add(flat(x));
    }

    @Override
    public void routerLogits(int layer, FloatMatrix logits) {
      shown.add(flat(logits));
    }

    List<long[]> counts(int layers) {
      List<long[]> counts = new ArrayList<>();
      for (int layer = 0; layer < layers; layer++) {
        counts.add(statistics.tokensPerExpert(layer));
        counts.add(new long[] {statistics.dropped(layer), statistics.recycled(layer)});
      }
      return counts;
    }
  }

  /** One sequence, in a batch and again alone. */
  private record Pair(Session together, Session alone, Record inBatch, Record byItself) {

    static Pair of(LanguageModel model, SessionOptions options) {
      Session together = model.newSession(options);
      Session alone = model.newSession(options);
      return new Pair(together, alone, Record.of(together), Record.of(alone));
    }

    void close() {
      together.close();
      alone.close();
    }
  }

  static Stream<MapConfig> variants() {
    MapConfig large = MapConfig.tinyLarge();
    return Stream.of(
        large,
        large.with("cla_share_factor", 4).with("moe_topk", 3),
        large.with("use_cla", false).with("use_qk_norm", false),
        large.with("use_mixed_mlp_moe", false).with("moe_topk", 8),
        large.with("num_experts", 1).with("attention_bias", true).with("mlp_bias", true),
        large.with("rope_scaling", Map.of("type", "dynamic", "factor", 2.0)));
  }

  private static List<SessionOptions> options() {
    SessionOptions exact = exact(CAPACITY);
    return List.of(
        exact,
        exact.withKvFormat(KvFormat.BF16).withFirstPosition(1000),
        exact.withRouting(new Drop(1.0)),
        exact.withRouting(new Recycle(0.8, 5)).withFirstPosition(250_000),
        exact.withKvFormat(KvFormat.F16).withRouting(new Recycle(1.1, 6)),
        exact.withRouting(new Dropless()));
  }

  @ParameterizedTest
  @MethodSource("variants")
  void forward_anyCompany_givesEachTheBitsThatItGetsAlone(MapConfig config) {
    for (int threads = 1; threads <= 3; threads++) {
      try (Parallel parallel = Parallel.ofThreads(threads)) {
        LanguageModel tested =
            TestModels.build(config, new RandomWeights(), KernelFactory.preferred(parallel));
        List<Pair> pairs = options().stream().map(o -> Pair.of(tested, o)).toList();
        Random random = new Random(SEED + threads);
        Batch batch = new Batch();
        for (int pass = 0; pass < 25; pass++) {
          runAndCompare(tested, batch, pairs, random, "threads " + threads + ", pass " + pass);
        }
        pairs.forEach(Pair::close);
      }
    }
  }

  /** Some of the sequences in any order, each with one token or a piece of a prompt. */
  private static void runAndCompare(
      LanguageModel model, Batch batch, List<Pair> pairs, Random random, String where) {
    List<Pair> company = new ArrayList<>(pairs);
    Collections.shuffle(company, random);
    company = company.subList(0, random.nextInt(1, company.size() + 1));
    batch.clear();
    for (Pair pair : company) {
      if (pair.together().remaining() < 30) {
        int kept = random.nextInt(pair.together().position());
        pair.together().truncate(kept);
        pair.alone().truncate(kept);
      }
      int n = random.nextBoolean() ? 1 : random.nextInt(1, 30);
      batch.add(pair.together(), random.ints(n, 0, VOCAB).toArray(), random.nextInt(n + 1));
    }
    model.forward(batch);
    for (int i = 0; i < company.size(); i++) {
      Pair pair = company.get(i);
      float[] together = flat(batch.logits(i));
      float[] alone = flat(model.forward(batch.tokens(i), pair.alone(), batch.logits(i).rows()));
      assertArrayEquals(bits(alone), bits(together), where + ", logits of entry " + i);
      assertEquals(pair.alone().position(), pair.together().position());
      assertEquals(pair.byItself().shown().size(), pair.inBatch().shown().size());
      for (int k = 0; k < pair.byItself().shown().size(); k++) {
        int[] expected = bits(pair.byItself().shown().get(k));
        assertArrayEquals(expected, bits(pair.inBatch().shown().get(k)), where + ", shown " + k);
      }
      pair.byItself().shown().clear();
      pair.inBatch().shown().clear();
      List<long[]> counts = pair.byItself().counts(model.shape().numLayers());
      List<long[]> inBatch = pair.inBatch().counts(model.shape().numLayers());
      for (int k = 0; k < counts.size(); k++) {
        assertArrayEquals(counts.get(k), inBatch.get(k), where + ", counts of entry " + i);
      }
    }
  }

  private static int[] bits(float[] x) {
    int[] bits = new int[x.length];
    Arrays.setAll(bits, i -> Float.floatToRawIntBits(x[i]));
    return bits;
  }

  @Test
  void add_wrongEntry_isRefusedAndTheBatchStaysAsItWas() {
    try (Session session = model.newSession(exact(4));
        Session other = model.newSession(exact(4))) {
      Batch batch = new Batch();
      batch.add(session, new int[] {1, 2}, 1);
      assertEquals(
          "entry 1 of a batch has the session of entry 0",
          assertThrows(IllegalArgumentException.class, () -> batch.add(session, new int[] {3}, 1))
              .getMessage());
      assertThrows(IllegalArgumentException.class, () -> batch.add(other, new int[0], 0));
      assertEquals(
          "2 rows of logits of 1 tokens",
          assertThrows(IllegalArgumentException.class, () -> batch.add(other, new int[1], 2))
              .getMessage());
      assertEquals(1, batch.size());
      assertEquals(2, batch.rows());
      assertThrows(IllegalStateException.class, () -> batch.logits(0), "before the pass");
      model.forward(batch);
      assertEquals(1, batch.logits(0).rows());
      assertThrows(IndexOutOfBoundsException.class, () -> batch.logits(1));
      batch.clear();
      assertThrows(IllegalArgumentException.class, () -> model.forward(batch), "an empty batch");
    }
  }

  @Test
  void forward_oneWrongEntry_isRefusedAndNoSessionChanges() {
    LanguageModel stranger = TestModels.build(MapConfig.tinyLarge(), weights);
    try (Session good = model.newSession(exact(40));
        Session small = model.newSession(exact(4));
        Session strange = stranger.newSession(exact(4));
        Session closed = model.newSession(exact(4))) {
      closed.close();
      model.forward(new int[] {1, 2, 3}, small);
      model.forward(new int[] {4}, good);
      assertRefused(
          IllegalArgumentException.class,
          "2 more tokens do not fit: the session holds 3 of 4",
          good,
          small,
          2);
      assertRefused(
          IllegalArgumentException.class,
          "a session of model %s cannot run in model %s".formatted(stranger, model),
          good,
          strange,
          1);
      assertRefused(IllegalStateException.class, "the session is closed", good, closed, 1);
      assertEquals(3, small.position());
      float[] after = model.forward(new int[] {5}, good);
      assertArrayEquals(
          Arrays.copyOfRange(
              TestModels.logits(model, new int[] {4, 5}, exact(2)), VOCAB, 2 * VOCAB),
          after);
    }
  }

  private void assertRefused(
      Class<? extends Throwable> type, String message, Session good, Session bad, int tokens) {
    int position = good.position();
    long bytes = good.keyValues().bytes();
    Batch batch = new Batch();
    batch.add(good, new int[] {7, 8}, 1);
    batch.add(bad, new int[tokens], 1);
    assertEquals(message, assertThrows(type, () -> model.forward(batch)).getMessage());
    assertEquals(position, good.position());
    assertEquals(bytes, good.keyValues().bytes());
    assertThrows(IllegalStateException.class, () -> batch.logits(0));
  }

  @Test
  void stopWhen_endsAPassOnlyIfAllItsSessionsWantIt() {
    try (Session one = model.newSession(exact(10));
        Session two = model.newSession(exact(10))) {
      AtomicBoolean both = new AtomicBoolean();
      one.stopWhen(() -> true);
      two.stopWhen(both::get);
      Batch batch = new Batch();
      batch.add(one, new int[] {1}, 1);
      batch.add(two, new int[] {2, 3}, 1);
      model.forward(batch);
      assertEquals(1, one.position());
      assertEquals(2, two.position());
      both.set(true);
      assertThrows(CancellationException.class, () -> model.forward(batch));
      assertThrows(CancellationException.class, () -> model.forward(new int[] {1}, one));
      assertEquals(1, one.position());
      assertEquals(2, two.position());
    }
  }

  @Test
  void observerThatThrows_noSessionAdvances() {
    try (Session one = model.newSession(exact(10));
        Session two = model.newSession(exact(10))) {
      two.observe(
          TestModels.hiddenObserver(
              (layer, _) -> {
                throw new IllegalStateException("seen enough of layer " + layer);
              }));
      Batch batch = new Batch();
      batch.add(one, new int[] {1}, 1);
      batch.add(two, new int[] {2, 3}, 1);
      assertThrows(IllegalStateException.class, () -> model.forward(batch));
      assertEquals(0, one.position() + two.position());
      two.observe(null);
      model.forward(batch);
      assertArrayEquals(TestModels.logits(model, new int[] {1}, exact(1)), flat(batch.logits(0)));
    }
  }
}
