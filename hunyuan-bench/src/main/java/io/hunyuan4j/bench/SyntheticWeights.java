package io.hunyuan4j.bench;

import io.hunyuan4j.core.WeightSource;
import io.hunyuan4j.kernels.Bf16Matrix;
import io.hunyuan4j.kernels.Parallel;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Random weights, each made when it is first asked for. For one thread. */
final class SyntheticWeights implements WeightSource {
  private final Map<String, List<Integer>> tensors;
  private final long seed;
  private final RandomMatrix random;
  private final Map<String, Bf16Matrix> made = new HashMap<>();

  SyntheticWeights(Map<String, List<Integer>> tensors, long seed, Arena arena, Parallel parallel) {
    this.tensors = tensors;
    this.seed = seed;
    this.random = new RandomMatrix(arena, parallel);
  }

  @Override
  public boolean has(String name) {
    return tensors.containsKey(name);
  }

  @Override
  public Bf16Matrix matrix(String name, int rows, int cols) {
    check(name, List.of(rows, cols));
    return made.computeIfAbsent(name, key -> random.bf16(rows, cols, seedOf(key, seed)));
  }

  /** All ones: what a norm starts from. */
  @Override
  public float[] vector(String name, int length) {
    check(name, List.of(length));
    float[] ones = new float[length];
    Arrays.fill(ones, 1f);
    return ones;
  }

  private static long seedOf(String name, long seed) {
    // The hash of a String is specified, so that the same seed gives the same weights everywhere.
    return RandomBf16.mix(seed ^ RandomBf16.mix(name.hashCode()));
  }

  private void check(String name, List<Integer> expected) {
    List<Integer> shape = tensors.get(name);
    if (!expected.equals(shape)) {
      throw new IllegalArgumentException(
          "synthetic tensor \"%s\": expected %s, found %s".formatted(name, expected, shape));
    }
  }
}
