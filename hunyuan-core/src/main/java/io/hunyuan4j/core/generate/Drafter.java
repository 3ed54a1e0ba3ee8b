package io.hunyuan4j.core.generate;

import io.hunyuan4j.core.LanguageModel;
import io.hunyuan4j.core.StopCondition;

/** Guesses how one text goes on. */
interface Drafter extends AutoCloseable {
  int[] NOTHING = new int[0];

  /** Takes the next token of the text. */
  void add(int token);

  /**
   * At most so many tokens that may follow; none if it has no idea.
   *
   * @throws java.util.concurrent.CancellationException if it was to stop meanwhile
   */
  int[] propose(int most);

  @Override
  void close();

  /**
   * The drafter of a text.
   *
   * @param capacity tokens that the text may have
   * @param stop when it is to stop reading
   */
  static Drafter of(Speculation speculation, int capacity, StopCondition stop) {
    return switch (speculation) {
      case Speculation.None() -> new NoDrafter();
      case Speculation.PromptLookup _ -> new LookupDrafter();
      case Speculation.DraftModel(LanguageModel draft, int _) ->
          new ModelDrafter(draft, Math.min(capacity, draft.shape().maxPositions()), stop);
    };
  }

  /** Never has an idea. */
  final class NoDrafter implements Drafter {
    @Override
    public void add(int token) {}

    @Override
    public int[] propose(int most) {
      return NOTHING;
    }

    @Override
    public void close() {}
  }
}
