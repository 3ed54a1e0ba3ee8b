package io.hunyuan4j.bench.speed;

import io.hunyuan4j.core.LanguageModel;
import io.hunyuan4j.core.ModelCost;
import io.hunyuan4j.core.generate.GenerationOptions;
import io.hunyuan4j.kernels.KvFormat;

/**
 * What a test has to do, all of its tokens together.
 *
 * @param weightBytes bytes of weights that are read; of many tokens at a time at most, each once a
 *     call
 * @param kvBytes bytes of keys and values that are read; of a prompt each once a call
 * @param flops floating-point operations
 */
public record Work(long weightBytes, long kvBytes, long flops) {

  /** Tokens of a prompt that go through the model in one call, as when generating. */
  static final int CHUNK = GenerationOptions.DEFAULT_CHUNK;

  /** The work of a test on a model. */
  static Work of(SpeedTest test, LanguageModel model, KvFormat kvFormat) {
    ModelCost cost = model.cost();
    long kvBytesPerKey = model.shape().kvReadBytesPerToken(kvFormat);
    int depth = test.depth();
    int tokens = test.tokens();
    return switch (test) {
      case SpeedTest.Decode _ -> oneByOne(cost, tokens, depth, kvBytesPerKey);
      case SpeedTest.Repeating _ -> // what it does without guesses, whatever these save or add
          oneByOne(cost, tokens, depth + RepeatingText.PASSAGE, kvBytesPerKey);
      case SpeedTest.Prefill _ -> {
        long weightBytes = cost.head().bytes();
        long keys = 0;
        for (int done = 0; done < tokens; done += CHUNK) {
          int chunk = Math.min(CHUNK, tokens - done);
          weightBytes += cost.layerBytes(chunk);
          keys += depth + done + chunk;
        }
        yield new Work(weightBytes, keys * kvBytesPerKey, cost.flops(depth, tokens, 1));
      }
      case SpeedTest.Together(int sequences, int steps, int _) -> {
        long weightBytes = steps * (cost.layerBytes(sequences) + cost.head().bytes());
        long keys = (long) tokens * depth + tokens * (steps + 1L) / 2;
        long flops = sequences * cost.flops(depth, steps, steps);
        yield new Work(weightBytes, keys * kvBytesPerKey, flops);
      }
    };
  }

  private static Work oneByOne(ModelCost cost, int tokens, int depth, long kvBytesPerKey) {
    long keys = (long) tokens * depth + tokens * (tokens + 1L) / 2;
    return new Work(
        tokens * cost.decodeBytes(), keys * kvBytesPerKey, cost.flops(depth, tokens, tokens));
  }

  /** Weights, keys and values. */
  public long bytes() {
    return weightBytes + kvBytes;
  }
}
