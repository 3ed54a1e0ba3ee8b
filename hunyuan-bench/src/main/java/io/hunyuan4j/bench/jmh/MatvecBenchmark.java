package io.hunyuan4j.bench.jmh;

import io.hunyuan4j.kernels.FloatMatrix;
import io.hunyuan4j.kernels.Matrix;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * {@code matmul} with one row of x: what decoding spends its time on. Limited by memory, or by the
 * loop where weights are in cache.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {"--add-modules", "jdk.incubator.vector"})
@SuppressWarnings("NullAway.Init") // JMH calls setUp first
public class MatvecBenchmark {
  private static final int COLS = 2048;

  /** Format of the weights. */
  @Param({"F32", "BF16", "F16"})
  public String format;

  /** Where the weights lie: past every cache, or in a core's own (with one thread). */
  @Param({"memory", "cache"})
  public String size;

  /** Which loops. */
  @Param({"preferred", "scalar"})
  public String vectors;

  /** Threads of the kernels. */
  @Param("all")
  public String threads;

  private BenchmarkKernels kernels;
  private Operands operands;
  private CheckedCall call;

  /** Makes operands and the right result. */
  @Setup
  public void setUp() {
    kernels = BenchmarkKernels.of(vectors, threads);
    operands = new Operands(kernels);
    int rows =
        switch (size) {
          case "memory" -> 24_576; // BF16: 100 MB
          case "cache" -> 96; // BF16: 393 KB
          default -> 40;
        };
    Matrix weights = operands.weights(format, rows, size.equals("tiny") ? 50 : COLS);
    FloatMatrix x = operands.activations(1, weights.cols());
    FloatMatrix out = FloatMatrix.zeros(1, rows);
    call =
        CheckedCall.ofKernel(
                kernels, out, CheckedCall.Out.OVERWRITTEN, k -> k.matmul(out, x, weights))
            .withWork(2.0 * rows * weights.cols(), (double) weights.data().byteSize());
  }

  /** One product. */
  @Benchmark
  public void matvec(WorkCounters counters) {
    call.run(counters);
  }

  /** Checks the result. */
  @TearDown(Level.Iteration)
  public void check() {
    call.check();
  }

  /** Frees memory and threads. */
  @TearDown
  public void tearDown() {
    operands.close();
    kernels.close();
  }
}
