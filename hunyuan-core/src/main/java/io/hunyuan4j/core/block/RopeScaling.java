package io.hunyuan4j.core.block;

/** How a checkpoint stretches its rotary positions beyond the length it was first trained on. */
public sealed interface RopeScaling {

  /** Not at all. */
  record None() implements RopeScaling {}

  /**
   * A constant larger base: {@code theta · alpha^(d/(d−2))}. Every published Hunyuan checkpoint
   * uses this.
   *
   * @param alpha above 0
   */
  record DynamicAlpha(double alpha) implements RopeScaling {
    /** The larger base, for heads of {@code headDim} numbers. */
    public double base(double theta, int headDim) {
      return theta * StrictMath.pow(alpha, headDim / (headDim - 2.0));
    }
  }

  /**
   * Positions divided by a constant.
   *
   * @param factor at least 1
   */
  record Linear(double factor) implements RopeScaling {}

  /**
   * A larger base once the session's capacity {@code c} exceeds the trained length {@code m}:
   * {@code theta · (factor · c / m − (factor − 1))^(d/(d−2))}. Fixed for the session, so that
   * chunking cannot matter.
   *
   * @param factor at least 1
   * @param maxPositions the trained length
   */
  record DynamicNtk(double factor, int maxPositions) implements RopeScaling {}
}
