package io.hunyuan4j.engine;

import io.hunyuan4j.kernels.KernelFactory;
import io.hunyuan4j.kernels.Kernels;
import io.hunyuan4j.kernels.KvFormat;
import io.hunyuan4j.kernels.Parallel;
import java.util.Objects;
import java.util.OptionalInt;

/**
 * How an engine runs. None of it changes the text, except the format of the key-value cache.
 *
 * @param threads threads to compute with, at least 1
 * @param vectorBits width of the vector kernels (0, 128, 256 or 512; 0 is plain loops), or empty
 *     for the CPU's own
 * @param kvFormat how sessions store keys and values
 * @param maxPositions tokens of prompt and text together at most, or empty for what the checkpoint
 *     says it was trained for; a checkpoint may be good for more
 */
public record EngineOptions(
    int threads, OptionalInt vectorBits, KvFormat kvFormat, OptionalInt maxPositions) {

  /** Checks for null; the numbers are checked when the engine opens. */
  public EngineOptions {
    Objects.requireNonNull(vectorBits, "vectorBits");
    Objects.requireNonNull(kvFormat, "kvFormat");
    Objects.requireNonNull(maxPositions, "maxPositions");
  }

  /** One thread a processor, the CPU's vector width, a BF16 cache. */
  public static EngineOptions defaults() {
    return new EngineOptions(
        Math.min(Runtime.getRuntime().availableProcessors(), Parallel.MAX_THREADS),
        OptionalInt.empty(),
        KvFormat.BF16,
        OptionalInt.empty());
  }

  /** The same with another number of threads. */
  public EngineOptions withThreads(int newThreads) {
    return new EngineOptions(newThreads, vectorBits, kvFormat, maxPositions);
  }

  /** The same with a fixed vector width. */
  public EngineOptions withVectorBits(int bits) {
    return new EngineOptions(threads, OptionalInt.of(bits), kvFormat, maxPositions);
  }

  /** The same with another format of the key-value cache. */
  public EngineOptions withKvFormat(KvFormat format) {
    return new EngineOptions(threads, vectorBits, format, maxPositions);
  }

  /** The same with room for another number of tokens. */
  public EngineOptions withMaxPositions(int positions) {
    return new EngineOptions(threads, vectorBits, kvFormat, OptionalInt.of(positions));
  }

  /** The kernels these options ask for, on a pool that the caller owns. */
  public Kernels kernels(Parallel parallel) {
    return vectorBits.isPresent()
        ? KernelFactory.ofWidth(vectorBits.getAsInt(), parallel)
        : KernelFactory.preferred(parallel);
  }
}
