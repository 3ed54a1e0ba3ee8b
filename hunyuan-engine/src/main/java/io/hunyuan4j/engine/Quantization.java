package io.hunyuan4j.engine;

import io.hunyuan4j.kernels.Kernels;
import io.hunyuan4j.kernels.Matrix;
import io.hunyuan4j.kernels.Parallel;
import io.hunyuan4j.kernels.WeightFormat;
import io.hunyuan4j.loader.BlockTensors;
import io.hunyuan4j.loader.Checkpoint;
import io.hunyuan4j.loader.CheckpointWriter;
import io.hunyuan4j.loader.CheckpointWriter.Shard;
import io.hunyuan4j.loader.SafetensorsWriter;
import io.hunyuan4j.loader.TensorSpec;
import io.hunyuan4j.loader.WeightEntry;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.IntStream;

/**
 * Converts a checkpoint on disk: a folder in, a folder out, one tensor in memory at a time. An
 * interrupted run goes on at the shard where it ended. The same checkpoint and policy give the same
 * files on every machine.
 */
public final class Quantization {
  /** Bytes of a shard at most, where a single tensor does not need more. */
  public static final long DEFAULT_SHARD_BYTES = 4L << 30;

  /** Bytes at both ends of every tensor by which a checkpoint is known again. */
  private static final long SAMPLE_BYTES = 4096;

  private final Checkpoint checkpoint;
  private final WeightPolicy policy;
  private final WeightPlan plan;
  private final Map<String, WeightFormat> conversions;
  private final List<List<WeightEntry>> shards = new ArrayList<>();

  /**
   * What a run did.
   *
   * @param convertedTensors tensors in another format than before
   * @param shards files with weights
   * @param shardsKept those that an earlier run had finished
   * @param storedBytes of all tensors, before
   * @param writtenBytes of all tensors, after
   */
  public record Result(
      int convertedTensors, int shards, int shardsKept, long storedBytes, long writtenBytes) {}

  private Quantization(Checkpoint checkpoint, WeightPolicy policy, long maxShardBytes) {
    this.checkpoint = checkpoint;
    this.policy = policy;
    this.plan = WeightPlan.of(checkpoint);
    this.conversions = plan.conversions(policy);
    long room = 0;
    for (WeightEntry entry : checkpoint.weightEntries()) {
      long bytes = spec(entry).byteSize();
      if (shards.isEmpty() || bytes > room) {
        shards.add(new ArrayList<>());
        room = maxShardBytes;
      }
      shards.getLast().add(entry);
      room -= bytes;
    }
  }

  /**
   * Converts the checkpoint in {@code from} into the folder {@code to}.
   *
   * @param to absent, empty, or left behind by the same run
   * @param options threads, vectors and the policy of {@link EngineOptions#weights}
   * @param maxShardBytes bytes of a file at most, unless a single tensor needs more
   * @throws IllegalArgumentException if {@code maxShardBytes} is not positive
   * @throws UnmatchedPatternException if a rule of the policy matches no weight
   * @throws IOException if a file cannot be read or written, or {@code to} is another folder
   */
  public static Result run(
      Path from, Path to, EngineOptions options, long maxShardBytes, ProgressListener progress)
      throws IOException {
    if (maxShardBytes < 1) {
      throw new IllegalArgumentException("shards must have at least 1 byte, not " + maxShardBytes);
    }
    if (Files.exists(to) && Files.exists(from) && Files.isSameFile(from, to)) {
      throw new FileSystemException(to + ": expected another folder than the checkpoint's");
    }
    try (Checkpoint checkpoint = Checkpoint.open(from);
        Parallel parallel = Parallel.ofThreads(options.threads())) {
      Quantization run = new Quantization(checkpoint, options.weights(), maxShardBytes);
      return run.write(to, options.kernels(parallel), progress);
    }
  }

  private Result write(Path to, Kernels kernels, ProgressListener progress) throws IOException {
    checkpoint.otherFiles(); // better refused now than after hours
    List<Shard> written = shards.stream().map(this::shard).toList();
    List<Integer> missing;
    try (CheckpointWriter writer = CheckpointWriter.open(to, identity(written), written)) {
      missing =
          IntStream.range(0, written.size()).filter(i -> !writer.isWritten(i)).boxed().toList();
      long totalBytes = missing.stream().mapToLong(i -> storedBytes(shards.get(i))).sum();
      long doneBytes = 0;
      for (int i : missing) {
        try (SafetensorsWriter file = writer.shard(i)) {
          for (WeightEntry entry : shards.get(i)) {
            append(file, entry, kernels);
            doneBytes += entry.stored().byteSize();
            progress.onProgress(doneBytes, totalBytes);
          }
          file.finish();
        }
      }
      writer.finish(checkpoint, summary(written));
    }
    return new Result(
        conversions.size(),
        written.size(),
        written.size() - missing.size(),
        shards.stream().mapToLong(Quantization::storedBytes).sum(),
        written.stream().flatMap(s -> s.tensors().stream()).mapToLong(TensorSpec::byteSize).sum());
  }

  private static long storedBytes(List<WeightEntry> shard) {
    return shard.stream().mapToLong(entry -> entry.stored().byteSize()).sum();
  }

  private void append(SafetensorsWriter file, WeightEntry entry, Kernels kernels)
      throws IOException {
    String name = spec(entry).name();
    WeightFormat format = conversions.get(entry.name());
    if (format == null) {
      file.append(name, checkpoint.data(entry));
      return;
    }
    try (Arena arena = Arena.ofShared()) { // of one tensor; all threads write to it
      Matrix source = plan.matrix(entry.name());
      file.append(
          name, ConvertedWeights.convert(entry.name(), source, format, kernels, arena).data());
    }
  }

  private Shard shard(List<WeightEntry> entries) {
    Map<String, String> metadata = new HashMap<>();
    metadata.put("format", "pt"); // what transformers asks for
    for (WeightEntry entry : entries) {
      if (format(entry).filter(BlockTensors::isInBlocks).isPresent()) {
        metadata.put(
            spec(entry).name(),
            BlockTensors.metadata(
                Math.toIntExact(entry.shape().getFirst()),
                Math.toIntExact(entry.shape().getLast())));
      }
    }
    return new Shard(entries.stream().map(this::spec).toList(), metadata);
  }

  /** The format that a tensor has afterwards, if it is one of those that can be converted to. */
  private Optional<WeightFormat> format(WeightEntry entry) {
    WeightFormat converted = conversions.get(entry.name());
    if (converted != null) {
      return Optional.of(converted);
    }
    for (WeightFormat format : WeightFormat.values()) {
      if (format.name().equals(entry.format())) {
        return Optional.of(format);
      }
    }
    return Optional.empty();
  }

  private TensorSpec spec(WeightEntry entry) {
    WeightFormat format = conversions.get(entry.name());
    if (format == null) {
      return new TensorSpec(entry.stored().name(), entry.stored().dtype(), entry.stored().shape());
    }
    Matrix matrix = plan.matrix(entry.name());
    return BlockTensors.spec(entry.name(), format, matrix.rows(), matrix.cols());
  }

  private Optional<CheckpointWriter.Quantization> summary(List<Shard> written) {
    boolean hasBlocks = written.stream().anyMatch(shard -> shard.metadata().size() > 1);
    return hasBlocks
        ? Optional.of(
            new CheckpointWriter.Quantization(
                policy.spelling(), policy.rules().stream().map(Object::toString).toList()))
        : Optional.empty();
  }

  /** Everything that the result depends on: an interrupted run goes on only where it agrees. */
  private SequencedMap<String, String> identity(List<Shard> written) {
    MessageDigest digest = sha256();
    for (WeightEntry entry : checkpoint.weightEntries()) {
      update(digest, entry.stored().name() + entry.stored().typeAndShape());
      MemorySegment data = checkpoint.data(entry);
      long sample = Math.min(SAMPLE_BYTES, data.byteSize());
      digest.update(data.asSlice(0, sample).toArray(ValueLayout.JAVA_BYTE));
      digest.update(data.asSlice(data.byteSize() - sample).toArray(ValueLayout.JAVA_BYTE));
    }
    String source = HexFormat.of().formatHex(digest.digest());
    for (Shard shard : written) {
      update(digest, shard.tensors() + "\n");
    }
    SequencedMap<String, String> identity = new LinkedHashMap<>();
    identity.put("weights", policy.spelling());
    identity.put("tensors", policy.rules().toString());
    identity.put("source", source);
    identity.put(
        "files", written.size() + " of sha256 " + HexFormat.of().formatHex(digest.digest()));
    return identity;
  }

  private static void update(MessageDigest digest, String text) {
    digest.update(text.getBytes(StandardCharsets.UTF_8));
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JDK has it
    }
  }
}
