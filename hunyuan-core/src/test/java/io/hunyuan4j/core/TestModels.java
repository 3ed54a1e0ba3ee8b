package io.hunyuan4j.core;

import io.hunyuan4j.kernels.FloatMatrix;
import io.hunyuan4j.kernels.KernelFactory;
import io.hunyuan4j.kernels.Kernels;
import io.hunyuan4j.kernels.KvFormat;
import io.hunyuan4j.kernels.Parallel;
import java.util.Arrays;
import java.util.Random;
import java.util.function.BiConsumer;

/** Models of random weights and the logits they give. */
public final class TestModels {
  private static final Kernels KERNELS = KernelFactory.preferred(Parallel.ofThreads(1));

  private TestModels() {}

  public static LanguageModel build(MapConfig config, WeightSource weights) {
    return build(config, weights, KERNELS);
  }

  public static LanguageModel build(MapConfig config, WeightSource weights, Kernels kernels) {
    return Architectures.of(config).build(config, weights, kernels);
  }

  public static Kernels kernels() {
    return KERNELS;
  }

  public static int[] tokens(int n, int vocab) {
    return new Random(42).ints(n, 0, vocab).toArray();
  }

  public static SessionOptions exact(int capacity) {
    return SessionOptions.ofCapacity(capacity).withKvFormat(KvFormat.F32);
  }

  /** The logits of all tokens in one call of a fresh session. */
  public static float[] logits(LanguageModel model, int[] tokens, SessionOptions options) {
    try (Session session = model.newSession(options)) {
      return flat(model.forward(tokens, session, tokens.length));
    }
  }

  public static float[] logits(MapConfig config, WeightSource weights, int[] tokens) {
    return logits(build(config, weights), tokens, exact(tokens.length));
  }

  /** Observes the residual stream after each layer and nothing else. */
  public static ForwardObserver hiddenObserver(BiConsumer<Integer, FloatMatrix> hidden) {
    return new ForwardObserver() {
      @Override
      public void hidden(int layer, FloatMatrix x) {
        hidden.accept(layer, x);
      }

      @Override
      public void routerLogits(int layer, FloatMatrix routerLogits) {}
    };
  }

  /** A copy of the numbers, row after row. */
  public static float[] flat(FloatMatrix m) {
    float[] all = new float[m.rows() * m.cols()];
    for (int t = 0; t < m.rows(); t++) {
      System.arraycopy(m.row(t), 0, all, t * m.cols(), m.cols());
    }
    return all;
  }

  /** The largest absolute difference to a reference. */
  public static double difference(float[] actual, double[][] expected) {
    double[] flat = Arrays.stream(expected).flatMapToDouble(Arrays::stream).toArray();
    double largest = actual.length == flat.length ? 0 : Double.POSITIVE_INFINITY;
    for (int i = 0; i < Math.min(actual.length, flat.length); i++) {
      double difference = Math.abs(actual[i] - flat[i]);
      largest = Double.isNaN(difference) ? Double.POSITIVE_INFINITY : Math.max(largest, difference);
    }
    return largest;
  }
}
