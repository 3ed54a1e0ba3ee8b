package io.hunyuan4j.core;

import io.hunyuan4j.kernels.F32Matrix;
import io.hunyuan4j.kernels.Matrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;

/** Random weights of any name and shape, the same for the same name. Norm weights are near 1. */
public final class RandomWeights implements WeightSource {
  private final Map<String, float[]> values = new HashMap<>();

  @Override
  public boolean has(String name) {
    return values.containsKey(name);
  }

  @Override
  public Matrix matrix(String name, int rows, int cols) {
    float[] floats = floats(name, rows * cols);
    MemorySegment data = Arena.ofAuto().allocate(4L * floats.length, 4);
    MemorySegment.copy(floats, 0, data, ValueLayout.JAVA_FLOAT, 0, floats.length);
    return new F32Matrix(data, rows, cols);
  }

  @Override
  public float[] vector(String name, int length) {
    return floats(name, length).clone();
  }

  /** The numbers of a tensor. */
  public float[] floats(String name, int length) {
    return values.computeIfAbsent(
        name,
        n -> {
          Random random = new Random(n.hashCode());
          boolean isNorm = n.contains("norm");
          float[] floats = new float[length];
          for (int i = 0; i < length; i++) {
            floats[i] =
                (float) (isNorm ? 1 + 0.1 * random.nextGaussian() : 0.2 * random.nextGaussian());
          }
          return floats;
        });
  }

  /** Sets the numbers of a tensor, which {@link #has} then finds. */
  public void put(String name, float[] floats) {
    values.put(name, floats);
  }
}
