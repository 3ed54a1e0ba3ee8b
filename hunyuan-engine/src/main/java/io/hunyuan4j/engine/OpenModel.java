package io.hunyuan4j.engine;

import io.hunyuan4j.core.Architecture;
import io.hunyuan4j.core.Architectures;
import io.hunyuan4j.core.LanguageModel;
import io.hunyuan4j.core.UnsupportedModelException;
import io.hunyuan4j.kernels.Kernels;
import io.hunyuan4j.kernels.Parallel;
import io.hunyuan4j.loader.Checkpoint;
import java.io.IOException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A checkpoint's model without its vocabulary: the mapped weights, the threads, and the graph over
 * both. {@link Engine} adds text.
 *
 * <p>Safe to share between threads. Sessions must be closed before it.
 */
public final class OpenModel implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(OpenModel.class);

  private final Checkpoint checkpoint;
  private final Parallel parallel;
  private final Kernels kernels;
  private final LanguageModel model;

  private OpenModel(Checkpoint checkpoint, Parallel parallel, EngineOptions options) {
    this.checkpoint = checkpoint;
    this.parallel = parallel;
    this.kernels = options.kernels(parallel);
    Architecture architecture = Architectures.of(checkpoint.config());
    this.model = architecture.build(checkpoint.config(), checkpoint.weights(), kernels);
    for (String tensor : checkpoint.unreadTensors()) {
      if (!architecture.mayLeaveUnused(tensor)) {
        throw new UnsupportedModelException(
            "%s: %s is in the checkpoint, but the configuration gives it no part"
                .formatted(checkpoint.folder(), tensor));
      }
    }
    LOG.debug(
        "Opened {}: {}, {} threads, {} vector bits, tensors without use: {}",
        checkpoint.folder(),
        model.shape().modelType(),
        kernels.threads(),
        kernels.vectorBits(),
        checkpoint.unreadTensors());
  }

  /**
   * Opens the checkpoint in {@code folder}: maps its weights and checks their shapes. Never
   * downloads.
   *
   * @throws io.hunyuan4j.loader.CheckpointFormatException if the checkpoint is damaged
   * @throws io.hunyuan4j.core.UnsupportedModelException if it is a model that this version cannot
   *     run
   * @throws IOException if a file cannot be read
   */
  public static OpenModel open(Path folder, EngineOptions options) throws IOException {
    Parallel parallel = Parallel.ofThreads(options.threads());
    Checkpoint checkpoint = null;
    boolean opened = false;
    try {
      checkpoint = Checkpoint.open(folder);
      OpenModel model = new OpenModel(checkpoint, parallel, options);
      opened = true;
      return model;
    } finally {
      if (!opened) {
        if (checkpoint != null) {
          checkpoint.close();
        }
        parallel.close();
      }
    }
  }

  /** The files it came from. */
  public Checkpoint checkpoint() {
    return checkpoint;
  }

  /** The arithmetic in use, for those who ask how wide its vectors are. */
  public Kernels kernels() {
    return kernels;
  }

  /** The model. */
  public LanguageModel model() {
    return model;
  }

  /** Ends the threads and unmaps the weights. */
  @Override
  public void close() {
    try {
      parallel.close();
    } finally {
      checkpoint.close();
    }
  }
}
