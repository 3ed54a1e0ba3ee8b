package io.hunyuan4j.engine;

import io.hunyuan4j.core.Architecture;
import io.hunyuan4j.core.Architectures;
import io.hunyuan4j.core.LanguageModel;
import io.hunyuan4j.core.WeightSource;
import io.hunyuan4j.kernels.Kernels;
import io.hunyuan4j.kernels.Parallel;
import io.hunyuan4j.loader.Checkpoint;
import io.hunyuan4j.loader.PageReader;
import io.hunyuan4j.loader.TensorEntry;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Optional;
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
  private final Arena converted;
  private final Optional<PageReader> pageReader;
  private final Parallel parallel;
  private final Kernels kernels;
  private final LanguageModel model;

  private OpenModel(
      Checkpoint checkpoint,
      Arena converted,
      Parallel parallel,
      EngineOptions options,
      ProgressListener progress) {
    this.checkpoint = checkpoint;
    this.converted = converted;
    long tensorBytes = checkpoint.tensors().stream().mapToLong(TensorEntry::byteSize).sum();
    this.pageReader =
        options.readahead().applies(tensorBytes, ConvertedWeights.physicalBytes())
            ? Optional.of(new PageReader())
            : Optional.empty();
    this.parallel = parallel;
    this.kernels = options.kernels(parallel);
    Architecture architecture = Architectures.of(checkpoint.config());
    WeightSource weights =
        options.weights().isAsIs()
            ? checkpoint.weights()
            : ConvertedWeights.of(checkpoint, options.weights(), kernels, converted, progress);
    WeightSource announced =
        pageReader.isPresent() ? weights.withReadahead(pageReader.get()) : weights;
    this.model = architecture.build(checkpoint.config(), announced, kernels);
    WeightPlan.requireAllUsed(checkpoint, architecture);
    LOG.debug(
        "Opened {}: {}, {} threads, {} vector bits, reads ahead: {}, tensors without use: {}",
        checkpoint.folder(),
        model.shape().modelType(),
        kernels.threads(),
        kernels.vectorBits(),
        pageReader.isPresent(),
        checkpoint.unreadTensors());
  }

  /**
   * Opens the checkpoint in {@code folder}: maps its weights and checks their shapes. Never
   * downloads. Weights that the options want in another format are converted into memory.
   *
   * @throws IllegalArgumentException if a number of the options is impossible
   * @throws UnmatchedPatternException if a rule for weights matches none
   * @throws InsufficientMemoryException if the converted weights do not fit into memory
   * @throws io.hunyuan4j.loader.CheckpointFormatException if the checkpoint is damaged
   * @throws io.hunyuan4j.core.UnsupportedModelException if it is a model that this version cannot
   *     run
   * @throws IOException if a file cannot be read
   */
  public static OpenModel open(Path folder, EngineOptions options) throws IOException {
    return open(folder, options, (done, total) -> {});
  }

  /**
   * Opens the checkpoint in {@code folder}, telling the listener how much of the weights is
   * converted.
   *
   * @see #open(Path, EngineOptions)
   */
  // The model owns the arena; where there will be none, the arena is closed here.
  @SuppressWarnings("MustBeClosed")
  public static OpenModel open(Path folder, EngineOptions options, ProgressListener progress)
      throws IOException {
    Parallel parallel = Parallel.ofThreads(options.threads());
    Arena converted = Arena.ofShared();
    Checkpoint checkpoint = null;
    boolean opened = false;
    try {
      checkpoint = Checkpoint.open(folder);
      OpenModel model = new OpenModel(checkpoint, converted, parallel, options, progress);
      opened = true;
      return model;
    } finally {
      if (!opened) {
        if (checkpoint != null) {
          checkpoint.close();
        }
        converted.close();
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

  /** Ends the threads, unmaps the weights and frees the converted ones. */
  @Override
  public void close() {
    try {
      parallel.close();
      pageReader.ifPresent(PageReader::close);
    } finally {
      checkpoint.close();
      if (converted.scope().isAlive()) {
        converted.close();
      }
    }
  }
}
