package io.hunyuan4j.bench.speed;

import io.hunyuan4j.bench.RandomMatrix;
import io.hunyuan4j.kernels.FloatMatrix;
import io.hunyuan4j.kernels.KernelFactory;
import io.hunyuan4j.kernels.Kernels;
import io.hunyuan4j.kernels.Matrix;
import io.hunyuan4j.kernels.Parallel;
import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;

/**
 * How fast the product with one row goes where weights need not come from memory: every thread has
 * weights of its own, small enough to stay in its core's second-level cache.
 */
final class CacheProbe {
  /** Three quarters of the smallest second-level cache in use today. */
  private static final long BYTES = 384 << 10;

  private static final int COLS = 2048;

  /** Rows that kernels treat together; some formats store so many side by side. */
  private static final int ROW_STEP = 32;

  private static final int ROUNDS = 5;
  private static final Duration ROUND = Duration.ofMillis(50);

  private final int threads;
  private final int vectorBits;
  private final Duration warmup;

  CacheProbe(int threads, int vectorBits, Duration warmup) {
    this.threads = threads;
    this.vectorBits = vectorBits;
    this.warmup = warmup;
  }

  /**
   * Bytes of weights per second that all threads together multiply, the best of some rounds.
   *
   * @throws IllegalArgumentException if there are no kernels for the format
   */
  double bytesPerSecond(String format) {
    LongAdder bytes = new LongAdder();
    AtomicBoolean stop = new AtomicBoolean();
    List<Future<?>> running = new ArrayList<>();
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      try {
        for (int thread = 0; thread < threads; thread++) {
          running.add(pool.submit(() -> multiply(format, bytes, stop)));
        }
        return best(bytes);
      } finally {
        stop.set(true);
        running.forEach(CacheProbe::finish);
      }
    }
  }

  private double best(LongAdder bytes) {
    Settling speeds = new Settling(warmup);
    int rounds = 0;
    while (speeds.goesOn(round(bytes)) || ++rounds < ROUNDS) {}
    return speeds.best();
  }

  private static double round(LongAdder bytes) {
    long start = System.nanoTime();
    long before = bytes.sum();
    do { // where processors are short, a round may pass without a single product
      sleep(ROUND);
    } while (bytes.sum() == before);
    long amount = bytes.sum() - before;
    return amount / ((System.nanoTime() - start) / 1e9);
  }

  private void multiply(String format, LongAdder bytes, AtomicBoolean stop) {
    try (Parallel alone = Parallel.ofThreads(1);
        Arena arena = Arena.ofShared()) {
      Kernels kernels = KernelFactory.ofWidth(vectorBits, alone);
      RandomMatrix random = new RandomMatrix(arena, alone);
      long stepBytes = random.of(format, ROW_STEP, COLS, 1).data().byteSize();
      int rows = ROW_STEP * (int) Math.max(1, BYTES / stepBytes);
      Matrix weights = random.of(format, rows, COLS, 1);
      FloatMatrix x = FloatMatrix.zeros(1, COLS);
      Arrays.fill(x.data(), 0.5f);
      FloatMatrix out = FloatMatrix.zeros(1, rows);
      while (!stop.get()) {
        kernels.matmul(out, x, weights);
        bytes.add(weights.data().byteSize());
      }
    }
  }

  private static void finish(Future<?> thread) {
    try {
      thread.get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw interrupted(e);
    }
  }

  private static void sleep(Duration duration) {
    try {
      TimeUnit.NANOSECONDS.sleep(duration.toNanos());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw interrupted(e);
    }
  }

  private static CancellationException interrupted(InterruptedException cause) {
    CancellationException cancelled = new CancellationException("interrupted while measuring");
    cancelled.initCause(cause);
    return cancelled;
  }
}
