package io.hunyuan4j.core.block;

import io.hunyuan4j.kernels.FloatMatrix;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Rotary angles: position {@code p} turns pair {@code i} of a head by {@code p ·
 * base^(−2i/headDim)}.
 *
 * <p>Computed in double, to the bits of {@link StrictMath}, for the positions of one call, so 256K
 * positions need no table. Source: Su et al. 2021.
 */
public final class RotaryEmbedding {
  private final double[] inverseFrequencies; // [headDim/2]
  private final double positionDivisor;

  private RotaryEmbedding(double[] inverseFrequencies, double positionDivisor) {
    this.inverseFrequencies = inverseFrequencies;
    this.positionDivisor = positionDivisor;
  }

  /**
   * What a checkpoint says of its rotary positions.
   *
   * @param headDim numbers per head, even
   * @param theta the base before scaling
   * @param scaling how it is stretched
   * @param rounding whether unscaled inverse frequencies are rounded to bfloat16, as
   *     Hunyuan-Large's published code does
   */
  public record Settings(int headDim, double theta, RopeScaling scaling, Rounding rounding) {}

  /** Precision of inverse frequencies that no scaling touches. */
  public enum Rounding {
    /** Double. */
    NONE,
    /** Rounded to float, then to bfloat16, ties to even. */
    BFLOAT16
  }

  /** The angles for a session that may reach {@code capacity} positions. */
  public static RotaryEmbedding create(Settings settings, int capacity) {
    int dim = settings.headDim();
    double exponent = dim / (dim - 2.0);
    double base = settings.theta();
    double divisor = 1;
    boolean scaled = true;
    switch (settings.scaling()) {
      case RopeScaling.None() -> scaled = false;
      case RopeScaling.DynamicAlpha alpha -> base = alpha.base(base, dim);
      case RopeScaling.Linear(double factor) -> divisor = factor;
      case RopeScaling.DynamicNtk(double factor, int max) -> {
        scaled = capacity > max;
        if (scaled) {
          base *= StrictMath.pow(factor * capacity / max - (factor - 1), exponent);
        }
      }
    }
    double[] inverse = new double[dim / 2];
    for (int i = 0; i < inverse.length; i++) {
      inverse[i] = 1 / StrictMath.pow(base, 2.0 * i / dim);
      if (!scaled && settings.rounding() == Rounding.BFLOAT16) {
        inverse[i] = bfloat16((float) inverse[i]);
      }
    }
    return new RotaryEmbedding(inverse, divisor);
  }

  private static float bfloat16(float x) {
    int bits = Float.floatToRawIntBits(x);
    return Float.intBitsToFloat(bits + 0x7FFF + (bits >>> 16 & 1) & 0xFFFF0000);
  }

  /** Whether the other one turns every position by the same angles. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof RotaryEmbedding that
        && positionDivisor == that.positionDivisor
        && Arrays.equals(inverseFrequencies, that.inverseFrequencies);
  }

  @Override
  public int hashCode() {
    return 31 * Double.hashCode(positionDivisor) + Arrays.hashCode(inverseFrequencies);
  }

  /** Angles per position: half the head dimension. */
  public int halfDim() {
    return inverseFrequencies.length;
  }

  /**
   * Cosines and sines of the positions {@code firstPosition, firstPosition + 1, …}: one row each,
   * {@code [tokens, headDim/2]}.
   */
  public void fill(FloatMatrix cos, FloatMatrix sin, int firstPosition) {
    for (int t = 0; t < cos.rows(); t++) {
      double position = (firstPosition + t) / positionDivisor;
      for (int i = 0; i < inverseFrequencies.length; i++) {
        double angle = position * inverseFrequencies[i];
        SineCosine.write(angle, cos.data(), cos.rowOffset(t) + i, sin.data(), sin.rowOffset(t) + i);
      }
    }
  }
}
