package io.hunyuan4j.bench;

import io.hunyuan4j.core.WeightSource;
import io.hunyuan4j.kernels.Bf16Matrix;
import io.hunyuan4j.kernels.Parallel;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Random weights, each made when it is first asked for. For one thread. */
final class SyntheticWeights implements WeightSource {
  private static final long ALIGNMENT = 64;

  private final Map<String, List<Integer>> tensors;
  private final long seed;
  private final Arena arena;
  private final Parallel parallel;
  private final Map<String, Bf16Matrix> made = new HashMap<>();

  SyntheticWeights(Map<String, List<Integer>> tensors, long seed, Arena arena, Parallel parallel) {
    this.tensors = tensors;
    this.seed = seed;
    this.arena = arena;
    this.parallel = parallel;
  }

  @Override
  public boolean has(String name) {
    return tensors.containsKey(name);
  }

  @Override
  public Bf16Matrix matrix(String name, int rows, int cols) {
    check(name, List.of(rows, cols));
    return made.computeIfAbsent(name, key -> make(key, rows, cols));
  }

  /** All ones: what a norm starts from. */
  @Override
  public float[] vector(String name, int length) {
    check(name, List.of(length));
    float[] ones = new float[length];
    Arrays.fill(ones, 1f);
    return ones;
  }

  private Bf16Matrix make(String name, int rows, int cols) {
    MemorySegment data = arena.allocate((long) Short.BYTES * rows * cols, ALIGNMENT);
    // The hash of a String is specified, so that the same seed gives the same weights everywhere.
    RandomBf16.fill(data, RandomBf16.mix(seed ^ RandomBf16.mix(name.hashCode())), parallel);
    return new Bf16Matrix(data, rows, cols);
  }

  private void check(String name, List<Integer> expected) {
    List<Integer> shape = tensors.get(name);
    if (!expected.equals(shape)) {
      throw new IllegalArgumentException(
          "synthetic tensor \"%s\": expected %s, found %s".formatted(name, expected, shape));
    }
  }
}
