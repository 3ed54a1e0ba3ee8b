package io.hunyuan4j.loader;

import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * Writes a checkpoint's folder shard by shard, so that a run that was interrupted can go on where
 * it ended.
 *
 * <p>Until {@link #finish} the folder has no {@code config.json} but a file {@value #STATE}, which
 * says what the run is about: the same run goes on, another is refused. A shard appears under its
 * name when it is complete and on disk. While a writer is open it holds a lock on that file.
 */
public final class CheckpointWriter implements AutoCloseable {
  /** The file that marks a folder as not finished. */
  static final String STATE = "unfinished-quantize.json";

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final ObjectWriter CONFIG_WRITER =
      JsonMapper.builder()
          .disable(JsonWriteFeature.WRITE_NAN_AS_STRINGS)
          .enable(StreamWriteFeature.WRITE_BIGDECIMAL_AS_PLAIN)
          .build()
          .writerWithDefaultPrettyPrinter();

  /**
   * One file with weights.
   *
   * @param tensors what it holds
   * @param metadata what its {@code __metadata__} says
   */
  public record Shard(List<TensorSpec> tensors, Map<String, String> metadata) {

    /** Copies both. */
    public Shard {
      tensors = List.copyOf(tensors);
      metadata = Map.copyOf(metadata);
    }

    long byteSize() {
      return tensors.stream().mapToLong(TensorSpec::byteSize).sum();
    }
  }

  private final Path folder;
  private final List<Shard> shards;
  private final boolean[] written;
  private final FileChannel state;

  private CheckpointWriter(Path folder, List<Shard> shards, boolean[] written, FileChannel state) {
    this.folder = folder;
    this.shards = shards;
    this.written = written;
    this.state = state;
  }

  /**
   * Begins or takes up a run.
   *
   * @param folder where; absent, empty, or left by the same run
   * @param run what the run is about, by name: everything that the result depends on, what is best
   *     to read in a message first
   * @throws IOException if the folder has other contents, belongs to another run, is in use, or has
   *     no room; the message says which
   */
  public static CheckpointWriter open(
      Path folder, SequencedMap<String, String> run, List<Shard> shards) throws IOException {
    boolean begun = isBegun(folder, run);
    boolean[] written = new boolean[shards.size()];
    long missing = 0;
    for (int i = 0; i < written.length; i++) {
      written[i] = begun && isWritten(folder.resolve(name(i, shards.size())), shards.get(i));
      missing += written[i] ? 0 : shards.get(i).byteSize();
    }
    requireRoom(folder, missing);
    if (!begun) {
      Files.createDirectories(folder);
      write(folder.resolve(STATE), JSON.writeValueAsBytes(run));
    }
    FileChannel state = FileChannel.open(folder.resolve(STATE), StandardOpenOption.WRITE);
    boolean opened = false;
    try {
      if (lock(state) == null) {
        throw new FileSystemException(
            "%s: expected a folder of no other run, found one that is still running"
                .formatted(folder));
      }
      deleteTemporary(folder);
      opened = true;
      return new CheckpointWriter(folder, List.copyOf(shards), written, state);
    } finally {
      if (!opened) {
        state.close();
      }
    }
  }

  /** Whether the folder was begun by the same run. */
  private static boolean isBegun(Path folder, SequencedMap<String, String> run) throws IOException {
    if (!Files.exists(folder)) {
      return false;
    }
    if (!Files.isDirectory(folder)) {
      throw new FileSystemException(folder + ": expected a folder or nothing, found a file");
    }
    Path state = folder.resolve(STATE);
    if (!Files.exists(state)) {
      try (var files = Files.list(folder)) {
        if (files.anyMatch(file -> !isTemporary(file))) {
          throw new FileSystemException(
              "%s: expected an empty folder or none, found %s; nothing is overwritten"
                  .formatted(
                      folder,
                      Files.exists(folder.resolve(Checkpoint.CONFIG))
                          ? "a checkpoint"
                          : "other files"));
        }
      }
      return false;
    }
    JsonNode before = new JsonReader(state, SmallFile.read(state, state, 1 << 20), 0).tree();
    for (Map.Entry<String, String> wanted : run.entrySet()) {
      String found = before.path(wanted.getKey()).asText("nothing");
      if (!found.equals(wanted.getValue())) {
        throw new FileSystemException(
            "%s: an unfinished run has %s %s, this one %s: use another folder or delete that one"
                .formatted(
                    folder,
                    wanted.getKey(),
                    CheckpointFormatException.printable(found),
                    wanted.getValue()));
      }
    }
    return true;
  }

  private static boolean isTemporary(Path file) {
    return String.valueOf(file.getFileName()).startsWith(SafetensorsWriter.TEMPORARY_PREFIX);
  }

  /** Whether a file is there that holds what {@code shard} says. */
  private static boolean isWritten(Path file, Shard shard) throws IOException {
    if (!Files.isRegularFile(file)) {
      return false;
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      SafetensorsHeader header = SafetensorsHeader.read(file, channel);
      Map<String, TensorSpec> found = new HashMap<>();
      header
          .tensors()
          .forEach((name, e) -> found.put(name, new TensorSpec(name, e.dtype(), e.shape())));
      Map<String, TensorSpec> wanted = new HashMap<>();
      shard.tensors().forEach(spec -> wanted.put(spec.name(), spec));
      return found.equals(wanted) && header.metadata().equals(shard.metadata());
    } catch (CheckpointFormatException e) {
      return false; // damaged: it is written again
    }
  }

  private static void requireRoom(Path folder, long bytes) throws IOException {
    Path existing = folder.toAbsolutePath();
    while (!Files.exists(existing)) {
      existing = existing.getParent(); // the root exists
      if (existing == null) {
        return;
      }
    }
    long room = Files.getFileStore(existing).getUsableSpace();
    if (bytes > room) {
      throw new FileSystemException(
          String.format(
              Locale.ROOT,
              "%s: expected room for %,d bytes, the disk has %,d",
              folder,
              bytes,
              room));
    }
  }

  private static @Nullable FileLock lock(FileChannel state) throws IOException {
    try {
      return state.tryLock();
    } catch (OverlappingFileLockException e) {
      return null; // held in this very JVM
    }
  }

  private static void deleteTemporary(Path folder) throws IOException {
    try (var files =
        Files.newDirectoryStream(folder, SafetensorsWriter.TEMPORARY_PREFIX + "*.tmp")) {
      for (Path file : files) {
        Files.deleteIfExists(file);
      }
    }
  }

  /** Whether shard {@code index} is there already. */
  public boolean isWritten(int index) {
    return written[index];
  }

  /** Starts shard {@code index}; it counts once it is finished. */
  public SafetensorsWriter shard(int index) throws IOException {
    Shard shard = shards.get(index);
    return SafetensorsWriter.createInLines(
        folder.resolve(name(index, shards.size())), shard.tensors(), shard.metadata());
  }

  /**
   * Writes the rest, {@code config.json} last: what the folder of {@code source} has beside
   * weights, and the index.
   *
   * @param source where configuration and other files come from
   * @param quantization the format of most weights and the patterns with formats of their own, for
   *     people; empty where no weight is in blocks
   * @throws CheckpointFormatException if a shard is missing
   */
  public void finish(Checkpoint source, Optional<Quantization> quantization) throws IOException {
    Map<String, String> shardOfTensor = new LinkedHashMap<>();
    for (int i = 0; i < shards.size(); i++) {
      String name = name(i, shards.size());
      if (!isWritten(folder.resolve(name), shards.get(i))) {
        throw CheckpointFormatException.of(
            folder.resolve(name), "expected the finished shard, found none");
      }
      shards.get(i).tensors().forEach(tensor -> shardOfTensor.put(tensor.name(), name));
    }
    for (Map.Entry<String, Path> other : source.otherFiles().entrySet()) {
      if (!other.getKey().equals(STATE)) {
        Files.copy(
            other.getValue(), folder.resolve(other.getKey()), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    long bytes = shards.stream().mapToLong(Shard::byteSize).sum();
    Map<String, Object> index = new LinkedHashMap<>();
    index.put("metadata", Map.of("total_size", bytes));
    index.put("weight_map", shardOfTensor);
    write(folder.resolve(ShardIndex.FILE_NAME), CONFIG_WRITER.writeValueAsBytes(index));
    write(folder.resolve(Checkpoint.CONFIG), config(source, quantization));
    state.close();
    Files.delete(folder.resolve(STATE));
  }

  /**
   * What a checkpoint with weights in blocks says of itself, for people.
   *
   * @param weights the format of most weights
   * @param tensors patterns with formats of their own
   */
  public record Quantization(String weights, List<String> tensors) {

    /** Copies the list. */
    public Quantization {
      tensors = List.copyOf(tensors);
    }
  }

  private static byte[] config(Checkpoint source, Optional<Quantization> quantization)
      throws IOException {
    Path file = source.file(Checkpoint.CONFIG).orElseThrow(); // no checkpoint opens without
    JsonNode tree =
        new JsonReader(file, SmallFile.read(file, file, JsonConfig.MAX_BYTES), 0).tree();
    ObjectNode config = (ObjectNode) tree; // or it would not have opened
    config.remove(BlockTensors.CONFIG_KEY);
    if (quantization.isPresent()) {
      config.set(
          BlockTensors.CONFIG_KEY,
          JSON.valueToTree(
              BlockTensors.config(quantization.get().weights(), quantization.get().tensors())));
    }
    return CONFIG_WRITER.writeValueAsBytes(config);
  }

  /** Writes a small file so that it is there whole or not at all. */
  private static void write(Path file, byte[] bytes) throws IOException {
    Path temporary =
        file.resolveSibling(SafetensorsWriter.TEMPORARY_PREFIX + file.getFileName() + ".tmp");
    Files.write(
        temporary,
        bytes,
        StandardOpenOption.CREATE,
        StandardOpenOption.TRUNCATE_EXISTING,
        StandardOpenOption.WRITE,
        StandardOpenOption.DSYNC);
    Files.move(
        temporary, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }

  /** The name of a shard as Hugging Face counts them. */
  private static String name(int index, int shards) {
    return "model-%05d-of-%05d.safetensors".formatted(index + 1, shards);
  }

  /** Ends the run; it can be taken up where it is not finished. */
  @Override
  public void close() throws IOException {
    state.close();
  }
}
