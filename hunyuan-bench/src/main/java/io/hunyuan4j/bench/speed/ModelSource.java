package io.hunyuan4j.bench.speed;

import io.hunyuan4j.bench.SyntheticCheckpoint;
import io.hunyuan4j.bench.SyntheticShape;
import io.hunyuan4j.core.Architecture;
import io.hunyuan4j.core.Architectures;
import io.hunyuan4j.core.ConfigSource;
import io.hunyuan4j.core.LanguageModel;
import io.hunyuan4j.core.ModelShape;
import io.hunyuan4j.core.WeightSource;
import io.hunyuan4j.kernels.KernelFactory;
import io.hunyuan4j.kernels.Kernels;
import io.hunyuan4j.kernels.Parallel;
import io.hunyuan4j.loader.Checkpoint;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;

/** A model to measure: a checkpoint folder, or random weights of a shape. Owns the weights. */
public final class ModelSource implements AutoCloseable {
  /** Start of the random numbers of synthetic weights. */
  public static final long SEED = 1;

  private final String name;
  private final String format;
  private final Supplier<ConfigSource> config;
  private final WeightSource weights;
  private final List<Runnable> closing;

  private ModelSource(
      String name,
      String format,
      Supplier<ConfigSource> config,
      WeightSource weights,
      List<Runnable> closing) {
    this.name = name;
    this.format = format;
    this.config = config;
    this.weights = weights;
    this.closing = closing;
  }

  /**
   * The checkpoint in a folder.
   *
   * @throws io.hunyuan4j.loader.CheckpointFormatException if it is damaged
   * @throws io.hunyuan4j.core.UnsupportedModelException if it cannot be run
   * @throws IOException if a file cannot be read
   */
  public static ModelSource ofFolder(Path folder) throws IOException {
    Checkpoint checkpoint = Checkpoint.open(folder);
    boolean opened = false;
    try (Parallel one = Parallel.ofThreads(1)) {
      // Building reads no weights but norms, and shows whether the model can be run.
      LanguageModel model =
          Architectures.of(checkpoint.config())
              .build(checkpoint.config(), checkpoint.weights(), KernelFactory.ofWidth(0, one));
      ModelSource source =
          new ModelSource(
              String.valueOf(folder.toAbsolutePath().normalize().getFileName()),
              model.cost().mainFormat(),
              checkpoint::config,
              checkpoint.weights(),
              List.of(checkpoint::close));
      opened = true;
      return source;
    } finally {
      if (!opened) {
        checkpoint.close();
      }
    }
  }

  /** Random weights, which {@code threads} threads make when a model is first built. */
  public static ModelSource ofShape(SyntheticShape shape, int threads) {
    Parallel parallel = Parallel.ofThreads(threads);
    SyntheticCheckpoint checkpoint = new SyntheticCheckpoint(shape, SEED, parallel);
    return new ModelSource(
        shape.name(),
        "BF16",
        checkpoint::config,
        checkpoint.weights(),
        List.of(parallel::close, checkpoint::close));
  }

  /** What the model is called. */
  public String name() {
    return name;
  }

  /** The format that most of its weights have, as matrices spell it. */
  public String format() {
    return format;
  }

  /** The model's sizes. */
  public ModelShape shape() {
    ConfigSource fresh = config.get();
    return Architectures.of(fresh).shape(fresh);
  }

  /** The model with weights as chosen; {@code arena} gets what is converted. */
  LanguageModel build(WeightChoice choice, Kernels kernels, Arena arena) {
    ConfigSource fresh = config.get();
    Architecture architecture = Architectures.of(fresh);
    WeightSource chosen = choice.policy().over(weights, architecture, kernels, arena);
    return architecture.build(fresh, chosen, kernels);
  }

  @Override
  public void close() {
    closing.forEach(Runnable::run);
  }
}
