package io.hunyuan4j.kernels.vector;

import io.hunyuan4j.kernels.BlockMatrix;
import io.hunyuan4j.kernels.scalar.Blocks;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The vector width of this copy of the package, as constants: C2 compiles vector code only where
 * the species is one.
 *
 * <p>Normally that is the width the CPU prefers. To run another one in the same JVM, {@code
 * KernelFactory} loads the package again in a class loader whose name ends in the number of bits.
 */
final class Lanes {
  /** Bits of a vector. */
  static final int BITS = bits(Lanes.class.getClassLoader());

  /** Floats of {@link #BITS} bits. */
  static final VectorSpecies<Float> FLOAT =
      VectorSpecies.of(float.class, VectorShape.forBitSize(BITS));

  /** Ints of {@link #BITS} bits. */
  static final VectorSpecies<Integer> INT =
      VectorSpecies.of(int.class, VectorShape.forBitSize(BITS));

  /** Shorts of {@link #BITS} bits. */
  static final VectorSpecies<Short> SHORTS =
      VectorSpecies.of(short.class, VectorShape.forBitSize(BITS));

  /** As many shorts as there are floats: half the bits. */
  static final VectorSpecies<Short> SHORT =
      VectorSpecies.of(short.class, VectorShape.forBitSize(BITS / 2));

  /** Floats in a vector: 4, 8 or 16. */
  static final int N = BITS / Float.SIZE;

  /** Weight rows that are multiplied together: 4, and 2 at 128 bits, where they fill registers. */
  static final int ROWS = Math.min(4, N / 2);

  /** Columns of a tile of a product: two vectors. */
  static final int PANEL = 2 * N;

  /**
   * Half the rows of a tile: the halves of a tile without a partner go side by side, unless they
   * are less than a {@link #PANEL}.
   */
  static final int HALF_TILE = BlockMatrix.TILE_ROWS / 2;

  /**
   * A one that C2 does not take for a constant. As a factor of what a loop steps by it keeps C2
   * from unrolling the loop: it would load ahead and keep running sums on the stack.
   */
  static final int[] ONE = {1};

  private Lanes() {}

  /** The scales of the lower shorts, see {@link Blocks#scale}. */
  static FloatVector evenScales(IntVector shorts) {
    return shorts
        .lanewise(VectorOperators.LSHL, 12)
        .and(SCALE_BITS)
        .add(SMALLEST_SCALE)
        .reinterpretAsFloats();
  }

  /** The scales of the upper shorts. */
  static FloatVector oddScales(IntVector shorts) {
    return shorts
        .lanewise(VectorOperators.LSHR, 4)
        .and(SCALE_BITS)
        .add(SMALLEST_SCALE)
        .reinterpretAsFloats();
  }

  private static int bits(ClassLoader loader) {
    String name = loader.getName();
    if (name != null && name.startsWith(LOADER_PREFIX)) {
      return Integer.parseInt(name.substring(LOADER_PREFIX.length()));
    }
    return Math.clamp(FloatVector.SPECIES_PREFERRED.vectorBitSize(), 128, 512);
  }

  /** What the name of a loader for a certain width starts with; {@code VectorLoader} gives it. */
  static final String LOADER_PREFIX = "hunyuan-vector-";

  private static final int SCALE_BITS = 511 << 19;
  private static final int SMALLEST_SCALE = 127 + Blocks.SMALLEST_EXPONENT << 23;

  static {
    assert IntVector.zero(INT).length() == N && ShortVector.zero(SHORT).length() == N;
  }
}
