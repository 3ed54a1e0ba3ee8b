package io.hunyuan4j.kernels;

import io.hunyuan4j.kernels.scalar.ScalarKernels;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes {@link Kernels}: with the widest vectors the CPU prefers, or of a certain width, or as
 * plain loops. The result computes the same bits in every case; only the speed differs.
 */
public final class KernelFactory {
  /** Vector widths that can be asked for; 0 is plain loops. */
  public static final List<Integer> VECTOR_BITS = List.of(0, 128, 256, 512);

  private static final Logger LOG = LoggerFactory.getLogger(KernelFactory.class);

  private KernelFactory() {}

  /**
   * The fastest kernels for this machine: vectors of the width the CPU prefers, on plain loops for
   * the second or two until the JVM has compiled them. Where the JVM was started without the Vector
   * API, plain loops for good, and one warning that names the flag.
   */
  public static Kernels preferred(Parallel parallel) {
    if (!isVectorApiPresent()) {
      LOG.warn(
          "Running on slow plain loops because this JVM has no Vector API: start java with --add-modules jdk.incubator.vector");
      return new Kernels(new ScalarKernels(), parallel);
    }
    RangeKernels plain = new ScalarKernels();
    RangeKernels vector = vector(KernelFactory.class.getClassLoader());
    WarmingKernels warming = new WarmingKernels(plain, vector);
    new Training(plain, vector, warming, parallel::isClosed).start();
    LOG.debug("Vector kernels of {} bits, {} threads", vector.vectorBits(), parallel.threads());
    return new Kernels(warming, parallel);
  }

  /**
   * Kernels of a certain width: one the CPU lacks works too, very slowly.
   *
   * @param vectorBits one of {@link #VECTOR_BITS}
   * @throws IllegalArgumentException for another number
   * @throws IllegalStateException if vectors are asked for and this JVM has no Vector API
   */
  public static Kernels ofWidth(int vectorBits, Parallel parallel) {
    if (!VECTOR_BITS.contains(vectorBits)) {
      throw new IllegalArgumentException(
          "vector bits must be one of " + VECTOR_BITS + ", not " + vectorBits);
    }
    if (vectorBits == 0) {
      return new Kernels(new ScalarKernels(), parallel);
    }
    if (!isVectorApiPresent()) {
      throw new IllegalStateException(
          "vector bits "
              + vectorBits
              + " need the Vector API: start java with --add-modules jdk.incubator.vector");
    }
    RangeKernels preferred = vector(KernelFactory.class.getClassLoader());
    boolean isPreferred = preferred.vectorBits() == vectorBits;
    return new Kernels(isPreferred ? preferred : vector(new VectorLoader(vectorBits)), parallel);
  }

  /** The width that {@link #preferred} uses, without making kernels: 0 without the Vector API. */
  public static int preferredBits() {
    return isVectorApiPresent() ? vector(KernelFactory.class.getClassLoader()).vectorBits() : 0;
  }

  /** Whether this JVM has the Vector API. */
  public static boolean isVectorApiPresent() {
    return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
  }

  /** Reflective, so that nothing here needs the incubator module to load. */
  private static RangeKernels vector(ClassLoader loader) {
    try {
      Class<?> type = Class.forName("io.hunyuan4j.kernels.vector.VectorKernels", true, loader);
      return (RangeKernels) type.getConstructor().newInstance();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("the vector kernels do not load", e);
    }
  }
}
