package io.hunyuan4j.bench.jmh;

import io.hunyuan4j.bench.jmh.CheckedCall.Out;
import io.hunyuan4j.kernels.FloatMatrix;
import java.util.Arrays;
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
import org.openjdk.jmh.infra.BenchmarkParams;

/**
 * The operations on rows of activations. Small beside the products, if nothing is wrong with them.
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
public class RowsBenchmark {
  private static final float EPS = 1e-5f;
  private static final int TOP_K = 2;

  /** Tokens. */
  @Param({"1", "512"})
  public int rows;

  /** {@code full} is a hidden size of 2048. */
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
  private FloatMatrix x;
  private CheckedCall call;

  /** Makes operands and the right result of the operation to be measured. */
  @Setup
  public void setUp(BenchmarkParams benchmark) {
    kernels = BenchmarkKernels.of(vectors, threads);
    operands = new Operands(kernels);
    x = operands.activations(rows, size.equals("tiny") ? 96 : 2048);
    String name = benchmark.getBenchmark();
    call =
        switch (name.substring(name.lastIndexOf('.') + 1)) {
          case "rmsNorm" -> rmsNormCall();
          case "rotate" -> rotateCall();
          case "siluMultiply" -> siluMultiplyCall();
          case "softmax" -> softmaxCall();
          case "add" -> addCall();
          case "addRow" -> addRowCall();
          case "addWeightedRows" -> addWeightedRowsCall();
          default -> throw new IllegalArgumentException(name);
        };
  }

  private CheckedCall rmsNormCall() {
    FloatMatrix out = FloatMatrix.zeros(x.rows(), x.cols());
    float[] weight = operands.activations(1, x.cols()).data();
    return CheckedCall.ofKernel(kernels, out, Out.OVERWRITTEN, k -> k.rmsNorm(out, x, weight, EPS))
        .withWork(4.0 * x.data().length, bytesOfMatrices(2));
  }

  private CheckedCall rotateCall() {
    FloatMatrix angles = operands.activations(x.rows(), size.equals("tiny") ? 6 : 64);
    FloatMatrix cos = FloatMatrix.zeros(angles.rows(), angles.cols());
    FloatMatrix sin = FloatMatrix.zeros(angles.rows(), angles.cols());
    for (int i = 0; i < angles.data().length; i++) {
      cos.data()[i] = (float) Math.cos(angles.data()[i]); // a rotation keeps what piles up finite
      sin.data()[i] = (float) Math.sin(angles.data()[i]);
    }
    return CheckedCall.ofKernel(kernels, x, Out.IN_PLACE, k -> k.rotate(x, cos, sin))
        .withWork(3.0 * x.data().length, bytesOfMatrices(2));
  }

  private CheckedCall siluMultiplyCall() {
    FloatMatrix out = FloatMatrix.zeros(x.rows(), x.cols());
    FloatMatrix up = operands.activations(x.rows(), x.cols());
    return CheckedCall.ofKernel(kernels, out, Out.OVERWRITTEN, k -> k.siluMultiply(out, x, up))
        .withWork(0, bytesOfMatrices(3));
  }

  private CheckedCall softmaxCall() {
    FloatMatrix out = FloatMatrix.zeros(x.rows(), x.cols());
    return CheckedCall.ofKernel(kernels, out, Out.OVERWRITTEN, k -> k.softmax(out, x))
        .withWork(0, bytesOfMatrices(2));
  }

  private CheckedCall addCall() {
    FloatMatrix y = operands.activations(x.rows(), x.cols());
    return CheckedCall.ofKernel(kernels, x, Out.IN_PLACE, k -> k.add(x, y))
        .withWork(x.data().length, bytesOfMatrices(3));
  }

  private CheckedCall addRowCall() {
    float[] row = operands.activations(1, x.cols()).data();
    return CheckedCall.ofKernel(kernels, x, Out.IN_PLACE, k -> k.addRow(x, row))
        .withWork(x.data().length, bytesOfMatrices(2));
  }

  private CheckedCall addWeightedRowsCall() {
    FloatMatrix y = operands.activations(TOP_K * x.rows(), x.cols());
    int[] chosen = operands.indices(TOP_K * x.rows(), y.rows());
    float[] weights = new float[chosen.length];
    Arrays.fill(weights, 0.5f);
    return CheckedCall.ofKernel(
            kernels, x, Out.IN_PLACE, k -> k.addWeightedRows(x, y, chosen, weights))
        .withWork(2.0 * TOP_K * x.data().length, bytesOfMatrices(2 + TOP_K));
  }

  private double bytesOfMatrices(int count) {
    return (double) Float.BYTES * count * x.data().length;
  }

  /** The norm. */
  @Benchmark
  public void rmsNorm(WorkCounters counters) {
    call.run(counters);
  }

  /** The rotary embedding. */
  @Benchmark
  public void rotate(WorkCounters counters) {
    call.run(counters);
  }

  /** The gated activation. */
  @Benchmark
  public void siluMultiply(WorkCounters counters) {
    call.run(counters);
  }

  /** The softmax. */
  @Benchmark
  public void softmax(WorkCounters counters) {
    call.run(counters);
  }

  /** The sum of two matrices. */
  @Benchmark
  public void add(WorkCounters counters) {
    call.run(counters);
  }

  /** The bias. */
  @Benchmark
  public void addRow(WorkCounters counters) {
    call.run(counters);
  }

  /** The sum of experts' results. */
  @Benchmark
  public void addWeightedRows(WorkCounters counters) {
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
