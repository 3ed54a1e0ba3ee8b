package io.hunyuan4j.core.block;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.hunyuan4j.core.block.RotaryEmbedding.Rounding;
import io.hunyuan4j.core.block.RotaryEmbedding.Settings;
import io.hunyuan4j.kernels.FloatMatrix;
import org.junit.jupiter.api.Test;

class RotaryEmbeddingTest {

  /** Angle of pair {@code pair} at position 1, small enough that its sine tells it. */
  private static double frequency(RopeScaling scaling, Rounding rounding, int capacity, int pair) {
    RotaryEmbedding rotary =
        RotaryEmbedding.create(new Settings(128, 10_000, scaling, rounding), capacity);
    FloatMatrix cos = FloatMatrix.zeros(1, 64);
    FloatMatrix sin = FloatMatrix.zeros(1, 64);
    rotary.fill(cos, sin, 1);
    return Math.asin(sin.get(0, pair));
  }

  @Test
  void none_isThePowerOfTheBase() {
    assertEquals(1, frequency(new RopeScaling.None(), Rounding.NONE, 10, 0), 1e-6);
    assertEquals(
        Math.pow(10_000, -0.5), frequency(new RopeScaling.None(), Rounding.NONE, 10, 32), 1e-8);
  }

  @Test
  void dynamicAlpha_isTheBaseOfPublishedCheckpoints() {
    // 10 000 · 1000^(128/126) = 11 158 840, as other engines report it for Hunyuan-A13B.
    double expected = Math.pow(11_158_840, -0.5);
    assertEquals(
        expected,
        frequency(new RopeScaling.DynamicAlpha(1000), Rounding.BFLOAT16, 10, 32),
        expected * 1e-6,
        "and it is never rounded");
  }

  @Test
  void linear_dividesPositions() {
    assertEquals(0.25, frequency(new RopeScaling.Linear(4), Rounding.NONE, 10, 0), 1e-6);
  }

  @Test
  void dynamicNtk_dependsOnTheSessionsCapacity() {
    RopeScaling scaling = new RopeScaling.DynamicNtk(2, 100);
    double unscaled = Math.pow(10_000, -0.5);
    assertEquals(unscaled, frequency(scaling, Rounding.NONE, 100, 32), 1e-8, "inside the limit");
    double base = 10_000 * Math.pow(2 * 250 / 100.0 - 1, 128 / 126.0);
    assertEquals(Math.pow(base, -0.5), frequency(scaling, Rounding.NONE, 250, 32), 1e-8);
  }

  @Test
  void bfloat16_roundsOnlyWhatIsNotScaled() {
    double exact = frequency(new RopeScaling.None(), Rounding.NONE, 10, 33);
    double rounded = frequency(new RopeScaling.None(), Rounding.BFLOAT16, 10, 33);
    int bits = Float.floatToIntBits((float) Math.pow(10_000, -33 / 64.0));
    float nearest = Float.intBitsToFloat(bits + 0x7FFF + (bits >>> 16 & 1) & 0xFFFF0000);
    assertEquals(nearest, rounded, 1e-8);
    assertEquals(exact, rounded, exact / 256, "half a unit of eight bits");
  }
}
