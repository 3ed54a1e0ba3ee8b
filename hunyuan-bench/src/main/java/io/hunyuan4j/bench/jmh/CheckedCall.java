package io.hunyuan4j.bench.jmh;

import io.hunyuan4j.kernels.FloatMatrix;
import io.hunyuan4j.kernels.Kernels;
import java.util.Arrays;
import java.util.function.Consumer;

/** A call to be measured, the work it does, and the bits that it must give. */
final class CheckedCall {
  private final Runnable measured;
  private final Runnable beforeCheck;
  private final Consumer<int[]> result;
  private final int[] expected;
  private final int[] found; // kept, so that checking does not count as allocation of the kernel
  private final double flops;
  private final double bytes;

  private CheckedCall(
      Runnable measured,
      Runnable beforeCheck,
      Consumer<int[]> result,
      int[] expected,
      double flops,
      double bytes) {
    this.measured = measured;
    this.beforeCheck = beforeCheck;
    this.result = result;
    this.expected = expected;
    this.found = new int[expected.length];
    this.flops = flops;
    this.bytes = bytes;
  }

  /**
   * A call whose right result is known.
   *
   * @param measured the call
   * @param result writes the bits of the result to an array as long as {@code expected}
   * @param expected the bits of the right result
   * @param flops floating-point operations of one call, an fma being two
   * @param bytes bytes of operands and result of one call, each counted once
   */
  CheckedCall(
      Runnable measured, Consumer<int[]> result, int[] expected, double flops, double bytes) {
    this(measured, () -> {}, result, expected, flops, bytes);
  }

  /** What a call does to its out. */
  enum Out {
    /** Every element is written and none is read. */
    OVERWRITTEN,
    /** An operand as well: repeated calls change it further. */
    IN_PLACE
  }

  /**
   * A call of a kernel that writes {@code out}; the right result is what scalar kernels make of the
   * same operands.
   */
  static CheckedCall ofKernel(
      BenchmarkKernels kernels, FloatMatrix out, Out kind, Consumer<Kernels> call) {
    float[] before = out.data().clone();
    call.accept(kernels.scalar());
    int[] expected = bits(out);
    Runnable measured = () -> call.accept(kernels.measured());
    Runnable reset = () -> System.arraycopy(before, 0, out.data(), 0, before.length);
    reset.run();
    Runnable beforeCheck = () -> {};
    switch (kind) {
      case OVERWRITTEN ->
          Arrays.fill(out.data(), Float.NaN); // or a call that does nothing would pass
      case IN_PLACE ->
          beforeCheck =
              () -> {
                reset.run();
                measured.run();
              };
    }
    return new CheckedCall(measured, beforeCheck, bits -> copyBits(out, bits, 0), expected, 0, 0);
  }

  /** The same with the work of one call. */
  CheckedCall withWork(double callFlops, double callBytes) {
    return new CheckedCall(measured, beforeCheck, result, expected, callFlops, callBytes);
  }

  /** Calls once and counts the work. */
  void run(WorkCounters counters) {
    measured.run();
    counters.gigaflops += flops * 1e-9;
    counters.gigabytes += bytes * 1e-9;
  }

  /**
   * Compares the last result with the right one.
   *
   * @throws IllegalStateException if a bit differs
   */
  void check() {
    beforeCheck.run();
    result.accept(found);
    int at = Arrays.mismatch(expected, found);
    if (at >= 0) {
      throw new IllegalStateException(
          "wrong result: element %d of %d: expected bits %08x, found %08x"
              .formatted(at, expected.length, expected[at], found[at]));
    }
  }

  /** The bits of all elements of a matrix. */
  static int[] bits(FloatMatrix matrix) {
    int[] bits = new int[matrix.rows() * matrix.cols()];
    copyBits(matrix, bits, 0);
    return bits;
  }

  /** Writes the bits of all elements of a matrix to {@code bits} from index {@code to} on. */
  static void copyBits(FloatMatrix matrix, int[] bits, int to) {
    int at = to;
    for (int row = 0; row < matrix.rows(); row++) {
      int from = matrix.rowOffset(row);
      for (int col = 0; col < matrix.cols(); col++) {
        bits[at++] = Float.floatToRawIntBits(matrix.data()[from + col]);
      }
    }
  }
}
