package io.hunyuan4j.bench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hunyuan4j.core.LanguageModel;
import io.hunyuan4j.core.ModelShape;
import io.hunyuan4j.core.RoutingStatistics;
import io.hunyuan4j.core.Session;
import io.hunyuan4j.core.SessionOptions;
import io.hunyuan4j.kernels.KernelFactory;
import io.hunyuan4j.kernels.Matrix;
import io.hunyuan4j.kernels.Parallel;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SyntheticCheckpointTest {
  private static final String DOWN = "model.layers.1.mlp.experts.3.down_proj.weight";
  private static final SyntheticShape SHARING =
      new SyntheticShape(
          "sharing",
          96,
          48,
          4,
          new SyntheticShape.Attention(4, 2, 12, 2),
          new SyntheticShape.Experts(4, 1, 20));

  @Test
  void miniA13b_hasTheParametersOfItsDefinition() {
    ModelShape shape = SyntheticCheckpoint.modelShape(SyntheticShape.MINI_A13B);
    assertEquals(2.87, shape.parameters().total() / 1e9, 0.005);
    assertEquals(0.69, shape.parameters().active() / 1e9, 0.005);
    assertEquals(16, shape.kvLayout().numSlots());
  }

  @Test
  void miniLarge_sharesASlotBetweenTwoLayers() {
    ModelShape shape = SyntheticCheckpoint.modelShape(SyntheticShape.MINI_LARGE);
    assertEquals(8, shape.kvLayout().numSlots());
    assertEquals(1600, shape.hiddenSize());
    assertEquals(80, shape.kvLayout().headDim());
  }

  @Test
  void listedTensors_addUpToTheParameters() {
    for (SyntheticShape shape :
        List.of(
            SyntheticShape.TINY, SHARING, SyntheticShape.MINI_A13B, SyntheticShape.MINI_LARGE)) {
      long listed =
          shape.tensors().values().stream()
              .mapToLong(
                  sizes ->
                      sizes.stream().mapToLong(Integer::longValue).reduce(1, Math::multiplyExact))
              .sum();
      assertEquals(
          SyntheticCheckpoint.modelShape(shape).parameters().total(), listed, shape.name());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void sameSeed_givesTheSameBytes_forAnyThreadsAndOrder(int threads) {
    try (Parallel one = Parallel.ofThreads(1);
        Parallel several = Parallel.ofThreads(threads);
        SyntheticCheckpoint a = new SyntheticCheckpoint(SyntheticShape.TINY, 7, one);
        SyntheticCheckpoint b = new SyntheticCheckpoint(SyntheticShape.TINY, 7, several);
        SyntheticCheckpoint c = new SyntheticCheckpoint(SyntheticShape.TINY, 8, several)) {
      b.weights().matrix("lm_head.weight", 96, 48);
      assertArrayEquals(bytes(a), bytes(b));
      assertFalse(Arrays.equals(bytes(a), bytes(c)), "another seed");
    }
  }

  @Test
  void largeTensor_isTheSameForOneThreadAndTwo_andHasTheStatedScale() {
    SyntheticShape wide =
        new SyntheticShape(
            "wide",
            1001,
            501,
            1,
            new SyntheticShape.Attention(2, 1, 4, 1),
            new SyntheticShape.Experts(2, 1, 8));
    try (Parallel one = Parallel.ofThreads(1);
        Parallel two = Parallel.ofThreads(2);
        SyntheticCheckpoint a = new SyntheticCheckpoint(wide, 1, one);
        SyntheticCheckpoint b = new SyntheticCheckpoint(wide, 1, two)) {
      short[] numbers =
          a.weights().matrix("lm_head.weight", 1001, 501).data().toArray(ValueLayout.JAVA_SHORT);
      assertArrayEquals(
          numbers,
          b.weights().matrix("lm_head.weight", 1001, 501).data().toArray(ValueLayout.JAVA_SHORT));
      double[] values =
          IntStream.range(0, numbers.length)
              .mapToDouble(i -> Float.intBitsToFloat(numbers[i] << 16))
              .toArray();
      double rms = Math.sqrt(Arrays.stream(values).map(v -> v * v).average().orElseThrow());
      assertEquals(0.0275, rms, 0.0005);
      assertEquals(0, Arrays.stream(values).average().orElseThrow(), 0.0005);
      assertTrue(Arrays.stream(values).map(Math::abs).max().orElseThrow() < 0.0625);
    }
  }

  @Test
  void models_run_andUseAllExperts() {
    for (SyntheticShape shape : List.of(SyntheticShape.TINY, SHARING)) {
      try (Parallel parallel = Parallel.ofThreads(2);
          SyntheticCheckpoint checkpoint = new SyntheticCheckpoint(shape, 1, parallel)) {
        LanguageModel model = checkpoint.model(KernelFactory.preferred(parallel));
        LanguageModel scalar = checkpoint.model(KernelFactory.ofWidth(0, parallel));
        int[] tokens = IntStream.range(0, 90).toArray();
        try (Session session = model.newSession(SessionOptions.ofCapacity(90));
            Session scalarSession = scalar.newSession(SessionOptions.ofCapacity(90))) {
          RoutingStatistics routing = session.recordRouting();
          float[] logits = model.forward(tokens, session);
          assertArrayEquals(scalar.forward(tokens, scalarSession), logits);
          for (float logit : logits) {
            assertTrue(Math.abs(logit) < 100, shape.name() + " logit " + logit);
          }
          for (int expert = 0; expert < 4; expert++) {
            assertTrue(routing.tokensPerExpert(0)[expert] > 0, shape.name() + " expert " + expert);
          }
        }
      }
    }
  }

  @Test
  void unknownTensorsAndShapes_areRefused() {
    try (Parallel parallel = Parallel.ofThreads(1);
        SyntheticCheckpoint checkpoint =
            new SyntheticCheckpoint(SyntheticShape.TINY, 1, parallel)) {
      assertFalse(checkpoint.weights().has("model.layers.0.self_attn.qkv_proj.weight"));
      assertThrows(IllegalArgumentException.class, () -> checkpoint.weights().matrix(DOWN, 48, 21));
      assertThrows(IllegalArgumentException.class, () -> checkpoint.weights().vector("none", 1));
      assertThrows(IllegalArgumentException.class, () -> SyntheticShape.named("none"));
    }
  }

  private static byte[] bytes(SyntheticCheckpoint checkpoint) {
    Matrix matrix = checkpoint.weights().matrix(DOWN, 48, 20);
    return matrix.data().toArray(ValueLayout.JAVA_BYTE);
  }
}
