package io.hunyuan4j.core.generate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

class WeightsTest {
  @Test
  void weight_isTheExponentialUpToAFewMillionths() {
    for (double temperature : new double[] {1e-3, 0.7, 1, 40}) {
      Weights weights = new Weights(temperature);
      assertEquals(Weights.ONE, weights.weight(3, 3));
      for (int i = 0; i < 100_000; i++) {
        float logit = (float) (-22 * temperature * i / 100_000);
        double exact = Weights.ONE * StrictMath.exp(logit / temperature);
        double error = Math.abs(weights.weight(logit, 0) - exact);
        assertTrue(error <= 1 + 6e-6 * exact, logit + " at " + temperature + ": " + error);
      }
    }
  }

  @Test
  void weigh_isTheWeightOfEach_andTheirSum() {
    Random random = new Random(3);
    float[] logits = new float[3000];
    for (int i = 0; i < logits.length; i++) {
      logits[i] = (float) (6 * random.nextGaussian() - 30);
    }
    logits[100] = Float.NaN;
    logits[200] = Float.NEGATIVE_INFINITY;
    logits[300] = 0;
    Weights weights = new Weights(0.7);
    int[] all = new int[logits.length];
    long sum = weights.weigh(all, logits, 0);
    long expectedSum = 0;
    double exactSum = 0;
    for (int i = 0; i < logits.length; i++) {
      assertEquals(weights.weight(logits[i], 0), all[i], "token " + i);
      expectedSum += all[i];
      exactSum += i == 100 ? 0 : StrictMath.exp(logits[i] / 0.7);
    }
    assertEquals(expectedSum, sum);
    assertEquals(0, all[100] + all[200]);
    assertEquals(exactSum, weights.sum(logits, 0), 1e-5 * exactSum);
  }
}
