package io.hunyuan4j.core.generate;

import io.hunyuan4j.kernels.FloatMatrix;
import org.jspecify.annotations.Nullable;

/** Draws the tokens of one text, as its sampling options and its constraint say. */
final class Drawing {
  private final Sampler sampler;
  private final @Nullable TokenConstraint constraint; // null: there is none
  private final long[] allowed; // [⌈vocabSize / 64⌉], with a constraint
  private final @Nullable Logprobs logprobs; // null: nobody asks
  private final int alternatives;

  Drawing(GenerationOptions options, @Nullable TokenConstraint constraint, int vocabSize) {
    this.sampler = new Sampler(options.sampling(), vocabSize);
    this.constraint = constraint;
    this.allowed = new long[constraint == null ? 0 : (vocabSize + 63) >> 6];
    this.alternatives = options.logprobs();
    this.logprobs = alternatives == GenerationOptions.NO_LOGPROBS ? null : new Logprobs(vocabSize);
  }

  /** Takes a token of the prompt, which penalties count. */
  void observe(int token) {
    sampler.observe(token);
  }

  /** Whether the text must end as it is, however many tokens are left. */
  boolean isComplete() {
    return constraint != null && constraint.mustEnd();
  }

  /** Asks the constraint what may come next; whether that is nothing, and the text complete. */
  boolean hasNoMore() {
    if (constraint == null) {
      return false;
    }
    constraint.mask(allowed);
    for (long word : allowed) {
      if (word != 0) {
        return false;
      }
    }
    return constraint.mayEnd();
  }

  /** The next token, of those that {@link #hasNoMore} has found. */
  int draw(FloatMatrix logits, int row) {
    return constraint == null ? sampler.sample(logits, row) : sampler.sample(logits, row, allowed);
  }

  /** Takes a token, no stop token, as the next of the text. */
  void accept(int token) {
    sampler.observe(token);
    if (constraint != null) {
      constraint.accept(token);
    }
  }

  /** How probable a token was, if somebody asks. */
  @Nullable TokenLogprobs logprobs(FloatMatrix logits, int row, int token) {
    return logprobs == null ? null : logprobs.of(logits, row, token, alternatives);
  }
}
