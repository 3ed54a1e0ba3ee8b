package io.hunyuan4j.core.generate;

import io.hunyuan4j.core.LanguageModel;
import io.hunyuan4j.core.Session;
import io.hunyuan4j.core.SessionOptions;
import io.hunyuan4j.core.StopCondition;
import io.hunyuan4j.kernels.FloatMatrix;

/** Expects what a smaller model finds most probable, as long as its session has room. */
final class ModelDrafter implements Drafter {
  private final LanguageModel draft;
  private final Session session; // holds a beginning of the text, but for guesses that were wrong
  private final TokenHistory text = new TokenHistory();
  private final int[] next = new int[1];

  ModelDrafter(LanguageModel draft, int capacity, StopCondition stop) {
    this.draft = draft;
    this.session = draft.newSession(SessionOptions.ofCapacity(capacity));
    session.stopWhen(stop);
  }

  @Override
  public void add(int token) {
    text.add(token);
  }

  @Override
  public int[] propose(int most) {
    int count = Math.min(most, session.options().capacity() - text.length() + 1);
    if (count < 1 || text.length() == 0) {
      return NOTHING;
    }
    int[] guesses = new int[count];
    FloatMatrix logits = readText();
    for (int i = 0; i < count; i++) {
      guesses[i] = largest(logits);
      if (i + 1 < count) {
        next[0] = guesses[i];
        logits = draft.forward(next, session, 1);
      }
    }
    return guesses;
  }

  /** Brings the session up to the text; the logits behind it. */
  private FloatMatrix readText() {
    int at = Math.min(text.sameAtStart(session.tokens()), text.length() - 1);
    session.truncate(at);
    while (text.length() - at > GenerationOptions.DEFAULT_CHUNK) {
      int end = at + GenerationOptions.DEFAULT_CHUNK;
      draft.forward(text.slice(at, end), session, 0);
      at = end;
    }
    return draft.forward(text.slice(at, text.length()), session, 1);
  }

  private static int largest(FloatMatrix logits) {
    int from = logits.rowOffset(0);
    int largest = 0;
    for (int token = 1; token < logits.cols(); token++) {
      if (logits.data()[from + token] > logits.data()[from + largest]) {
        largest = token;
      }
    }
    return largest;
  }

  @Override
  public void close() {
    session.close();
  }
}
