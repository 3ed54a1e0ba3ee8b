package io.hunyuan4j.bench.jmh;

import io.hunyuan4j.kernels.KernelFactory;
import io.hunyuan4j.kernels.Kernels;
import io.hunyuan4j.kernels.Parallel;

/**
 * The kernels that a benchmark measures and the scalar ones that say what is right, on one pool of
 * threads that it owns.
 *
 * @param parallel the threads of both
 * @param measured as the benchmark's parameters say
 * @param scalar the definition
 */
public record BenchmarkKernels(Parallel parallel, Kernels measured, Kernels scalar)
    implements AutoCloseable {

  /**
   * Kernels by the spelling of benchmark parameters.
   *
   * @param vectors {@code preferred}, or a number of bits, or {@code scalar}
   * @param threads a number, or {@code all}
   */
  public static BenchmarkKernels of(String vectors, String threads) {
    Parallel parallel =
        threads.equals("all")
            ? Parallel.ofThreads(Runtime.getRuntime().availableProcessors())
            : Parallel.ofThreads(Integer.parseInt(threads));
    int bits =
        switch (vectors) {
          case "scalar" -> 0;
          // Not the kernels of KernelFactory.preferred: they begin on plain loops, which is nothing
          // to
          // measure with.
          case "preferred" -> KernelFactory.preferredBits();
          default -> Integer.parseInt(vectors);
        };
    if (bits == 0 && !vectors.equals("scalar")) {
      parallel.close();
      throw new IllegalStateException("no Vector API: run with --add-modules jdk.incubator.vector");
    }
    Kernels scalar = KernelFactory.ofWidth(0, parallel);
    Kernels measured = bits == 0 ? scalar : KernelFactory.ofWidth(bits, parallel);
    return new BenchmarkKernels(parallel, measured, scalar);
  }

  @Override
  public void close() {
    parallel.close();
  }
}
