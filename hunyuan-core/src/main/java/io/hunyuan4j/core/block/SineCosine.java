package io.hunyuan4j.core.block;

/**
 * Cosine and sine of one angle: the bits of {@link StrictMath}, rounded to float, without the
 * arrays that {@code StrictMath} makes for every angle beyond π/4, which would be kilobytes a
 * token.
 *
 * <p>After fdlibm's {@code e_rem_pio2.c}, {@code k_sin.c} and {@code k_cos.c}, one reduction for
 * both: the angle becomes {@code n · π/2 + x + y}, with {@code y} the tail of {@code x}. Angles
 * that would need its long reduction are left to {@code StrictMath}.
 */
// ====================================================
// Copyright (C) 1993 by Sun Microsystems, Inc. All rights reserved.
//
// Developed at SunPro, a Sun Microsystems, Inc. business.
// Permission to use, copy, modify, and distribute this
// software is freely granted, provided that this notice
// is preserved.
// ====================================================
final class SineCosine {
  /** Below it the medium reduction is exact enough; 256K positions stay below. */
  private static final double MEDIUM_LIMIT = 800_000;

  private static final int PI_OVER_4 = 0x3FE921FB; // high words
  private static final int THREE_PI_OVER_4 = 0x4002D97C;
  private static final int PI_OVER_2 = 0x3FF921FB;

  private static final double TWO_OVER_PI = 0x1.45f306dc9c883p-1;
  // π/2 in steps of 33 bits, each with what remains after it.
  private static final double PIO2_1 = 0x1.921fb544p0;
  private static final double PIO2_1T = 0x1.0b4611a626331p-34;
  private static final double PIO2_2 = 0x1.0b4611a6p-34;
  private static final double PIO2_2T = 0x1.3198a2e037073p-69;
  private static final double PIO2_3 = 0x1.3198a2ep-69;
  private static final double PIO2_3T = 0x1.b839a252049c1p-104;

  private static final double S1 = -0x1.5555555555549p-3;
  private static final double S2 = 0x1.111111110f8a6p-7;
  private static final double S3 = -0x1.a01a019c161d5p-13;
  private static final double S4 = 0x1.71de357b1fe7dp-19;
  private static final double S5 = -0x1.ae5e68a2b9cebp-26;
  private static final double S6 = 0x1.5d93a5acfd57cp-33;

  private static final double C1 = 0x1.555555555554cp-5;
  private static final double C2 = -0x1.6c16c16c15177p-10;
  private static final double C3 = 0x1.a01a019cb159p-16;
  private static final double C4 = -0x1.27e4f809c52adp-22;
  private static final double C5 = 0x1.1ee9ebdb4b1c4p-29;
  private static final double C6 = -0x1.8fae9be8838d4p-37;

  private SineCosine() {}

  /**
   * Writes the cosine of {@code angle} to {@code cos[cosAt]} and the sine to {@code sin[sinAt]}.
   */
  static void write(double angle, float[] cos, int cosAt, float[] sin, int sinAt) {
    int high = high(angle);
    if (!(angle >= 0 && angle < MEDIUM_LIMIT)) {
      cos[cosAt] = (float) StrictMath.cos(angle);
      sin[sinAt] = (float) StrictMath.sin(angle);
    } else if (high <= PI_OVER_4) {
      cos[cosAt] = (float) cosine(angle, 0);
      sin[sinAt] = (float) sine(angle);
    } else if (high < THREE_PI_OVER_4) {
      double rest = angle - PIO2_1;
      double w = PIO2_1T;
      if (high == PI_OVER_2) { // much cancels
        rest -= PIO2_2;
        w = PIO2_2T;
      }
      double x = rest - w;
      quadrant(1, x, (rest - x) - w, cos, cosAt, sin, sinAt);
    } else {
      int n = (int) (angle * TWO_OVER_PI + 0.5);
      double rest = angle - n * PIO2_1;
      double w = n * PIO2_1T;
      if (cancelled(high, rest - w) > 16) {
        double before = rest;
        double step = n * PIO2_2;
        rest = before - step;
        w = n * PIO2_2T - ((before - rest) - step);
        if (cancelled(high, rest - w) > 49) {
          before = rest;
          step = n * PIO2_3;
          rest = before - step;
          w = n * PIO2_3T - ((before - rest) - step);
        }
      }
      double x = rest - w;
      quadrant(n, x, (rest - x) - w, cos, cosAt, sin, sinAt);
    }
  }

  private static void quadrant(
      int n, double x, double y, float[] cos, int cosAt, float[] sin, int sinAt) {
    double c = cosine(x, y);
    double s = sine(x, y);
    boolean isOdd = (n & 1) == 1;
    double cosine = isOdd ? s : c;
    double sine = isOdd ? c : s;
    cos[cosAt] = (float) (((n + 1) & 2) == 0 ? cosine : -cosine);
    sin[sinAt] = (float) ((n & 2) == 0 ? sine : -sine);
  }

  /** Bits that a subtraction lost of an angle. */
  private static int cancelled(int high, double rest) {
    return (high >> 20) - ((high(rest) >> 20) & 0x7FF);
  }

  /** Sine of x, at most π/4. */
  private static double sine(double x) {
    if (isTiny(x)) {
      return x;
    }
    double z = x * x;
    double v = z * x;
    double r = S2 + z * (S3 + z * (S4 + z * (S5 + z * S6)));
    return x + v * (S1 + z * r);
  }

  /** Sine of x + y, at most π/4. */
  private static double sine(double x, double y) {
    if (isTiny(x)) {
      return x;
    }
    double z = x * x;
    double v = z * x;
    double r = S2 + z * (S3 + z * (S4 + z * (S5 + z * S6)));
    return x - ((z * (0.5 * y - v * r) - y) - v * S1);
  }

  /** Cosine of x + y, at most π/4. */
  private static double cosine(double x, double y) {
    if (isTiny(x)) {
      return 1;
    }
    int high = high(x) & 0x7FFFFFFF;
    double z = x * x;
    double r = z * (C1 + z * (C2 + z * (C3 + z * (C4 + z * (C5 + z * C6)))));
    if (high < 0x3FD33333) { // below 0.3
      return 1 - (0.5 * z - (z * r - x * y));
    }
    double quarter =
        high > 0x3FE90000 ? 0.28125 : Double.longBitsToDouble((high - 0x200000L) << 32);
    double half = 0.5 * z - quarter;
    return 1 - quarter - (half - (z * r - x * y));
  }

  /** Below 2⁻²⁷. */
  private static boolean isTiny(double x) {
    return (high(x) & 0x7FFFFFFF) < 0x3E400000;
  }

  private static int high(double x) {
    return (int) (Double.doubleToRawLongBits(x) >> 32);
  }
}
