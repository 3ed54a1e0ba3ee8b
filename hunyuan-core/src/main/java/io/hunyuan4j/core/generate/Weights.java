package io.hunyuan4j.core.generate;

/**
 * Unnormalised probabilities as whole numbers: a logit {@code l} has the weight {@code 2³⁰ · exp((l
 * − base) / temperature)}, rounded down, where {@code base} is the largest logit. So sums are
 * exact, whatever their order.
 *
 * <p>With {@code scale = 1 / (temperature · ln 2)} and {@code t = min((base − l) · scale, 31)} the
 * weight is {@code ⌊2³⁰ · P(t / 32)³²⌋}, the power by five squarings, every step in float. {@code
 * P(u)} is 2⁻ᵘ for u from 0 to 1 within 2e-8 (our own fit of least largest error, {@code P(0) =
 * 1}). A weight is off by one and some millionths of itself; what is below 2⁻³⁰ of the largest is
 * 0. A NaN has weight 0.
 *
 * <p>Plain arithmetic without a branch or an integer in between: C2 makes vectors of it.
 */
final class Weights {
  /** The weight of {@code base}. */
  static final int ONE = 1 << 30;

  private static final float MOST = 31f; // 2³⁰ · 2⁻³¹ is rounded down to 0

  /** Finite, so that 0 times it is 0. */
  private static final double LARGEST_SCALE = 1e38;

  private static final float P6 = 1.0902324e-4f;
  private static final float P5 = -1.2747484e-3f;
  private static final float P4 = 9.57918e-3f;
  private static final float P3 = -5.549076e-2f;
  private static final float P2 = 2.4022436e-1f;
  private static final float P1 = -6.9314706e-1f;

  private final float scale;

  /** Weights at a temperature above 0. */
  Weights(double temperature) {
    scale = (float) Math.min(1 / (temperature * StrictMath.log(2)), LARGEST_SCALE);
  }

  /** {@code t}: {@code base} is 2ᵗ times as probable. */
  float halvings(float logit, float base) {
    return Math.min((base - logit) * scale, MOST);
  }

  int weight(float logit, float base) {
    return (int) (power(halvings(logit, base) * (1f / 32)) * ONE);
  }

  /** 2⁻³²ᵘ for u from 0 to 1. */
  private static float power(float u) {
    float p = Math.fma(P6, u, P5);
    p = Math.fma(p, u, P4);
    p = Math.fma(p, u, P3);
    p = Math.fma(p, u, P2);
    p = Math.fma(p, u, P1);
    p = Math.fma(p, u, 1f);
    p *= p;
    p *= p;
    p *= p;
    p *= p;
    return p * p;
  }

  /** The weights of all logits, and their sum. */
  long weigh(int[] weights, float[] logits, float base) {
    for (int i = 0; i < logits.length; i++) {
      weights[i] = weight(logits[i], base);
    }
    long sum = 0;
    for (int i = 0; i < logits.length; i++) {
      sum += weights[i];
    }
    return sum;
  }

  /**
   * {@code Σ exp((l − base) / temperature)} over all logits in order, in double; each as above but
   * with {@code t} up to 64, {@code P(t / 64)⁶⁴}, and nothing rounded down.
   */
  double sum(float[] logits, float base) {
    double sum = 0;
    for (float logit : logits) {
      float p = power(Math.min((base - logit) * scale, 64f) * (1f / 64));
      if (p > 0) { // not NaN
        sum += p * p;
      }
    }
    return sum;
  }
}
