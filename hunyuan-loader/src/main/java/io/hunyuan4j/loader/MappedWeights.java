package io.hunyuan4j.loader;

import io.hunyuan4j.core.UnsupportedModelException;
import io.hunyuan4j.core.WeightSource;
import io.hunyuan4j.kernels.Bf16Matrix;
import io.hunyuan4j.kernels.F16Matrix;
import io.hunyuan4j.kernels.F32Matrix;
import io.hunyuan4j.kernels.Matrix;
import io.hunyuan4j.kernels.WeightFormat;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The tensors of mapped files as weights. A matrix is a view of the mapping; nothing is copied.
 *
 * <p>Weights are F32, BF16, F16 or in blocks; another type is an {@link UnsupportedModelException}.
 * Another shape than the one asked for is a {@link CheckpointFormatException}. Several threads may
 * read.
 */
final class MappedWeights implements WeightSource {
  private static final String SUPPORTED = "F32, BF16 or F16";

  private final Path source;
  private final Map<String, Mapped> weights;
  private final Set<String> readNames = ConcurrentHashMap.newKeySet();

  /**
   * A weight and the file it lies in.
   *
   * @param inBlocks its format, where that is one in blocks
   */
  record Mapped(WeightEntry entry, Optional<WeightFormat> inBlocks, SafetensorsFile file) {
    MemorySegment data() {
      return file.data(entry.stored().name());
    }
  }

  /**
   * Weights of several files.
   *
   * @param source the file that says which tensors there are, for messages about absent ones
   * @param weights by name
   */
  MappedWeights(Path source, Map<String, Mapped> weights) {
    this.source = source;
    this.weights = weights;
  }

  @Override
  public boolean has(String name) {
    return weights.containsKey(name);
  }

  @Override
  public Matrix matrix(String name, int rows, int cols) {
    Mapped weight = weight(name, List.of((long) rows, (long) cols));
    MemorySegment data = weight.data();
    if (weight.inBlocks().isPresent()) {
      return weight.inBlocks().get().matrix(data, rows, cols);
    }
    TensorEntry stored = weight.entry().stored();
    return switch (stored.dtype()) {
      case F32 -> new F32Matrix(data, rows, cols);
      case BF16 -> new Bf16Matrix(data, rows, cols);
      case F16 -> new F16Matrix(data, rows, cols);
      default -> throw unsupported(stored);
    };
  }

  @Override
  public float[] vector(String name, int length) {
    return weight(name, List.of((long) length)).file().floats(name);
  }

  /** The weights that nobody has asked for, by name; {@link #has} does not count as asking. */
  Set<String> unreadNames() {
    Set<String> unread = new TreeSet<>(weights.keySet());
    unread.removeAll(readNames);
    return unread;
  }

  /** The weight of that name, which has the shape. */
  private Mapped weight(String name, List<Long> shape) {
    if (shape.stream().anyMatch(size -> size < 0)) {
      throw new IllegalArgumentException(
          "tensor %s: expected sizes of at least 0, asked for %s"
              .formatted(CheckpointFormatException.quote(name), shape));
    }
    Mapped weight = weights.get(name);
    if (weight == null) {
      throw CheckpointFormatException.ofTensor(
          source,
          name,
          "expected a weight %s, found no tensor of that name among %d"
              .formatted(shape, weights.size()));
    }
    TensorEntry stored = weight.entry().stored();
    if (weight.inBlocks().isEmpty()) {
      switch (stored.dtype()) {
        case F32, BF16, F16 -> {}
        default -> throw unsupported(stored);
      }
    }
    if (!weight.entry().shape().equals(shape)) {
      throw CheckpointFormatException.ofTensorAt(
          stored.file(),
          stored.name(),
          stored.headerOffset(),
          "expected %s, found %s".formatted(shape, weight.entry().formatAndShape()));
    }
    readNames.add(name);
    return weight;
  }

  private static UnsupportedModelException unsupported(TensorEntry entry) {
    return new UnsupportedModelException(
        CheckpointFormatException.sentence(
            entry.file(),
            entry.name(),
            entry.headerOffset(),
            "expected a weight of type %s, found %s".formatted(SUPPORTED, entry.typeAndShape())));
  }
}
