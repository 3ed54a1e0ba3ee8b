package io.hunyuan4j.bench;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.hunyuan4j.kernels.Bf16Matrix;
import io.hunyuan4j.kernels.F32Matrix;
import io.hunyuan4j.kernels.KernelFactory;
import io.hunyuan4j.kernels.Matrix;
import io.hunyuan4j.kernels.Parallel;
import io.hunyuan4j.kernels.WeightFormat;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Matrices of {@link RandomBf16} numbers in any format: the same numbers in each. */
public final class RandomMatrix {
  private static final long ALIGNMENT = 64;
  private static final ValueLayout.OfFloat FLOAT = JAVA_FLOAT_UNALIGNED.withOrder(LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT = JAVA_SHORT_UNALIGNED.withOrder(LITTLE_ENDIAN);

  private final Arena arena;
  private final Parallel parallel;

  /** Makes matrices in {@code arena} with the threads of {@code parallel}. */
  public RandomMatrix(Arena arena, Parallel parallel) {
    this.arena = arena;
    this.parallel = parallel;
  }

  /**
   * A matrix of the format that {@link Matrix#format} spells so.
   *
   * @throws IllegalArgumentException if there is no such format
   */
  public Matrix of(String format, int rows, int cols, long seed) {
    Bf16Matrix bf16 = bf16(rows, cols, seed);
    return switch (format) {
      case "BF16" -> bf16;
      case "F32" -> f32(bf16);
      default -> converted(bf16, WeightFormat.valueOf(format));
    };
  }

  private Matrix converted(Bf16Matrix from, WeightFormat format) {
    MemorySegment data = arena.allocate(format.bytes(from.rows(), from.cols()), ALIGNMENT);
    return KernelFactory.ofWidth(KernelFactory.preferredBits(), parallel)
        .convert(format, from, data);
  }

  /** A matrix of bfloat16. */
  public Bf16Matrix bf16(int rows, int cols, long seed) {
    MemorySegment data = arena.allocate((long) Short.BYTES * rows * cols, ALIGNMENT);
    RandomBf16.fill(data, seed, parallel);
    return new Bf16Matrix(data, rows, cols);
  }

  private F32Matrix f32(Bf16Matrix from) {
    MemorySegment data = arena.allocate(2 * from.data().byteSize(), ALIGNMENT);
    for (long at = 0; at < from.data().byteSize(); at += Short.BYTES) {
      data.set(FLOAT, 2 * at, decoded(from, at));
    }
    return new F32Matrix(data, from.rows(), from.cols());
  }

  private static float decoded(Bf16Matrix matrix, long byteOffset) {
    return Float.intBitsToFloat(matrix.data().get(SHORT, byteOffset) << 16);
  }
}
