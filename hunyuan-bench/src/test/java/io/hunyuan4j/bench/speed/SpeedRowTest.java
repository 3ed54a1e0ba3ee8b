package io.hunyuan4j.bench.speed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hunyuan4j.bench.SyntheticCheckpoint;
import io.hunyuan4j.bench.SyntheticShape;
import io.hunyuan4j.core.LanguageModel;
import io.hunyuan4j.core.ModelCost;
import io.hunyuan4j.kernels.KernelFactory;
import io.hunyuan4j.kernels.KvFormat;
import io.hunyuan4j.kernels.Parallel;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Speeds by hand from times that are made up. */
class SpeedRowTest {
  private static final SpeedRow.Setting SETTING =
      new SpeedRow.Setting(WeightChoice.AS_IS, "BF16", KvFormat.BF16, 2);
  private static final Limits LIMITS = limits(1000, 600);

  private static Limits limits(double read, double kernel) {
    return new Limits(2, read, 8000, new TreeMap<>(Map.of("BF16", kernel)));
  }

  @Test
  void decode_isComparedWithReadingAndWithTheKernel() {
    SpeedRow row =
        new SpeedRow(
            SETTING,
            new SpeedTest.Decode(10, 0),
            new Work(900, 100, 4000),
            new Samples(List.of(4.0, 2.0, 8.0, 2.0), OptionalLong.of(320)));
    assertEquals(10 / 3.0, row.tokensPerSecond());
    assertEquals(10 / 8.0, row.slowest());
    assertEquals(10 / 2.0, row.fastest());
    assertEquals(1000 / 3.0, row.bytesPerSecond());
    assertEquals(4000 / 3.0, row.flops());
    assertEquals(OptionalDouble.of(8), row.allocatedBytesPerToken());
    assertEquals(1 / 3.0, row.fractionOfMachine(LIMITS), 1e-12);
    assertEquals(1000 / 3.0 / 600, row.fractionOfDecodeLimit(LIMITS).orElseThrow(), 1e-12);
    Limits fastKernel = limits(1000, 1e6);
    assertEquals(1 / 3.0, row.fractionOfDecodeLimit(fastKernel).orElseThrow(), 1e-12);
  }

  @Test
  void prefill_isComparedWithFma() {
    SpeedRow row =
        new SpeedRow(
            SETTING,
            new SpeedTest.Prefill(10, 0),
            new Work(900, 100, 4000),
            new Samples(List.of(1.0, 3.0, 2.0), OptionalLong.empty()));
    assertEquals(5, row.tokensPerSecond());
    assertEquals(0.25, row.fractionOfMachine(LIMITS));
    assertTrue(row.fractionOfDecodeLimit(LIMITS).isEmpty());
    assertTrue(row.allocatedBytesPerToken().isEmpty());
  }

  @Test
  void severalSequences_areComparedWithFma_andCountAllTheirTokens() {
    SpeedRow row =
        new SpeedRow(
            SETTING,
            new SpeedTest.Together(8, 5, 0),
            new Work(900, 100, 4000),
            new Samples(List.of(2.0), OptionalLong.empty()));
    assertEquals(20, row.tokensPerSecond());
    assertEquals(0.25, row.fractionOfMachine(LIMITS));
    assertTrue(row.fractionOfDecodeLimit(LIMITS).isEmpty());
  }

  @Test
  void labels_areThoseOfLlamaBench() {
    assertEquals("pp512", new SpeedTest.Prefill(512, 0).label());
    assertEquals("tg128 @ d4096", new SpeedTest.Decode(128, 4096).label());
    assertEquals("8 x tg64 @ d128", new SpeedTest.Together(8, 64, 128).label());
    assertEquals("rep64", new SpeedTest.Repeating(64, 0, 0).label());
    assertEquals("rep64 g7 @ d128", new SpeedTest.Repeating(64, 7, 128).label());
  }

  @Test
  void work_countsWeightsPerTokenOrPerCall_andEveryKey() {
    try (Parallel parallel = Parallel.ofThreads(1);
        SyntheticCheckpoint checkpoint =
            new SyntheticCheckpoint(SyntheticShape.TINY, 1, parallel)) {
      LanguageModel model = checkpoint.model(KernelFactory.ofWidth(0, parallel));
      ModelCost cost = model.cost();
      long keyBytes = model.shape().kvReadBytesPerToken(KvFormat.F32);
      // 2 layers, 2 heads of 12 numbers, key and value, 4 bytes each
      assertEquals(2 * 2 * 12 * 2 * 4, keyBytes);
      assertEquals(
          new Work(3 * cost.decodeBytes(), (6 + 7 + 8) * keyBytes, cost.flops(5, 3, 3)),
          Work.of(new SpeedTest.Decode(3, 5), model, KvFormat.F32));
      assertEquals(
          Work.of(new SpeedTest.Decode(3, 5 + RepeatingText.PASSAGE), model, KvFormat.F32),
          Work.of(new SpeedTest.Repeating(3, 7, 5), model, KvFormat.F32));
      // Every step reads for both sequences.
      assertEquals(
          new Work(
              3 * (cost.layerBytes(2) + cost.head().bytes()),
              2 * (6 + 7 + 8) * keyBytes,
              2 * cost.flops(5, 3, 3)),
          Work.of(new SpeedTest.Together(2, 3, 5), model, KvFormat.F32));
      // Two calls, of 512 tokens and of 100.
      assertEquals(
          new Work(
              2 * cost.layerBytes(512) + cost.head().bytes(),
              (5 + 512 + 5 + 612) * keyBytes,
              cost.flops(5, 612, 1)),
          Work.of(new SpeedTest.Prefill(612, 5), model, KvFormat.F32));
    }
  }
}
