package io.hunyuan4j.bench.jmh;

import io.hunyuan4j.kernels.KernelFactory;
import io.hunyuan4j.kernels.Kernels;
import io.hunyuan4j.kernels.Parallel;

/**
 * The kernels that a benchmark measures and the scalar ones that say what is right, on one pool of threads that it owns.
 *
 * @param parallel the threads of both
 * @param measured as the benchmark's parameters say
 * @param scalar the definition
 */
record BenchmarkKernels(Parallel parallel, Kernels measured, Kernels scalar)
    implements AutoCloseable {

  /**
   * Kernels by the spelling of benchmark parameters.
   *
   * @param vectors {@code preferred}, or a number of bits, or {@code scalar}
   * @param threads a number, or {@code all}
   */
  static BenchmarkKernels of(String vectors, String threads) {
    Parallel parallel =
        threads.equals("all")
            ? Parallel.ofAllProcessors()
            : Parallel.ofThreads(Integer.parseInt(threads));
    Kernels scalar = KernelFactory.ofWidth(0, parallel);
    Kernels measured =
        switch (vectors) {
          case "scalar" -> scalar;
          case "preferred" -> KernelFactory.preferred(parallel);
          default -> KernelFactory.ofWidth(Integer.parseInt(vectors), parallel);
        };
    if (!vectors.equals("scalar") && measured.vectorBits() == 0) {
      parallel.close();
      throw new IllegalStateException("no Vector API: run with --add-modules jdk.incubator.vector");
    }
    return new BenchmarkKernels(parallel, measured, scalar);
  }

  @Override
  public void close() {
    parallel.close();
  }
}
