package io.hunyuan4j.engine;

import com.sun.management.OperatingSystemMXBean;
import io.hunyuan4j.core.UnsupportedModelException;
import io.hunyuan4j.core.WeightSource;
import io.hunyuan4j.kernels.Kernels;
import io.hunyuan4j.kernels.Matrix;
import io.hunyuan4j.kernels.WeightFormat;
import io.hunyuan4j.loader.Checkpoint;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A checkpoint's weights, some of them converted into memory of an arena when they are first asked
 * for. Each is converted once. For one thread.
 */
final class ConvertedWeights implements WeightSource {
  private static final long ALIGNMENT = 64;

  private final WeightSource stored;
  private final Choice choice;
  private final Kernels kernels;
  private final Arena arena;
  private final ProgressListener progress;
  private final long totalBytes;
  private final Map<String, Matrix> converted = new HashMap<>();
  private final Map<String, WeightFormat> formats = new HashMap<>();
  private long doneBytes;

  /** Says which format a matrix gets; empty leaves it as it is. */
  interface Choice {
    Optional<WeightFormat> of(String name, Matrix stored);
  }

  ConvertedWeights(
      WeightSource stored,
      Choice choice,
      Kernels kernels,
      Arena arena,
      ProgressListener progress,
      long totalBytes) {
    this.stored = stored;
    this.choice = choice;
    this.kernels = kernels;
    this.arena = arena;
    this.progress = progress;
    this.totalBytes = totalBytes;
  }

  /**
   * The weights of a checkpoint under a policy.
   *
   * @param arena owns the memory of converted weights
   * @throws InsufficientMemoryException if these need more memory than the machine has
   */
  static ConvertedWeights of(
      Checkpoint checkpoint,
      WeightPolicy policy,
      Kernels kernels,
      Arena arena,
      ProgressListener progress) {
    WeightPlan plan = WeightPlan.of(checkpoint);
    Map<String, WeightFormat> conversions = plan.conversions(policy);
    requireMemory(plan.convertedBytes(conversions), physicalBytes());
    return new ConvertedWeights(
        checkpoint.weights(),
        (name, _) -> Optional.ofNullable(conversions.get(name)),
        kernels,
        arena,
        progress,
        plan.storedBytes(conversions));
  }

  /** Memory of the machine, or of the container if that has less. */
  static long physicalBytes() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
  }

  static void requireMemory(long neededBytes, long physicalBytes) {
    if (neededBytes > physicalBytes) {
      throw new InsufficientMemoryException(
          String.format(
              Locale.ROOT,
              "the converted weights need %,d bytes of memory, this machine has %,d: convert them on disk with quantize, which needs little",
              neededBytes,
              physicalBytes));
    }
  }

  /** What was converted so far, by name. */
  Map<String, WeightFormat> conversions() {
    return Map.copyOf(formats);
  }

  @Override
  public boolean has(String name) {
    return stored.has(name);
  }

  @Override
  public Matrix matrix(String name, int rows, int cols) {
    Matrix source = stored.matrix(name, rows, cols);
    Optional<WeightFormat> format = choice.of(name, source);
    if (format.isEmpty()) {
      return source;
    }
    Matrix known = converted.get(name);
    if (known != null) {
      return known;
    }
    Matrix matrix = convert(name, source, format.get(), kernels, arena);
    converted.put(name, matrix);
    formats.put(name, format.get());
    doneBytes += source.data().byteSize();
    progress.onProgress(doneBytes, totalBytes);
    return matrix;
  }

  @Override
  public float[] vector(String name, int length) {
    return stored.vector(name, length);
  }

  /**
   * A matrix in another format.
   *
   * @throws UnsupportedModelException if the format cannot hold one of its weights
   */
  static Matrix convert(
      String name, Matrix source, WeightFormat format, Kernels kernels, Arena arena) {
    long bytes = format.bytes(source.rows(), source.cols());
    MemorySegment target = arena.allocate(bytes, ALIGNMENT);
    try {
      return kernels.convert(format, source, target);
    } catch (IllegalArgumentException e) { // a weight that the format cannot hold
      UnsupportedModelException refusal =
          new UnsupportedModelException(
              "%s cannot be converted to %s: %s".formatted(name, format, e.getMessage()));
      refusal.initCause(e);
      throw refusal;
    }
  }
}
