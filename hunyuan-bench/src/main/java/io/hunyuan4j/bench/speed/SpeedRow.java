package io.hunyuan4j.bench.speed;

import io.hunyuan4j.kernels.KvFormat;
import java.util.OptionalDouble;

/**
 * One test with one setting: what it did and how long that took.
 *
 * @param setting how the model ran
 * @param test what it did
 * @param work how much that is
 * @param samples how long it took
 */
public record SpeedRow(Setting setting, SpeedTest test, Work work, Samples samples) {

  /**
   * How a model ran.
   *
   * @param weights what was asked of its weights
   * @param format the format that most of them have, as matrices spell it
   * @param kvFormat the format of the cache
   * @param threads threads of the kernels
   */
  public record Setting(WeightChoice weights, String format, KvFormat kvFormat, int threads) {}

  /** Tokens per second, of the median. */
  public double tokensPerSecond() {
    return test.tokens() / samples.median();
  }

  /** Tokens per second of the slowest repetition. */
  public double slowest() {
    return test.tokens() / samples.longest();
  }

  /** Tokens per second of the fastest repetition. */
  public double fastest() {
    return test.tokens() / samples.shortest();
  }

  /** Bytes per second of weights, keys and values, of the median. */
  public double bytesPerSecond() {
    return work.bytes() / samples.median();
  }

  /** Floating-point operations per second, of the median. */
  public double flops() {
    return work.flops() / samples.median();
  }

  /** Bytes that a token costs on the Java heap. */
  public OptionalDouble allocatedBytesPerToken() {
    double tokens = (double) test.tokens() * samples.seconds().size();
    return samples.allocatedBytes().isEmpty()
        ? OptionalDouble.empty()
        : OptionalDouble.of(samples.allocatedBytes().getAsLong() / tokens);
  }

  /**
   * How near the machine's limit it comes: decoding to reading memory, many tokens at a time to
   * fma.
   */
  public double fractionOfMachine(Limits limits) {
    return switch (test) {
      case SpeedTest.Decode _ -> bytesPerSecond() / limits.readBytesPerSecond();
      case SpeedTest.Prefill _, SpeedTest.Together _, SpeedTest.Repeating _ ->
          flops() / limits.flops();
    };
  }

  /**
   * How near decoding comes to the decode limit of its format; nothing for many tokens at a time.
   */
  public OptionalDouble fractionOfDecodeLimit(Limits limits) {
    return switch (test) {
      case SpeedTest.Decode _ ->
          OptionalDouble.of(bytesPerSecond() / limits.decodeLimit(setting.format()));
      case SpeedTest.Prefill _, SpeedTest.Together _, SpeedTest.Repeating _ ->
          OptionalDouble.empty();
    };
  }
}
