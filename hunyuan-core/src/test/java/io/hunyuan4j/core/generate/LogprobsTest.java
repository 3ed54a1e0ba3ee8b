package io.hunyuan4j.core.generate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.hunyuan4j.core.generate.TokenLogprobs.Alternative;
import io.hunyuan4j.kernels.FloatMatrix;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LogprobsTest {
  private static TokenLogprobs of(float[] logits, int token, int top) {
    return new Logprobs(logits.length).of(FloatMatrix.of(logits, 1, logits.length), 0, token, top);
  }

  @Test
  void logprobs_areLogarithmsOfTheSoftmax() {
    Random random = new Random(9);
    float[] logits = new float[5000];
    double sum = 0;
    for (int i = 0; i < logits.length; i++) {
      logits[i] = (float) (5 * random.nextGaussian());
      sum += StrictMath.exp(logits[i]);
    }
    for (int token : new int[] {0, 77, 4999}) {
      double exact = logits[token] - StrictMath.log(sum);
      assertEquals(exact, of(logits, token, 0).logprob(), 1e-5);
    }
  }

  @Test
  void top_isInOrder_theLowerTokenFirst_andHasNoneThatIsImpossible() {
    float[] logits = {1, 3, Float.NaN, 3, Float.NEGATIVE_INFINITY, 2};
    TokenLogprobs logprobs = of(logits, 4, 3);
    assertEquals(4, logprobs.token());
    assertEquals(Double.NEGATIVE_INFINITY, logprobs.logprob());
    assertEquals(List.of(1, 3, 5), logprobs.top().stream().map(Alternative::token).toList());
    assertEquals(logprobs.top().get(0).logprob(), logprobs.top().get(1).logprob());
    assertEquals(1, logprobs.top().get(1).logprob() - logprobs.top().get(2).logprob(), 1e-12);
    assertEquals(
        List.of(1, 3, 5, 0), of(logits, 0, 99).top().stream().map(Alternative::token).toList());
    assertEquals(List.of(), of(logits, 0, 0).top());
  }

  @Test
  void tail_countsHoweverLongItIs() {
    float[] logits = new float[100_001];
    java.util.Arrays.fill(logits, -23);
    logits[0] = 0;
    double tail = 100_000 * StrictMath.exp(-23);
    assertEquals(-StrictMath.log1p(tail), of(logits, 0, 0).logprob(), 1e-10);
  }

  @Test
  void logitsOfAnotherVocabulary_areRefused() {
    Logprobs logprobs = new Logprobs(3);
    assertThrows(
        IllegalArgumentException.class, () -> logprobs.of(FloatMatrix.zeros(1, 4), 0, 0, 0));
  }
}
