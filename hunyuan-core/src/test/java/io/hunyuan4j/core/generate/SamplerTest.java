package io.hunyuan4j.core.generate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.hunyuan4j.kernels.FloatMatrix;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

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
    return SamplingOptions.builder()
        .temperature(temperature)
        .topK(topK)
        .topP(topP)
        .minP(minP)
        .seed(11)
        .build();
  }

  private static Sampler sampler(SamplingOptions options) {
    return new Sampler(options, LOGITS.length);
  }

  private static Set<Integer> drawn(SamplingOptions options, float[] logits) {
    Sampler sampler = new Sampler(options, logits.length);
    Set<Integer> tokens = new TreeSet<>();
    for (int i = 0; i < 2000; i++) {
      tokens.add(sampler.sample(logits));
    }
    return tokens;
  }

  @Test
  void greedy_takesTheLargestAndTheLowerIdOfEquals() {
    Sampler greedy = sampler(SamplingOptions.greedy());
    assertEquals(3, greedy.sample(LOGITS));
    assertEquals(1, greedy.sample(new float[] {-1, 2, 2, 0, 2}));
    assertEquals(0, greedy.sample(new float[] {-0f, 0, 0, -0f, -1}));
    float infinity = Float.POSITIVE_INFINITY;
    assertEquals(2, greedy.sample(new float[] {Float.NaN, -5, -4, -infinity, -9}));
    assertEquals(
        1, greedy.sample(new float[] {Float.NaN, -infinity, Float.NaN, -infinity, -infinity}));
  }

  @Test
  void infiniteLogits_leaveNoChoice() {
    Sampler sampler = sampler(options(1, 0, 1, 0));
    float infinity = Float.POSITIVE_INFINITY;
    for (int i = 0; i < 50; i++) {
      assertEquals(2, sampler.sample(new float[] {0, Float.NaN, infinity, infinity, -infinity}));
      assertEquals(4, sampler.sample(new float[] {-infinity, -infinity, Float.NaN, -infinity, 1}));
    }
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
    Sampler sampler = sampler(options);
    return (int) IntStream.range(0, 2000).filter(_ -> sampler.sample(LOGITS) == token).count();
  }

  @Test
  void temperature_smallestAndLargest_areFinite() {
    assertEquals(Set.of(0, 1), drawn(options(Double.MIN_VALUE, 0, 1, 0), new float[] {2, 2, 1}));
    assertEquals(Set.of(0, 1, 2), drawn(options(1e6, 0, 1, 0), new float[] {9, -9, 0}));
    float most = Float.MAX_VALUE;
    assertEquals(Set.of(1), drawn(options(1, 0, 1, 0), new float[] {-most, most, 0}));
  }

  @Test
  void typicalP_leavesThoseNearTheEntropy() {
    // -log2 p is 1, 2, 3, 4, 4 and its mean 1.875: in order of typicality 0, 3, 4, then 1 before 2.
    assertEquals(Set.of(0), drawn(typical(0.2), LOGITS));
    assertEquals(Set.of(0, 3), drawn(typical(0.7), LOGITS));
    assertEquals(Set.of(0, 3, 4), drawn(typical(0.8), LOGITS));
    assertEquals(Set.of(0, 1, 3, 4), drawn(typical(0.9), LOGITS));
  }

  private static SamplingOptions typical(double p) {
    return SamplingOptions.builder().temperature(1).typicalP(p).seed(5).build();
  }

  @Test
  void repetitionPenalty_dividesPositiveAndMultipliesNegativeLogits() {
    Sampler sampler = new Sampler(SamplingOptions.builder().repetitionPenalty(2).build(), 4);
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

  @Test
  void frequencyPenalty_growsWithEachTime_presencePenaltyDoesNot() {
    Sampler frequency = new Sampler(SamplingOptions.builder().frequencyPenalty(0.75).build(), 2);
    Sampler presence = new Sampler(SamplingOptions.builder().presencePenalty(0.75).build(), 2);
    float[] logits = {2, 1};
    for (Sampler sampler : List.of(frequency, presence)) {
      sampler.observe(0);
      assertEquals(0, sampler.sample(logits), "2 - 0.75 is above 1");
      sampler.observe(0);
    }
    assertEquals(1, frequency.sample(logits), "2 - 2 · 0.75 is below 1");
    assertEquals(0, presence.sample(logits));
  }

  @Test
  void penaltyWindow_forgetsWhatIsFurtherBack() {
    Sampler sampler =
        new Sampler(SamplingOptions.builder().presencePenalty(2).penaltyWindow(3).build(), 4);
    float[] logits = {3, 2, 1.5f, 0};
    List<Integer> tokens =
        IntStream.range(0, 7)
            .map(
                _ -> {
                  int token = sampler.sample(logits);
                  sampler.observe(token);
                  return token;
                })
            .boxed()
            .toList();
    assertEquals(List.of(0, 1, 2, 0, 0, 1, 2), tokens);
  }

  @Test
  void bias_isAdded_andBannedTokensAreNeverDrawn() {
    SamplingOptions biased = SamplingOptions.builder().logitBias(Map.of(1, 3.0)).build();
    assertEquals(1, sampler(biased).sample(LOGITS));
    SamplingOptions banned =
        options(1, 0, 1, 0).toBuilder()
            .bannedTokens(Set.of(3, 1))
            .logitBias(Map.of(1, 1e6))
            .build();
    assertEquals(Set.of(0, 2, 4), drawn(banned, LOGITS));
    assertEquals(
        "none of the 5 logits is a number, tokens that are banned or that a constraint forbids left out",
        assertThrows(
                IllegalArgumentException.class,
                () ->
                    sampler(SamplingOptions.builder().bannedTokens(Set.of(0, 1, 2, 3, 4)).build())
                        .sample(LOGITS))
            .getMessage());
  }

  /** Seed 0 … 19, eight tokens each. */
  private static final int[][] DRAWS = {
    {282, 357, 174, 544, 221, 721, 788, 253},
    {885, 93, 27, 357, 722, 299, 845, 429},
    {425, 110, 93, 358, 14, 494, 72, 243},
    {174, 150, 425, 782, 294, 599, 924, 12},
    {849, 471, 425, 595, 532, 949, 96, 849},
    {899, 589, 81, 103, 645, 616, 429, 12},
    {150, 93, 897, 151, 616, 739, 847, 423},
    {494, 321, 242, 398, 788, 885, 589, 676},
    {221, 12, 323, 81, 645, 949, 471, 14},
    {616, 77, 154, 45, 17, 221, 376, 795},
    {494, 347, 358, 949, 357, 794, 253, 645},
    {924, 429, 243, 795, 727, 242, 335, 845},
    {722, 507, 765, 532, 72, 357, 840, 599},
    {610, 529, 243, 93, 949, 747, 831, 611},
    {494, 81, 924, 507, 897, 885, 150, 575},
    {311, 924, 832, 21, 444, 650, 423, 537},
    {425, 110, 645, 356, 748, 845, 544, 782},
    {886, 493, 532, 460, 546, 72, 97, 357},
    {242, 253, 645, 471, 747, 97, 615, 179},
    {660, 179, 949, 773, 103, 645, 110, 398},
  };

  @Test
  void draws_ofTwentySeeds_areTheseOnEveryMachine() {
    float[] logits = new float[1000];
    Random random = new Random(1); // its algorithm is specified, and nextFloat is exact
    for (int i = 0; i < logits.length; i++) {
      logits[i] = 8 * random.nextFloat();
    }
    for (int seed = 0; seed < DRAWS.length; seed++) {
      Sampler sampler = new Sampler(everything(seed), logits.length);
      int[] tokens = new int[8];
      for (int i = 0; i < tokens.length; i++) {
        tokens[i] = sampler.sample(logits);
        sampler.observe(tokens[i]);
      }
      assertArrayEquals(DRAWS[seed], tokens, "seed " + seed + ": " + Arrays.toString(tokens));
    }
  }

  /** Each filter takes something away. Odd seeds go without top-k. */
  private static SamplingOptions everything(int seed) {
    return SamplingOptions.builder()
        .logitBias(Map.of(7, 4.0, 8, -1.0))
        .bannedTokens(Set.of(9))
        .repetitionPenalty(1.1)
        .frequencyPenalty(0.25)
        .presencePenalty(0.5)
        .penaltyWindow(4)
        .temperature(0.8)
        .topK(seed % 2 == 0 ? 80 : 0)
        .topP(0.95)
        .minP(0.02)
        .typicalP(0.9)
        .seed(seed)
        .build();
  }

  @Test
  void anyOptions_drawWhatThePlainChainDraws() {
    Random random = new Random(5);
    for (int round = 0; round < 3000; round++) {
      float[] logits = randomLogits(random);
      SamplingOptions options = randomOptions(random, logits.length, round);
      Sampler sampler = new Sampler(options, logits.length);
      PlainSampler plain = new PlainSampler(options);
      for (int i = 0; i < 6; i++) {
        int expected = plain.sample(logits);
        assertEquals(expected, sampler.sample(logits), options.toString());
        plain.observe(expected);
        sampler.observe(expected);
      }
    }
  }

  @Test
  void tokensThatAConstraintForbids_areAsBanned_whateverTheOptions() {
    Random random = new Random(6);
    for (int round = 0; round < 2000; round++) {
      float[] logits = randomLogits(random);
      FloatMatrix rows = FloatMatrix.of(logits, 1, logits.length);
      long[] allowed = new long[(logits.length + 63) / 64];
      Set<Integer> forbidden = new TreeSet<>();
      for (int token = 0; token < logits.length; token++) {
        if (token == 0 || random.nextInt(3) > 0) {
          allowed[token / 64] |= 1L << (token % 64);
        } else {
          forbidden.add(token);
        }
      }
      SamplingOptions options = randomOptions(random, logits.length, round);
      if (round % 4 == 0) {
        options = options.toBuilder().temperature(0).build();
      }
      forbidden.addAll(options.bias().banned());
      Sampler sampler = new Sampler(options, logits.length);
      Sampler other =
          new Sampler(options.toBuilder().bannedTokens(forbidden).build(), logits.length);
      for (int i = 0; i < 6; i++) {
        int expected = other.sample(logits);
        assertEquals(expected, sampler.sample(rows, 0, allowed), options.toString());
        other.observe(expected);
        sampler.observe(expected);
      }
    }
  }

  /** Often with ties, sometimes with more than one buffer of candidates, or odd values. */
  private static float[] randomLogits(Random random) {
    float[] logits = new float[1 + random.nextInt(random.nextInt(40) == 0 ? 4000 : 60)];
    boolean ties = random.nextBoolean();
    boolean rising = random.nextInt(4) == 0;
    for (int i = 0; i < logits.length; i++) {
      float value = ties ? random.nextInt(6) : (float) (4 * random.nextGaussian());
      logits[i] = rising ? i * 0.01f : value;
    }
    if (random.nextInt(3) == 0) {
      logits[random.nextInt(logits.length)] = Float.NEGATIVE_INFINITY;
      logits[random.nextInt(logits.length)] = Float.NaN;
      logits[random.nextInt(logits.length)] = -0f;
    }
    logits[0] = 1; // one is always left
    return logits;
  }

  private static SamplingOptions randomOptions(Random random, int vocabSize, long seed) {
    SamplingOptions.Builder builder =
        SamplingOptions.builder().temperature(0.2 + 2 * random.nextDouble()).seed(seed);
    if (random.nextBoolean()) {
      builder.topK(1 + random.nextInt(random.nextInt(5) == 0 ? 1500 : 8));
    }
    if (random.nextBoolean()) {
      builder.topP(0.05 + 0.95 * random.nextDouble());
    }
    if (random.nextBoolean()) {
      builder.minP(random.nextDouble());
    }
    if (random.nextBoolean()) {
      builder.typicalP(0.05 + 0.95 * random.nextDouble());
    }
    if (random.nextBoolean()) {
      builder
          .repetitionPenalty(0.5 + random.nextDouble())
          .frequencyPenalty(random.nextDouble() - 0.5)
          .presencePenalty(random.nextDouble() - 0.5)
          .penaltyWindow(random.nextInt(4))
          .logitBias(Map.of(random.nextInt(vocabSize), 3 * random.nextDouble()));
    }
    if (vocabSize > 1 && random.nextBoolean()) {
      builder.bannedTokens(Set.of(1 + random.nextInt(vocabSize - 1)));
    }
    return builder.build();
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
    assertThrows(IllegalArgumentException.class, () -> typical(0));
    assertRefused(
        "repetition penalty must be above 0 and at most 1000000, not 0.0",
        b -> b.repetitionPenalty(0));
    assertRefused(
        "frequency penalty must be between -1000000 and 1000000, not NaN",
        b -> b.frequencyPenalty(Double.NaN));
    assertRefused(
        "presence penalty must be between -1000000 and 1000000, not -Infinity",
        b -> b.presencePenalty(Double.NEGATIVE_INFINITY));
    assertRefused("penalty window must be at least 0, not -1", b -> b.penaltyWindow(-1));
    assertRefused(
        "logit bias must be between -1000000 and 1000000, not 1.0E7",
        b -> b.logitBias(Map.of(3, 1e7)));
    assertRefused(
        "token of a logit bias must be at least 0, not -3", b -> b.logitBias(Map.of(-3, 1.0)));
    assertRefused("banned token must be at least 0, not -1", b -> b.bannedTokens(Set.of(-1)));
  }

  private static void assertRefused(String message, UnaryOperator<SamplingOptions.Builder> change) {
    var builder = change.apply(SamplingOptions.builder());
    assertEquals(
        message, assertThrows(IllegalArgumentException.class, builder::build).getMessage());
  }

  @Test
  void builder_ofOptions_changesNothingElse() {
    SamplingOptions options = everything(3);
    assertEquals(options, options.toBuilder().build());
    assertEquals(options, options.toBuilder().seed(4).build().toBuilder().seed(3).build());
    assertEquals(SamplingOptions.greedy(), SamplingOptions.builder().build());
  }

  @Test
  void tokensAndLogitsThatDoNotFit_areRefusedWithBothNumbers() {
    Sampler sampler = sampler(SamplingOptions.greedy());
    assertThrows(
        IllegalArgumentException.class, () -> sampler.sample(new float[] {1, 2, 3, 4, 5, 6}));
    assertEquals(
        "token 5 is not in the vocabulary of 5",
        assertThrows(IllegalArgumentException.class, () -> sampler.observe(5)).getMessage());
    assertThrows(IllegalArgumentException.class, () -> sampler.observe(-1));
    SamplingOptions bias = SamplingOptions.builder().bannedTokens(Set.of(5)).build();
    assertEquals(
        "a bias or ban is of token 5, but the vocabulary has 5 tokens",
        assertThrows(IllegalArgumentException.class, () -> sampler(bias)).getMessage());
    float[] none = new float[5];
    Arrays.fill(none, Float.NaN);
    assertThrows(IllegalArgumentException.class, () -> sampler.sample(none));
  }

  @Test
  void history_countsForPenaltiesAsIfItWereObserved() {
    SamplingOptions options =
        SamplingOptions.builder()
            .repetitionPenalty(1.5)
            .frequencyPenalty(0.7)
            .penaltyWindow(3)
            .build();
    List<Integer> history = List.of(3, 3, 0, 4);
    Sampler told = sampler(options.toBuilder().history(history).build());
    Sampler observed = sampler(options);
    history.forEach(observed::observe);
    for (int i = 0; i < 6; i++) {
      int token = observed.sample(LOGITS);
      assertEquals(token, told.sample(LOGITS));
      observed.observe(token);
      told.observe(token);
    }
    assertEquals(
        history, options.toBuilder().history(history).build().toBuilder().build().history());
    assertThrows(
        IllegalArgumentException.class,
        () -> sampler(options.toBuilder().history(List.of(5)).build()));
  }
}
