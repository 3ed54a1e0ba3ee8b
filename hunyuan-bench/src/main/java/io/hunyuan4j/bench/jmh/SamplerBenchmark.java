package io.hunyuan4j.bench.jmh;

import io.hunyuan4j.core.generate.Sampler;
import io.hunyuan4j.core.generate.SamplingOptions;
import io.hunyuan4j.kernels.FloatMatrix;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Drawing one token out of 128,256, on one thread, behind 2048 others. The right token is the one
 * that a sampler draws that is not compiled yet.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {"--add-modules", "jdk.incubator.vector"})
@SuppressWarnings("NullAway.Init") // JMH calls setUp first
public class SamplerBenchmark {
  private static final long SEED = 20_261_124;
  private static final int PROMPT = 2048;

  /** {@code full} is a vocabulary of 128,256. */
  @Param("full")
  public String size;

  /**
   * What is set: {@code published} is what Hunyuan's checkpoints publish, {@code everything} every
   * step of the chain besides; {@code topP} and {@code typicalP} have no top-k, {@code all} has no
   * filter.
   */
  @Param({"greedy", "published", "everything", "topP", "typicalP", "all"})
  public String chain;

  /**
   * How logits are spread: {@code peaked} normally with deviation 2.5, a few far above; {@code
   * flat} evenly over 8, so that filters leave tens of thousands.
   */
  @Param({"peaked", "flat"})
  public String spread;

  private FloatMatrix logits;
  private int[] prompt;
  private Sampler sampler;
  private int expected;

  /** Makes logits and the right token. */
  @Setup
  public void setUp() {
    Random random = new Random(SEED);
    int vocabSize = size.equals("tiny") ? 256 : 128_256;
    logits = FloatMatrix.zeros(1, vocabSize);
    for (int i = 0; i < vocabSize; i++) {
      logits.data()[i] =
          (float)
              switch (spread) {
                case "peaked" -> 2.5 * random.nextGaussian() + (i % 6000 == 99 ? 10 : 0);
                case "flat" -> 8 * random.nextDouble();
                default -> throw new IllegalArgumentException(spread);
              };
    }
    prompt = random.ints(PROMPT, 0, vocabSize).toArray();
    expected = newSampler().sample(logits, 0);
    sampler = newSampler();
  }

  private Sampler newSampler() {
    SamplingOptions.Builder published =
        SamplingOptions.builder()
            .repetitionPenalty(1.05)
            .temperature(0.7)
            .topK(20)
            .topP(0.8)
            .seed(SEED);
    SamplingOptions options =
        switch (chain) {
          case "greedy" -> SamplingOptions.greedy();
          case "published" -> published.build();
          case "everything" ->
              published
                  .logitBias(Map.of(11, 0.5, 12, -0.5))
                  .bannedTokens(Set.of(13))
                  .frequencyPenalty(0.1)
                  .presencePenalty(0.1)
                  .penaltyWindow(1024)
                  .minP(0.01)
                  .typicalP(0.95)
                  .build();
          case "topP" -> published.topK(0).build();
          case "typicalP" -> published.topK(0).topP(1).typicalP(0.8).build();
          case "all" -> published.topK(0).topP(1).build();
          default -> throw new IllegalArgumentException(chain);
        };
    Sampler fresh = new Sampler(options, logits.cols());
    for (int token : prompt) {
      fresh.observe(token);
    }
    return fresh;
  }

  /** The next token. */
  @Benchmark
  public int sample() {
    return sampler.sample(logits, 0);
  }

  /** Checks the first token. */
  @TearDown(Level.Iteration)
  public void check() {
    int found = newSampler().sample(logits, 0);
    if (found != expected) {
      throw new IllegalStateException("wrong token: expected " + expected + ", found " + found);
    }
  }
}
