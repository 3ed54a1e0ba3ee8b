package io.hunyuan4j.core.block;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import org.junit.jupiter.api.Test;

class SineCosineTest {
  private final float[] cos = new float[3];
  private final float[] sin = new float[3];

  private void check(double angle) {
    SineCosine.write(angle, cos, 1, sin, 2);
    if (bits(StrictMath.cos(angle)) != bits(cos[1])
        || bits(StrictMath.sin(angle)) != bits(sin[2])) {
      assertEquals((float) StrictMath.cos(angle), cos[1], "cosine of " + angle);
      assertEquals((float) StrictMath.sin(angle), sin[2], "sine of " + angle);
    }
  }

  private static int bits(double x) {
    return Float.floatToRawIntBits((float) x);
  }

  @Test
  void write_anyAngle_isStrictMath() {
    Random random = new Random(20261124);
    for (int i = 0; i < 1_000_000; i++) {
      check(random.nextDouble() * StrictMath.pow(2, random.nextInt(-40, 21)));
    }
  }

  @Test
  void write_positionsTimesFrequencies_isStrictMath() {
    for (int position = 0; position < 300_000; position += 97) {
      for (int i = 0; i < 64; i++) {
        check(position * StrictMath.pow(11_158_840, -i / 64.0));
      }
    }
  }

  @Test
  void write_nearMultiplesOfAQuarterTurn_isStrictMath() {
    for (int n = 0; n < 600_000; n++) {
      double near = n * (StrictMath.PI / 2);
      check(near);
      check(Math.nextUp(near));
      check(Math.abs(Math.nextDown(near)));
      check(near + 1e-9 * n);
      check(n * (StrictMath.PI / 4));
    }
  }

  @Test
  void write_otherAngles_isStrictMath() {
    for (double angle :
        new double[] {
          0, -0.0, 1e-300, -1, -1e6, 1e22, 800_000, Math.nextDown(800_000d), Double.NaN, 1 / 0.0
        }) {
      check(angle);
    }
  }
}
