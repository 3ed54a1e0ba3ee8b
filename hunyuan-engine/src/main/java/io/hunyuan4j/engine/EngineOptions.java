package io.hunyuan4j.engine;

import io.hunyuan4j.kernels.KernelFactory;
import io.hunyuan4j.kernels.Kernels;
import io.hunyuan4j.kernels.KvFormat;
import io.hunyuan4j.kernels.Parallel;
import java.util.Objects;
import java.util.OptionalInt;

/**
 * How an engine runs. None of it changes the text, except the formats of weights and of the
 * key-value cache.
 *
 * @param threads threads to compute with, at least 1
 * @param vectorBits width of the vector kernels (0, 128, 256 or 512; 0 is plain loops), or empty
 *     for the CPU's own
 * @param kvFormat how sessions store keys and values
 * @param maxPositions tokens of prompt and text together at most, or empty for what the checkpoint
 *     says it was trained for; a checkpoint may be good for more
 * @param weights which weights are converted, in memory, when the engine opens
 * @param readahead when experts' weights are asked for ahead of use
 * @param prefixCacheBytes native memory, at most, for keys and values of texts that were read
 *     before, for others that begin alike; 0 for none
 * @param concurrency how many generations run and wait
 */
public record EngineOptions(
    int threads,
    OptionalInt vectorBits,
    KvFormat kvFormat,
    OptionalInt maxPositions,
    WeightPolicy weights,
    ReadaheadPolicy readahead,
    long prefixCacheBytes,
    Concurrency concurrency) {

  /**
   * How many generations there may be. Who comes when all places are taken, and all in the queue,
   * is refused with a {@link java.util.concurrent.RejectedExecutionException}.
   *
   * @param running at once, at least 1; they share forward passes
   * @param waiting in the queue, at least 0
   */
  public record Concurrency(int running, int waiting) {}

  /** 256 MiB: 2,700 blocks of 64 tokens of the bundled model, 32 of Hunyuan-A13B. */
  public static final long DEFAULT_PREFIX_CACHE_BYTES = 256L << 20;

  /** Checks for null and the positions; other numbers are checked when the engine opens. */
  public EngineOptions {
    Objects.requireNonNull(vectorBits, "vectorBits");
    Objects.requireNonNull(kvFormat, "kvFormat");
    Objects.requireNonNull(maxPositions, "maxPositions");
    Objects.requireNonNull(weights, "weights");
    Objects.requireNonNull(readahead, "readahead");
    Objects.requireNonNull(concurrency, "concurrency");
    if (maxPositions.isPresent() && maxPositions.getAsInt() < 1) {
      throw new IllegalArgumentException(
          "max positions must be at least 1, not " + maxPositions.getAsInt());
    }
  }

  /**
   * One thread a processor, the CPU's vector width, a BF16 cache, weights as they are; 16
   * generations at once and 1,000 in the queue.
   */
  public static EngineOptions defaults() {
    return new EngineOptions(
        Math.min(Runtime.getRuntime().availableProcessors(), Parallel.MAX_THREADS),
        OptionalInt.empty(),
        KvFormat.BF16,
        OptionalInt.empty(),
        WeightPolicy.asIs(),
        ReadaheadPolicy.AUTO,
        DEFAULT_PREFIX_CACHE_BYTES,
        new Concurrency(16, 1000));
  }

  /** The same with another number of threads. */
  public EngineOptions withThreads(int newThreads) {
    return new EngineOptions(
        newThreads,
        vectorBits,
        kvFormat,
        maxPositions,
        weights,
        readahead,
        prefixCacheBytes,
        concurrency);
  }

  /** The same with a fixed vector width. */
  public EngineOptions withVectorBits(int bits) {
    return new EngineOptions(
        threads,
        OptionalInt.of(bits),
        kvFormat,
        maxPositions,
        weights,
        readahead,
        prefixCacheBytes,
        concurrency);
  }

  /** The same with another format of the key-value cache. */
  public EngineOptions withKvFormat(KvFormat format) {
    return new EngineOptions(
        threads,
        vectorBits,
        format,
        maxPositions,
        weights,
        readahead,
        prefixCacheBytes,
        concurrency);
  }

  /** The same with room for another number of tokens. */
  public EngineOptions withMaxPositions(int positions) {
    return new EngineOptions(
        threads,
        vectorBits,
        kvFormat,
        OptionalInt.of(positions),
        weights,
        readahead,
        prefixCacheBytes,
        concurrency);
  }

  /** The same with other formats of the weights. */
  public EngineOptions withWeights(WeightPolicy policy) {
    return new EngineOptions(
        threads,
        vectorBits,
        kvFormat,
        maxPositions,
        policy,
        readahead,
        prefixCacheBytes,
        concurrency);
  }

  /** The same with another rule for reading ahead. */
  public EngineOptions withReadahead(ReadaheadPolicy policy) {
    return new EngineOptions(
        threads,
        vectorBits,
        kvFormat,
        maxPositions,
        weights,
        policy,
        prefixCacheBytes,
        concurrency);
  }

  /** The same with another bound for the prefix cache; 0 for none. */
  public EngineOptions withPrefixCacheBytes(long bytes) {
    return new EngineOptions(
        threads, vectorBits, kvFormat, maxPositions, weights, readahead, bytes, concurrency);
  }

  /** The same with other bounds for generations at once and in the queue. */
  public EngineOptions withConcurrency(int running, int waiting) {
    return new EngineOptions(
        threads,
        vectorBits,
        kvFormat,
        maxPositions,
        weights,
        readahead,
        prefixCacheBytes,
        new Concurrency(running, waiting));
  }

  /** The kernels these options ask for, on a pool that the caller owns. */
  public Kernels kernels(Parallel parallel) {
    return vectorBits.isPresent()
        ? KernelFactory.ofWidth(vectorBits.getAsInt(), parallel)
        : KernelFactory.preferred(parallel);
  }
}
