package io.hunyuan4j.core.generate;

import java.util.Arrays;

/** The last tokens of a sequence, counted, and what {@link Penalties} do to their logits. */
final class PenaltyWindow {
  private final Penalties penalties;
  private final int[] counts; // by token
  private final int[] places; // by token: where it stands in distinct
  private int[] distinct = new int[16]; // the tokens whose count is not 0
  private int distinctSize;
  private int[] history = new int[16]; // all tokens, if they leave the window one day
  private int length;

  PenaltyWindow(Penalties penalties, int vocabSize) {
    this.penalties = penalties;
    int size = penalties.isNone() ? 0 : vocabSize;
    counts = new int[size];
    places = new int[size];
  }

  /** Adds a token at the end. */
  void add(int token) {
    if (penalties.isNone()) {
      return;
    }
    if (counts[token]++ == 0) {
      distinct = withRoom(distinct, distinctSize);
      places[token] = distinctSize;
      distinct[distinctSize++] = token;
    }
    if (penalties.window() > 0) {
      history = withRoom(history, length);
      history[length++] = token;
      if (length > penalties.window()) {
        remove(history[length - 1 - penalties.window()]);
      }
    }
  }

  private void remove(int token) {
    if (--counts[token] == 0) {
      int moved = distinct[--distinctSize];
      distinct[places[token]] = moved;
      places[moved] = places[token];
    }
  }

  private static int[] withRoom(int[] array, int size) {
    return size < array.length ? array : Arrays.copyOf(array, 2 * size);
  }

  /** Changes the logits of the tokens in the window, each rounded to float once. */
  void apply(float[] logits) {
    for (int i = 0; i < distinctSize; i++) {
      int token = distinct[i];
      logits[token] = (float) penalties.apply(logits[token], counts[token]);
    }
  }
}
