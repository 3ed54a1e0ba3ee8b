package io.hunyuan4j.loader;

import io.hunyuan4j.core.UnsupportedModelException;
import io.hunyuan4j.core.WeightSource;
import io.hunyuan4j.kernels.Bf16Matrix;
import io.hunyuan4j.kernels.F16Matrix;
import io.hunyuan4j.kernels.F32Matrix;
import io.hunyuan4j.kernels.Matrix;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The tensors of mapped files as weights. A matrix is a view of the mapping; nothing is copied.
 *
 * <p>Weights are F32, BF16 or F16; another type is an {@link UnsupportedModelException}. Another
 * shape than the one asked for is a {@link CheckpointFormatException}. Several threads may read.
 */
final class MappedWeights implements WeightSource {
  private static final String SUPPORTED = "F32, BF16 or F16";

  private final Path source;
  private final Map<String, SafetensorsFile> files;
  private final Set<String> readNames = ConcurrentHashMap.newKeySet();

  /**
   * Weights of several files.
   *
   * @param source the file that says which tensors there are, for messages about absent ones
   * @param files the file of each tensor, by the tensor's name
   */
  MappedWeights(Path source, Map<String, SafetensorsFile> files) {
    this.source = source;
    this.files = files;
  }

  @Override
  public boolean has(String name) {
    return files.containsKey(name);
  }

  @Override
  public Matrix matrix(String name, int rows, int cols) {
    SafetensorsFile file = file(name, List.of((long) rows, (long) cols));
    MemorySegment data = file.data(name);
    TensorEntry entry = file.tensor(name).orElseThrow();
    return switch (entry.dtype()) {
      case F32 -> new F32Matrix(data, rows, cols);
      case BF16 -> new Bf16Matrix(data, rows, cols);
      case F16 -> new F16Matrix(data, rows, cols);
      default -> throw unsupported(entry);
    };
  }

  @Override
  public float[] vector(String name, int length) {
    return file(name, List.of((long) length)).floats(name);
  }

  /** The tensors that nobody has asked for, by name; {@link #has} does not count as asking. */
  Set<String> unreadNames() {
    Set<String> unread = new TreeSet<>(files.keySet());
    unread.removeAll(readNames);
    return unread;
  }

  /** The file of a tensor that is a weight and has the shape. */
  private SafetensorsFile file(String name, List<Long> shape) {
    if (shape.stream().anyMatch(size -> size < 0)) {
      throw new IllegalArgumentException(
          "tensor %s: expected sizes of at least 0, asked for %s"
              .formatted(CheckpointFormatException.quote(name), shape));
    }
    SafetensorsFile file = files.get(name);
    if (file == null) {
      throw CheckpointFormatException.ofTensor(
          source,
          name,
          "expected a weight %s, found no tensor of that name among %d"
              .formatted(shape, files.size()));
    }
    TensorEntry entry = file.tensor(name).orElseThrow();
    switch (entry.dtype()) {
      case F32, BF16, F16 -> {}
      default -> throw unsupported(entry);
    }
    if (!entry.shape().equals(shape)) {
      throw CheckpointFormatException.ofTensorAt(
          entry.file(),
          name,
          entry.headerOffset(),
          "expected %s, found %s".formatted(shape, entry.typeAndShape()));
    }
    readNames.add(name);
    return file;
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
