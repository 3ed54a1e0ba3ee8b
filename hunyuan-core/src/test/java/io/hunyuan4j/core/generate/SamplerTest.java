package io.hunyuan4j.core.generate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SamplerTest {
  /** Probabilities 0.5, 0.25, 0.125, 0.0625, 0.0625 of tokens 3, 0, 4, 1, 2. */
  private static final float[] LOGITS = logs(0.25, 0.0625, 0.0625, 0.5, 0.125);

  private static float[] logs(double... probabilities) {
    float[] logits = new float[probabilities.length];
    for (int i = 0; i < logits.length; i++) {
      logits[i] = (float) Math.log(probabilities[i]);
    }
    return logits;
  }

  private static SamplingOptions options(double temperature, int topK, double topP, double minP) {
    return new SamplingOptions(temperature, topK, topP, minP, 1, 11);
  }

  private static Set<Integer> drawn(SamplingOptions options, float[] logits) {
    Sampler sampler = new Sampler(options);
    Set<Integer> tokens = new TreeSet<>();
    for (int i = 0; i < 2000; i++) {
      tokens.add(sampler.sample(logits));
    }
    return tokens;
  }

  @Test
  void greedy_takesTheLargestAndTheLowerIdOfEquals() {
    Sampler greedy = new Sampler(SamplingOptions.greedy());
    assertEquals(3, greedy.sample(LOGITS));
    assertEquals(1, greedy.sample(new float[] {-1, 2, 2, 0, 2}));
    assertEquals(2, greedy.sample(new float[] {Float.NaN, -5, -4, Float.NEGATIVE_INFINITY}));
  }

  @Test
  void topK_leavesTheMostProbable() {
    assertEquals(Set.of(0, 1, 2, 3, 4), drawn(options(1, 0, 1, 0), LOGITS));
    assertEquals(Set.of(3, 0), drawn(options(1, 2, 1, 0), LOGITS));
    assertEquals(
        Set.of(3, 0, 4, 1), drawn(options(1, 4, 1, 0), LOGITS), "1 before 2: equal, lower");
    assertEquals(Set.of(0, 1, 2, 3, 4), drawn(options(1, 99, 1, 0), LOGITS));
  }

  @Test
  void topP_leavesTheFewestThatReachIt() {
    assertEquals(Set.of(3), drawn(options(1, 0, 0.4, 0), LOGITS));
    assertEquals(Set.of(3, 0), drawn(options(1, 0, 0.6, 0), LOGITS));
    assertEquals(Set.of(3, 0, 4), drawn(options(1, 0, 0.8, 0), LOGITS));
  }

  @Test
  void topP_afterTopK_isRelativeToWhatTopKLeft() {
    // Of 0.5 and 0.25 the first has two thirds.
    assertEquals(Set.of(3), drawn(options(1, 2, 0.6, 0), LOGITS));
    assertEquals(Set.of(3, 0), drawn(options(1, 2, 0.7, 0), LOGITS));
  }

  @Test
  void minP_leavesWhatIsProbableEnough() {
    assertEquals(Set.of(3, 0), drawn(options(1, 0, 1, 0.3), LOGITS));
    assertEquals(Set.of(3, 0, 4), drawn(options(1, 0, 1, 0.2), LOGITS));
    assertEquals(Set.of(3), drawn(options(1, 3, 1, 0.6), LOGITS));
  }

  @Test
  void temperature_sharpensAndFlattens() {
    assertEquals(2000, count(options(0.05, 0, 1, 0), 3), 5);
    assertEquals(1000, count(options(1, 0, 1, 0), 3), 80);
    assertEquals(400, count(options(1000, 0, 1, 0), 3), 80);
  }

  private static int count(SamplingOptions options, int token) {
    Sampler sampler = new Sampler(options);
    return (int) IntStream.range(0, 2000).filter(_ -> sampler.sample(LOGITS) == token).count();
  }

  @Test
  void repetitionPenalty_dividesPositiveAndMultipliesNegativeLogits() {
    Sampler sampler = new Sampler(new SamplingOptions(0, 0, 1, 0, 2, 0));
    float[] logits = {3, 2, -1, -1.5f};
    assertEquals(0, sampler.sample(logits));
    sampler.observe(0);
    assertEquals(1, sampler.sample(logits), "3 / 2 is below 2");
    sampler.observe(1);
    assertEquals(0, sampler.sample(logits), "3 / 2 is above 2 / 2");
    float[] negative = {-3, -3, -1, -1.5f};
    sampler.observe(2);
    assertEquals(3, sampler.sample(negative), "-1 · 2 is below -1.5");
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void draws_areTheseOnEveryMachine(long seed, List<Integer> expected) {
    float[] logits = new float[1000];
    Random random = new Random(1); // its algorithm is specified, and nextFloat is exact
    for (int i = 0; i < logits.length; i++) {
      logits[i] = 8 * random.nextFloat();
    }
    Sampler sampler = new Sampler(new SamplingOptions(0.8, 40, 0.95, 0.01, 1.1, seed));
    List<Integer> tokens =
        IntStream.range(0, 8)
            .map(
                _ -> {
                  int token = sampler.sample(logits);
                  sampler.observe(token);
                  return token;
                })
            .boxed()
            .toList();
    assertEquals(expected, tokens);
  }

  static List<Object[]> seeds() {
    return List.of(
        new Object[] {0L, List.of(423, 595, 615, 885, 645, 897, 126, 174)},
        new Object[] {1L, List.of(12, 253, 110, 96, 748, 174, 616, 507)},
        new Object[] {-1L, List.of(595, 357, 831, 425, 845, 253, 544, 924)},
        new Object[] {42L, List.of(794, 221, 8, 357, 507, 358, 72, 494)});
  }

  @Test
  void filters_equalASortedDefinition() {
    Random random = new Random(5);
    for (int round = 0; round < 300; round++) {
      float[] logits = new float[1 + random.nextInt(60)];
      for (int i = 0; i < logits.length; i++) {
        logits[i] = random.nextInt(6); // many ties
      }
      SamplingOptions options =
          new SamplingOptions(
              0.5 + random.nextDouble(),
              random.nextInt(8),
              0.05 + 0.95 * random.nextDouble(),
              random.nextBoolean() ? 0 : random.nextDouble(),
              1,
              round);
      Set<Integer> allowed = allowed(logits, options);
      Sampler sampler = new Sampler(options);
      for (int i = 0; i < 50; i++) {
        assertTrue(allowed.contains(sampler.sample(logits)), options.toString());
      }
      if (allowed.size() < 4) {
        assertEquals(allowed, drawn(options, logits), options.toString());
      }
    }
  }

  /** The tokens that the filters leave, by sorting. */
  private static Set<Integer> allowed(float[] logits, SamplingOptions o) {
    Integer[] order = IntStream.range(0, logits.length).boxed().toArray(Integer[]::new);
    Arrays.sort(
        order, (a, b) -> logits[a] != logits[b] ? Float.compare(logits[b], logits[a]) : a - b);
    int limit = o.topK() == 0 ? order.length : Math.min(o.topK(), order.length);
    double top = logits[order[0]];
    double all = 0;
    for (int i = 0; i < limit; i++) {
      all += Math.exp((logits[order[i]] - top) / o.temperature());
    }
    Set<Integer> kept = new TreeSet<>();
    double reached = 0;
    for (int i = 0; i < limit && (reached < o.topP() * all || i == 0); i++) {
      double weight = Math.exp((logits[order[i]] - top) / o.temperature());
      reached += weight;
      if (weight >= o.minP() || i == 0) {
        kept.add(order[i]);
      }
    }
    return kept;
  }

  @Test
  void options_outOfRange_areRefusedByName() {
    assertEquals(
        "temperature must be between 0 and 1000000, not -0.1",
        assertThrows(IllegalArgumentException.class, () -> options(-0.1, 0, 1, 0)).getMessage());
    assertThrows(IllegalArgumentException.class, () -> options(Double.NaN, 0, 1, 0));
    assertThrows(IllegalArgumentException.class, () -> options(1, -1, 1, 0));
    assertThrows(IllegalArgumentException.class, () -> options(1, 0, 0, 0));
    assertThrows(IllegalArgumentException.class, () -> options(1, 0, 1, 1.1));
    assertThrows(IllegalArgumentException.class, () -> new SamplingOptions(1, 0, 1, 0, 0, 0));
    Sampler sampler = new Sampler(SamplingOptions.greedy());
    assertThrows(IllegalArgumentException.class, () -> sampler.sample(new float[] {Float.NaN}));
  }
}
