package io.hunyuan4j.bench;

import io.hunyuan4j.core.Architectures;
import io.hunyuan4j.core.ConfigSource;
import io.hunyuan4j.core.LanguageModel;
import io.hunyuan4j.core.ModelShape;
import io.hunyuan4j.core.WeightSource;
import io.hunyuan4j.kernels.Kernels;
import io.hunyuan4j.kernels.Parallel;
import java.lang.foreign.Arena;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * A checkpoint in memory with random weights: as fast and as large as a real one of its shape, and
 * without any sense.
 *
 * <p>Matrices are {@link RandomBf16} in native memory, norm weights are ones, and tensors have
 * their published names. A tensor is made when it is first asked for, so that a checkpoint costs
 * nothing until a model is built on it. The same shape and seed give the same bytes on every
 * machine. For one thread; models built on it must not be used after it is closed.
 */
public final class SyntheticCheckpoint implements AutoCloseable {
  private final SyntheticShape shape;
  private final Arena arena = Arena.ofShared();
  private final Map<String, List<Integer>> tensors;
  private final SyntheticWeights weights;

  /**
   * A checkpoint none of whose weights are made yet.
   *
   * @param shape its sizes
   * @param seed start of the random numbers
   * @param parallel threads that make them
   */
  public SyntheticCheckpoint(SyntheticShape shape, long seed, Parallel parallel) {
    this.shape = shape;
    this.tensors = shape.tensors();
    this.weights = new SyntheticWeights(tensors, seed, arena, parallel);
  }

  /** A model's sizes and numbers of parameters, without any weights. */
  public static ModelShape modelShape(SyntheticShape shape) {
    ConfigSource config = new MapConfig(shape.name(), shape.config());
    return Architectures.of(config).shape(config);
  }

  /** Its sizes. */
  public SyntheticShape shape() {
    return shape;
  }

  /** The configuration, as if nobody had read it. */
  public ConfigSource config() {
    return new MapConfig(shape.name(), shape.config());
  }

  /** The weights. */
  public WeightSource weights() {
    return weights;
  }

  /** The tensors' names, each with its sizes, in the order of a forward pass. */
  public Map<String, List<Integer>> tensors() {
    return Collections.unmodifiableMap(tensors);
  }

  /** The model, for which all weights are made: for {@code mini-a13b} 5.7 GB in a few seconds. */
  public LanguageModel model(Kernels kernels) {
    ConfigSource config = config();
    return Architectures.of(config).build(config, weights, kernels);
  }

  /** Frees the weights. */
  @Override
  public void close() {
    arena.close();
  }
}
