package io.hunyuan4j.kernels;

/** A piece of work on the units {@code from} (inclusive) to {@code to} (exclusive) of a range. */
@FunctionalInterface
public interface RangeBody {
  /** Does the work of these units and of no other. */
  void run(int from, int to);
}
