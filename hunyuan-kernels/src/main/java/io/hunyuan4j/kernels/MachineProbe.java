package io.hunyuan4j.kernels;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.LongSupplier;

/**
 * Measures what the machine can do at best, with the same threads and vectors as the model: the
 * limits that speeds are compared with.
 */
public final class MachineProbe {
  private static final long BYTES = 256L << 20; // past every cache
  private static final int PIECE = 1 << 20;
  private static final int CHAIN_STEPS = 4_000_000;
  private static final int ROUNDS = 5;

  private final Kernels kernels;

  /** A probe with the threads and the vectors of {@code kernels}. */
  public MachineProbe(Kernels kernels) {
    this.kernels = kernels;
  }

  /**
   * Bytes per second that all threads together read from memory, the best of some rounds, in one
   * stream a thread or in four, whichever is faster on this machine; takes about a second.
   */
  public double readBytesPerSecond() {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment memory = arena.allocate(BYTES, 64);
      return Math.max(best(() -> read(memory, false)), best(() -> read(memory, true)));
    }
  }

  private long read(MemorySegment memory, boolean inStreams) {
    RangeKernels loops = kernels.loops();
    kernels
        .parallel()
        .forRange(
            (int) (BYTES / PIECE),
            1,
            (from, to) ->
                loops.checksum(memory, (long) from * PIECE, (long) to * PIECE, inStreams));
    return BYTES;
  }

  /**
   * Floating-point operations per second of {@code fma}, two each, that all threads reach together,
   * the best of some rounds.
   */
  public double peakFlops() {
    int lanes = Math.max(1, kernels.vectorBits() / Float.SIZE);
    long chains = RangeKernels.FMA_CHAINS;
    return best(
        () -> {
          kernels
              .parallel()
              .forRange(kernels.threads(), 1, (_, _) -> kernels.loops().fmaChains(CHAIN_STEPS));
          return 2L * kernels.threads() * lanes * chains * CHAIN_STEPS;
        });
  }

  private static double best(LongSupplier work) {
    double best = 0;
    for (int round = 0; round < ROUNDS; round++) {
      long start = System.nanoTime();
      long amount = work.getAsLong();
      best = Math.max(best, amount / ((System.nanoTime() - start) / 1e9));
    }
    return best;
  }
}
