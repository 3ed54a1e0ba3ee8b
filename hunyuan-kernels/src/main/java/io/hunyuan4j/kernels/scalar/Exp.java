package io.hunyuan4j.kernels.scalar;

/**
 * The exponential of softmax and SiLU: {@code x = n · ln 2 + r} with {@code n} the nearest integer,
 * {@code exp(x) = 2ⁿ · (1 + r + r² · P(r))}, every step as written in {@link #exp}. Below −87 it is
 * 0; above 88 it is infinite; NaN stays NaN. The error is below 2 units in the last place in
 * between.
 *
 * <p>Source of P: Moshier's Cephes library, {@code expf}.
 */
public final class Exp {
  /** Below this the result is 0. */
  public static final float LOWEST = -87f;

  /** Above this the result is infinite. */
  public static final float HIGHEST = 88f;

  /** 1 / ln 2. */
  public static final float LOG2_E = 1.442695041f;

  /** 1.5 · 2²³: adding it leaves the nearest integer in the low bits of the float. */
  public static final float ROUNDER = 12_582_912f;

  /** ln 2, upper part. */
  public static final float LN2_HIGH = 0.693147182f;

  /** ln 2, what the upper part lacks. */
  public static final float LN2_LOW = -1.90465421e-9f;

  /** Coefficients of P, highest power first. */
  public static final float P5 = 1.9875691500e-4f;

  /** Next coefficient of P. */
  public static final float P4 = 1.3981999507e-3f;

  /** Next coefficient of P. */
  public static final float P3 = 8.3334519073e-3f;

  /** Next coefficient of P. */
  public static final float P2 = 4.1665795894e-2f;

  /** Next coefficient of P. */
  public static final float P1 = 1.6666665459e-1f;

  /** Constant coefficient of P. */
  public static final float P0 = 5.0000001201e-1f;

  /** Bits of 1.0f, the exponent that {@code n} is added to. */
  public static final int ONE_BITS = 0x3F800000;

  private Exp() {}

  /** exp(x). */
  public static float exp(float x) {
    float rounded = Math.fma(x, LOG2_E, ROUNDER);
    float n = rounded - ROUNDER;
    float r = Math.fma(n, -LN2_HIGH, x);
    r = Math.fma(n, -LN2_LOW, r);
    float p = Math.fma(P5, r, P4);
    p = Math.fma(p, r, P3);
    p = Math.fma(p, r, P2);
    p = Math.fma(p, r, P1);
    p = Math.fma(p, r, P0);
    p = Math.fma(p, r * r, r) + 1f;
    float twoToN = Float.intBitsToFloat((Float.floatToRawIntBits(rounded) << 23) + ONE_BITS);
    return x < LOWEST ? 0f : x > HIGHEST ? Float.POSITIVE_INFINITY : p * twoToN;
  }
}
