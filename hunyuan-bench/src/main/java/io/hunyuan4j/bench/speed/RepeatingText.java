package io.hunyuan4j.bench.speed;

import io.hunyuan4j.core.LanguageModel;
import io.hunyuan4j.core.Session;
import io.hunyuan4j.core.generate.Cancellation;
import io.hunyuan4j.core.generate.GenerationOptions;
import io.hunyuan4j.core.generate.Generator;
import io.hunyuan4j.core.generate.SamplingOptions;
import io.hunyuan4j.core.generate.Speculation;
import io.hunyuan4j.core.generate.TokenConstraint;
import java.util.Arrays;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * A passage of random tokens, said again and again: the text on which guesses by prompt lookup are
 * as right as they can be. The model does not choose it, so that random weights say it too; a
 * constraint allows one token at each place.
 */
final class RepeatingText {
  /** Tokens until it repeats. */
  static final int PASSAGE = 32;

  private final LanguageModel model;
  private final int[] passage;

  RepeatingText(LanguageModel model, long seed) {
    this.model = model;
    this.passage = new SplittableRandom(seed).ints(PASSAGE, 0, model.shape().vocabSize()).toArray();
  }

  /** What the session is to hold before the text. */
  int[] passage() {
    return passage.clone();
  }

  /** Generates so many tokens behind the passage and its first token. */
  void generate(Session session, int tokens, int guesses) {
    Speculation speculation =
        guesses == 0 ? new Speculation.None() : new Speculation.PromptLookup(guesses);
    GenerationOptions options =
        new GenerationOptions(
                tokens, SamplingOptions.greedy(), Set.of(), GenerationOptions.DEFAULT_CHUNK)
            .withConstraints(_ -> new NextOfPassage())
            .withSpeculation(speculation);
    new Generator(model)
        .generate(new int[] {passage[0]}, session, options, _ -> true, new Cancellation());
  }

  private final class NextOfPassage implements TokenConstraint {
    private int said = 1;

    @Override
    public void mask(long[] allowed) {
      Arrays.fill(allowed, 0);
      int next = passage[said % PASSAGE];
      allowed[next >> 6] = 1L << next;
    }

    @Override
    public void accept(int token) {
      said++;
    }

    @Override
    public boolean mustEnd() {
      return false;
    }
  }
}
