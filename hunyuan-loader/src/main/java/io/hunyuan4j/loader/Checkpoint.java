package io.hunyuan4j.loader;

import io.hunyuan4j.core.ConfigSource;
import io.hunyuan4j.core.WeightSource;
import io.hunyuan4j.kernels.WeightFormat;
import io.hunyuan4j.loader.MappedWeights.Mapped;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedCollection;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A folder with a model as Hugging Face lays it out: {@code config.json} and either {@code
 * model.safetensors} or the shards that {@code model.safetensors.index.json} names. Where both are
 * there, {@code model.safetensors} counts and the index and its shards are ignored, as in Hugging
 * Face's transformers.
 *
 * <p>Opening reads {@code config.json}, the index and the files' headers, and checks all of them: a
 * tensor is in exactly the shard that the index says, every shard is there and no other. Tensors
 * are mapped, not read: a page comes from disk when it is first touched, and a checkpoint may be
 * far larger than memory.
 *
 * <p>The mapping belongs to the checkpoint. After {@link #close} every touch of a weight is an
 * {@link IllegalStateException}. While it is open no file may be cut or overwritten (replacing a
 * file by renaming another over it is fine): touching a page that is gone is an {@link
 * InternalError} of the virtual machine.
 *
 * <p>Files are found by plain names inside the folder only; links out of it are refused, except
 * into the blobs of the Hugging Face cache that the folder is part of.
 */
public final class Checkpoint implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Checkpoint.class);

  static final String CONFIG = "config.json";
  private static final String SINGLE_FILE = "model.safetensors";

  /** Names of files with weights, of whatever framework. */
  private static final Pattern WEIGHTS_NAME =
      Pattern.compile(
          ".*\\.(safetensors|bin|pt|pth|ckpt|gguf|h5|msgpack|onnx|npz|tmp)|.*\\.index\\.json");

  private static final Pattern SHARD_NAME = Pattern.compile("model-\\d+-of-\\d+\\.safetensors");

  private final ModelFolder folder;
  private final JsonConfig config;
  private final Arena arena;
  private final Map<String, Mapped> mapped;
  private final MappedWeights weights;

  private Checkpoint(
      ModelFolder folder,
      JsonConfig config,
      Arena arena,
      Map<String, Mapped> mapped,
      MappedWeights weights) {
    this.folder = folder;
    this.config = config;
    this.arena = arena;
    this.mapped = Collections.unmodifiableMap(mapped);
    this.weights = weights;
  }

  /**
   * Opens the checkpoint in {@code folder}.
   *
   * @throws CheckpointFormatException if there is no sound checkpoint
   * @throws IOException if a file cannot be read
   */
  // The checkpoint owns the arena; where there will be none, the arena is closed here.
  @SuppressWarnings("MustBeClosed")
  public static Checkpoint open(Path folder) throws IOException {
    ModelFolder files = ModelFolder.open(folder);
    Path configTarget =
        files
            .find(CONFIG)
            .orElseThrow(
                () ->
                    CheckpointFormatException.of(
                        files.file(CONFIG),
                        "expected a file, found none in "
                            + folder
                            + (Files.exists(folder.resolve(CheckpointWriter.STATE))
                                ? ", where quantize is not finished: run it again"
                                : "")));
    JsonConfig config = JsonConfig.read(files.file(CONFIG), configTarget);
    Arena arena = Arena.ofShared();
    boolean opened = false;
    try {
      Checkpoint checkpoint = open(files, config, arena);
      opened = true;
      return checkpoint;
    } finally {
      if (!opened) {
        arena.close();
      }
    }
  }

  private static Checkpoint open(ModelFolder folder, JsonConfig config, Arena arena)
      throws IOException {
    Optional<Path> single = folder.find(SINGLE_FILE);
    // Not even a broken link matters where the index does not count.
    Optional<Path> indexTarget =
        single.isPresent() ? Optional.empty() : folder.find(ShardIndex.FILE_NAME);
    Path source = folder.file(single.isPresent() ? SINGLE_FILE : ShardIndex.FILE_NAME);
    List<SafetensorsFile> files;
    if (single.isPresent()) {
      files = List.of(SafetensorsFile.open(source, single.get(), arena));
    } else if (indexTarget.isPresent()) {
      files = openShards(folder, ShardIndex.read(source, indexTarget.get()), arena);
    } else {
      throw CheckpointFormatException.of(
          folder.path(),
          "expected %s or %s, found neither".formatted(SINGLE_FILE, ShardIndex.FILE_NAME));
    }
    Map<String, Mapped> mapped = mapped(files, BlockTensors.areIn(config));
    log.debug("{}: {} tensors in {} files", folder.path(), mapped.size(), files.size());
    return new Checkpoint(folder, config, arena, mapped, new MappedWeights(source, mapped));
  }

  /** The tensors as weights, by the name that a model asks for. */
  private static Map<String, Mapped> mapped(List<SafetensorsFile> files, boolean areInBlocks) {
    Map<String, Mapped> mapped = new LinkedHashMap<>();
    for (SafetensorsFile file : files) {
      for (TensorEntry tensor : file.tensors()) {
        Optional<WeightFormat> blocks =
            areInBlocks ? BlockTensors.format(tensor.name()) : Optional.empty();
        WeightEntry entry =
            blocks.isPresent()
                ? BlockTensors.weight(tensor, blocks.get(), file.metadata())
                : new WeightEntry(tensor.name(), tensor.dtype().name(), tensor.shape(), tensor);
        Mapped before = mapped.put(entry.name(), new Mapped(entry, blocks, file));
        if (before != null) {
          throw CheckpointFormatException.ofTensorAt(
              tensor.file(),
              tensor.name(),
              tensor.headerOffset(),
              "expected one form of each weight, found %s too"
                  .formatted(CheckpointFormatException.quote(before.entry().stored().name())));
        }
      }
    }
    return mapped;
  }

  private static List<SafetensorsFile> openShards(ModelFolder folder, ShardIndex index, Arena arena)
      throws IOException {
    Map<String, Path> targets = new LinkedHashMap<>();
    List<String> absent = new ArrayList<>();
    for (String shard : index.shards()) {
      folder
          .find(shard)
          .ifPresentOrElse(target -> targets.put(shard, target), () -> absent.add(shard));
    }
    if (!absent.isEmpty()) {
      throw CheckpointFormatException.of(
          index.file(),
          "expected %d shards, found %d of them absent, the first %s"
              .formatted(
                  index.shards().size(),
                  absent.size(),
                  CheckpointFormatException.quote(absent.getFirst())));
    }
    for (String name : folder.names()) {
      if (SHARD_NAME.matcher(name).matches() && !targets.containsKey(name)) {
        throw CheckpointFormatException.of(
            folder.file(name),
            "expected only the %d shards that %s lists, found one more"
                .formatted(targets.size(), ShardIndex.FILE_NAME));
      }
    }
    List<SafetensorsFile> shards = new ArrayList<>();
    for (Map.Entry<String, Path> shard : targets.entrySet()) {
      SafetensorsFile file =
          SafetensorsFile.open(folder.file(shard.getKey()), shard.getValue(), arena);
      requireAsListed(index, shard.getKey(), file);
      shards.add(file);
    }
    long bytes =
        shards.stream()
            .flatMap(shard -> shard.tensors().stream())
            .mapToLong(TensorEntry::byteSize)
            .sum();
    if (index.totalSize().isPresent() && index.totalSize().getAsLong() != bytes) {
      // Only a note: tools that edit checkpoints leave it stale, and the headers already say all it
      // could.
      log.debug(
          "{}: total_size is {}, the tensors have {} bytes",
          index.file(),
          index.totalSize().getAsLong(),
          bytes);
    }
    return shards;
  }

  /** Checks that the index lists every tensor of {@code shard} there, and no others. */
  private static void requireAsListed(ShardIndex index, String shard, SafetensorsFile file) {
    for (TensorEntry tensor : file.tensors()) {
      ShardIndex.Listing listing = index.listings().get(tensor.name());
      if (listing == null || !listing.shard().equals(shard)) {
        throw CheckpointFormatException.ofTensorAt(
            tensor.file(),
            tensor.name(),
            tensor.headerOffset(),
            "expected it %s, found it here"
                .formatted(
                    listing == null
                        ? "in no shard, as the index does not list it"
                        : "in " + listing.shard()));
      }
    }
    index
        .listings()
        .forEach(
            (tensor, listing) -> {
              if (listing.shard().equals(shard) && file.tensor(tensor).isEmpty()) {
                throw CheckpointFormatException.ofTensorAt(
                    index.file(),
                    tensor,
                    listing.byteOffset(),
                    "expected it in %s, found only %d others there"
                        .formatted(shard, file.tensors().size()));
              }
            });
  }

  /** The folder, as it was named when it was opened. */
  public Path folder() {
    return folder.path();
  }

  /** What {@code config.json} says. Always the same object, which remembers what was read. */
  public ConfigSource config() {
    return config;
  }

  /**
   * Another JSON object of the folder, for example {@code generation_config.json}, if it is there.
   *
   * @throws IllegalArgumentException if {@code fileName} is not a plain file name
   */
  public Optional<ConfigSource> config(String fileName) throws IOException {
    Optional<Path> target = folder.find(fileName);
    return target.isEmpty()
        ? Optional.empty()
        : Optional.of(JsonConfig.read(folder.file(fileName), target.get()));
  }

  /**
   * Where another file of the folder, for example {@code tokenizer.json}, really is, if it is
   * there. Links are already followed, and refused where they leave the folder.
   *
   * @throws IllegalArgumentException if {@code fileName} is not a plain file name
   */
  public Optional<Path> file(String fileName) throws IOException {
    return folder.find(fileName);
  }

  /** The weights. Always the same object, which remembers what was read. */
  public WeightSource weights() {
    return weights;
  }

  /** All tensors, shard by shard in the order of the index, and in the order of their bytes. */
  public SequencedCollection<TensorEntry> tensors() {
    return mapped.values().stream().map(mapped -> mapped.entry().stored()).toList();
  }

  /** The same tensors as weights: those in blocks by name, format and shape of the weight. */
  public SequencedCollection<WeightEntry> weightEntries() {
    return mapped.values().stream().map(Mapped::entry).toList();
  }

  /** The bytes of one of {@link #weightEntries}, not copied. */
  public MemorySegment data(WeightEntry tensor) {
    Mapped found = mapped.get(tensor.name());
    if (found == null || !found.entry().equals(tensor)) {
      throw new IllegalArgumentException(
          "expected a tensor of %s, found %s"
              .formatted(folder.path(), CheckpointFormatException.quote(tensor.name())));
    }
    return found.data();
  }

  /**
   * Where the files really are that are neither weights nor say which there are, by name: the
   * vocabulary, settings, licences. Links are already followed, and refused where they leave the
   * folder.
   */
  public SortedMap<String, Path> otherFiles() throws IOException {
    SortedMap<String, Path> others = new TreeMap<>();
    for (String name : folder.names()) {
      if (!name.equals(CONFIG)
          && !name.equals(ShardIndex.FILE_NAME)
          && !WEIGHTS_NAME.matcher(name).matches()
          && ModelFolder.isPlainName(name)) {
        folder.find(name).filter(Files::isRegularFile).ifPresent(path -> others.put(name, path));
      }
    }
    return others;
  }

  /**
   * The tensors that nobody has asked {@link #weights} for, by name: what the model does not use,
   * or forgot.
   */
  public Set<String> unreadTensors() {
    return weights.unreadNames();
  }

  /** Unmaps the files. Closing again does nothing. */
  @Override
  public void close() {
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }
}
