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
 * {@code matmul} with many rows of x: what prefill spends its time on. Limited by the fma units.
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
public class MatmulBenchmark {

  /** Rows of x. */
  @Param({"8", "64", "512"})
  public int rows;

  /** Format of the weights. */
  @Param({"F32", "BF16", "F16"})
  public String format;

  /** {@code full} is an expert's gate projection of mini-a13b. */
  @Param("full")
  public String size;

  /** Which loops. {@code scalar} takes seconds a product. */
  @Param("preferred")
  public String vectors;

  /** Threads of the kernels. */
  @Param({"1", "all"})
  public String threads;

  private BenchmarkKernels kernels;
  private Operands operands;
  private CheckedCall call;

  /** Makes operands and the right result. */
  @Setup
  public void setUp() {
    kernels = BenchmarkKernels.of(vectors, threads);
    operands = new Operands(kernels);
    boolean isTiny = size.equals("tiny");
    Matrix weights = operands.weights(format, isTiny ? 40 : 1536, isTiny ? 50 : 2048);
    FloatMatrix x = operands.activations(rows, weights.cols());
    FloatMatrix out = FloatMatrix.zeros(rows, weights.rows());
    double bytes =
        weights.data().byteSize() + (double) Float.BYTES * (x.data().length + out.data().length);
    call =
        CheckedCall.ofKernel(
                kernels, out, CheckedCall.Out.OVERWRITTEN, k -> k.matmul(out, x, weights))
            .withWork(2.0 * rows * weights.rows() * weights.cols(), bytes);
  }

  /** One product. */
  @Benchmark
  public void matmul(WorkCounters counters) {
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
