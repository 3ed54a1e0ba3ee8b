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

/** {@code gatherRows}: the embedding of a prompt. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {"--add-modules", "jdk.incubator.vector"})
@SuppressWarnings("NullAway.Init") // JMH calls setUp first
public class GatherRowsBenchmark {

  /** Format of the table. */
  @Param({"F32", "BF16", "F16"})
  public String format;

  /** {@code full} is 512 tokens from a table of 32 768 × 2048. */
  @Param("full")
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
    boolean isTiny = size.equals("tiny");
    Matrix table = operands.weights(format, isTiny ? 96 : 32_768, isTiny ? 50 : 2048);
    int[] ids = operands.indices(isTiny ? 7 : 512, table.rows());
    FloatMatrix out = FloatMatrix.zeros(ids.length, table.cols());
    call =
        CheckedCall.ofKernel(
                kernels, out, CheckedCall.Out.OVERWRITTEN, k -> k.gatherRows(out, table, ids))
            .withWork(
                0,
                ids.length
                    * ((double) table.data().byteSize() / table.rows()
                        + (double) Float.BYTES * table.cols()));
  }

  /** The rows of a prompt. */
  @Benchmark
  public void gatherRows(WorkCounters counters) {
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
