package io.hunyuan4j.bench.speed;

import io.hunyuan4j.kernels.KernelFactory;
import io.hunyuan4j.kernels.MachineProbe;
import io.hunyuan4j.kernels.Parallel;
import java.time.Duration;
import java.util.Collection;
import java.util.SortedMap;
import java.util.TreeMap;

/** Measures {@link Limits}. */
final class LimitProbe {
  /** The first is disturbed by compilation. */
  private static final int ROUNDS = 3;

  private final int vectorBits;
  private final Duration warmup;

  /** A probe with vectors of a width, each kernel warmed for so long. */
  LimitProbe(int vectorBits, Duration warmup) {
    this.vectorBits = vectorBits;
    this.warmup = warmup;
  }

  /** The limits of a number of threads, with the kernels of these formats. */
  Limits measure(int threads, Collection<String> formats) {
    double read = 0;
    double flops = 0;
    int rounds = warmup.isZero() ? 1 : ROUNDS;
    try (Parallel parallel = Parallel.ofThreads(threads)) {
      MachineProbe probe = new MachineProbe(KernelFactory.ofWidth(vectorBits, parallel));
      for (int round = 0; round < rounds; round++) {
        read = Math.max(read, probe.readBytesPerSecond());
        flops = Math.max(flops, probe.peakFlops());
      }
    }
    CacheProbe cache = new CacheProbe(threads, vectorBits, warmup);
    SortedMap<String, Double> kernels = new TreeMap<>();
    for (String format : formats) {
      kernels.put(format, cache.bytesPerSecond(format));
    }
    return new Limits(threads, read, flops, kernels);
  }
}
