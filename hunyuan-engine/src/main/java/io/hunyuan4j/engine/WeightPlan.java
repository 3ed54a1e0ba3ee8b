package io.hunyuan4j.engine;

import io.hunyuan4j.core.Architecture;
import io.hunyuan4j.core.Architectures;
import io.hunyuan4j.core.UnsupportedModelException;
import io.hunyuan4j.core.WeightSource;
import io.hunyuan4j.kernels.KernelFactory;
import io.hunyuan4j.kernels.Matrix;
import io.hunyuan4j.kernels.Parallel;
import io.hunyuan4j.kernels.WeightFormat;
import io.hunyuan4j.loader.Checkpoint;
import io.hunyuan4j.loader.TensorEntry;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The matrices of a checkpoint's model, and what a {@link WeightPolicy} makes of them. Reads the
 * headers and norms only.
 */
public final class WeightPlan {
  private final Checkpoint checkpoint;
  private final Architecture architecture;
  private final Map<String, Matrix> matrices;

  private WeightPlan(
      Checkpoint checkpoint, Architecture architecture, Map<String, Matrix> matrices) {
    this.checkpoint = checkpoint;
    this.architecture = architecture;
    this.matrices = matrices;
  }

  /**
   * Finds out which matrices the model has by building it, which checks every tensor's shape.
   *
   * @throws io.hunyuan4j.loader.CheckpointFormatException if the checkpoint is damaged
   * @throws UnsupportedModelException if it is a model that this version cannot run
   */
  public static WeightPlan of(Checkpoint checkpoint) {
    Architecture architecture = Architectures.of(checkpoint.config());
    Map<String, Matrix> matrices = new LinkedHashMap<>();
    WeightSource stored = checkpoint.weights();
    WeightSource listed =
        new WeightSource() {
          @Override
          public boolean has(String name) {
            return stored.has(name);
          }

          @Override
          public Matrix matrix(String name, int rows, int cols) {
            Matrix matrix = stored.matrix(name, rows, cols);
            matrices.put(name, matrix);
            return matrix;
          }

          @Override
          public float[] vector(String name, int length) {
            return stored.vector(name, length);
          }
        };
    try (Parallel one = Parallel.ofThreads(1)) {
      architecture.build(checkpoint.config(), listed, KernelFactory.ofWidth(0, one));
    }
    requireAllUsed(checkpoint, architecture);
    return new WeightPlan(checkpoint, architecture, matrices);
  }

  /** Refuses a checkpoint with weights of layers that the configuration gives no part. */
  static void requireAllUsed(Checkpoint checkpoint, Architecture architecture) {
    for (String tensor : checkpoint.unreadTensors()) {
      if (!architecture.mayLeaveUnused(tensor)) {
        throw new UnsupportedModelException(
            "%s: %s is in the checkpoint, but the configuration gives it no part"
                .formatted(checkpoint.folder(), tensor));
      }
    }
  }

  /**
   * The weights that a policy converts, by name, with the format that they get.
   *
   * @throws UnmatchedPatternException if a rule matches no weight that may be converted
   */
  public Map<String, WeightFormat> conversions(WeightPolicy policy) {
    for (WeightPolicy.Rule rule : policy.rules()) {
      if (matrices.keySet().stream()
          .noneMatch(
              name -> WeightPolicy.mayConvert(architecture.role(name)) && rule.matches(name))) {
        throw new UnmatchedPatternException(rule.pattern());
      }
    }
    Map<String, WeightFormat> conversions = new LinkedHashMap<>();
    matrices.forEach(
        (name, matrix) -> {
          policy
              .formatFor(name, architecture.role(name), matrix)
              .ifPresent(format -> conversions.put(name, format));
        });
    return conversions;
  }

  /** A matrix as it is stored. */
  Matrix matrix(String name) {
    Matrix matrix = matrices.get(name);
    if (matrix == null) {
      throw new IllegalArgumentException("no matrix of the model is named " + name);
    }
    return matrix;
  }

  /** Bytes that the converted weights need in memory. */
  long convertedBytes(Map<String, WeightFormat> conversions) {
    long bytes = 0;
    for (Map.Entry<String, WeightFormat> conversion : conversions.entrySet()) {
      Matrix matrix = matrix(conversion.getKey());
      bytes += conversion.getValue().bytes(matrix.rows(), matrix.cols());
    }
    return bytes;
  }

  /** Bytes that are converted, as stored. */
  long storedBytes(Map<String, WeightFormat> conversions) {
    return conversions.keySet().stream().mapToLong(name -> matrix(name).data().byteSize()).sum();
  }

  /** Bytes of all weights under a policy. */
  public long bytes(WeightPolicy policy) {
    Map<String, WeightFormat> conversions = conversions(policy);
    long stored = checkpoint.tensors().stream().mapToLong(TensorEntry::byteSize).sum();
    return stored - storedBytes(conversions) + convertedBytes(conversions);
  }
}
