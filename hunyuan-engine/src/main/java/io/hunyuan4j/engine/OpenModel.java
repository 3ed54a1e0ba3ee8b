package io.hunyuan4j.engine;

import io.hunyuan4j.core.Architecture;
import io.hunyuan4j.core.Architectures;
import io.hunyuan4j.core.LanguageModel;
import io.hunyuan4j.core.Session;
import io.hunyuan4j.core.WeightSource;
import io.hunyuan4j.core.block.KvLayout;
import io.hunyuan4j.kernels.FloatMatrix;
import io.hunyuan4j.kernels.Kernels;
import io.hunyuan4j.kernels.KvView;
import io.hunyuan4j.kernels.Parallel;
import io.hunyuan4j.kernels.WeightFormat;
import io.hunyuan4j.loader.Checkpoint;
import io.hunyuan4j.loader.PageReader;
import io.hunyuan4j.loader.TensorEntry;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
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
  private final byte[] config;
  private final Map<String, WeightFormat> conversions;
  private byte @Nullable [] fingerprint; // guarded by this

  private OpenModel(
      Checkpoint checkpoint,
      byte[] config,
      Arena converted,
      Parallel parallel,
      EngineOptions options,
      ProgressListener progress) {
    this.checkpoint = checkpoint;
    this.config = config;
    this.converted = converted;
    long tensorBytes = checkpoint.tensors().stream().mapToLong(TensorEntry::byteSize).sum();
    this.pageReader =
        options.readahead().applies(tensorBytes, ConvertedWeights.physicalBytes())
            ? Optional.of(new PageReader())
            : Optional.empty();
    this.parallel = parallel;
    this.kernels = options.kernels(parallel);
    Architecture architecture = Architectures.of(checkpoint.config());
    Optional<ConvertedWeights> conversion =
        options.weights().isAsIs()
            ? Optional.empty()
            : Optional.of(
                ConvertedWeights.of(checkpoint, options.weights(), kernels, converted, progress));
    WeightSource weights = conversion.<WeightSource>map(c -> c).orElse(checkpoint.weights());
    WeightSource announced =
        pageReader.isPresent() ? weights.withReadahead(pageReader.get()) : weights;
    this.model = architecture.build(checkpoint.config(), announced, kernels);
    this.conversions = conversion.map(ConvertedWeights::conversions).orElse(Map.of());
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
      byte[] config = Files.readAllBytes(checkpoint.file("config.json").orElseThrow());
      OpenModel model = new OpenModel(checkpoint, config, converted, parallel, options, progress);
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

  /**
   * What tells this model from others, as sessions are saved with it: a SHA-256 of its
   * configuration and weights, or of a sample of them where they are many, and of what was
   * converted. Computed when it is first asked for, in milliseconds to seconds.
   */
  public String fingerprint() {
    return HexFormat.of().formatHex(fingerprintBytes());
  }

  private synchronized byte[] fingerprintBytes() {
    if (fingerprint == null) {
      fingerprint = Fingerprint.of(config, checkpoint, conversions);
    }
    return fingerprint;
  }

  /**
   * Writes a session to a file: its tokens, options, keys and values. Nothing else of it: what
   * draws the next token is a generation's, not a session's. Equal sessions give equal files.
   *
   * <p>The file appears whole or not at all, in the place of one that is there; others than its
   * owner may not read it. It tells what was said, so keep it as you keep texts.
   *
   * @throws IllegalArgumentException if the session is another model's
   * @throws IllegalStateException if it is closed
   * @throws IOException if the file cannot be written; what was there is untouched
   */
  public void save(Session session, Path file) throws IOException {
    save(session, new byte[0], file);
  }

  /** The same with bytes that mean something to the caller. */
  void save(Session session, byte[] attachment, Path file) throws IOException {
    if (session.model() != model) {
      throw new IllegalArgumentException("a session of another model cannot be saved here");
    }
    try (Session copy = session.fork()) {
      blankUnused(copy);
      SessionFile.write(file, fingerprintBytes(), copy, attachment);
    }
  }

  /** Writes zeros where the last block holds no token, or still that of one that was dropped. */
  private void blankUnused(Session session) {
    int used = session.position() % KvView.BLOCK_TOKENS;
    if (used == 0) {
      return;
    }
    int unused = KvView.BLOCK_TOKENS - used;
    session.keyValues().prepare(session.position(), session.position() + unused);
    KvLayout layout = model.shape().kvLayout();
    int width = layout.numKeyValueHeads() * layout.headDim();
    FloatMatrix zeros = FloatMatrix.of(new float[unused * width], unused, width);
    for (int slot = 0; slot < layout.numSlots(); slot++) {
      kernels.storeKeyValues(session.keyValues().slot(slot), zeros, zeros, session.position());
    }
  }

  /**
   * The session that {@link #save} wrote: what it gives from here on is what the saved one would
   * have given, bit for bit. It takes no part in a {@link io.hunyuan4j.core.PrefixCache}: what a
   * file says stays with who opened it.
   *
   * @throws SessionFormatException if the file is cut or changed, or another model's or version's
   * @throws IOException if it cannot be read
   */
  public Session restore(Path file) throws IOException {
    return restoreContents(file).session();
  }

  /** The same with the bytes that were attached. */
  SessionFile.Contents restoreContents(Path file) throws IOException {
    return SessionFile.read(file, fingerprintBytes(), model);
  }

  /** Ends the threads, unmaps the weights, frees the converted ones and what sessions gave back. */
  @Override
  public void close() {
    try {
      parallel.close();
      pageReader.ifPresent(PageReader::close);
    } finally {
      model.keyValueMemory().close();
      checkpoint.close();
      if (converted.scope().isAlive()) {
        converted.close();
      }
    }
  }
}
