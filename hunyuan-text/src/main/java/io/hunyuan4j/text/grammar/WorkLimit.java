package io.hunyuan4j.text.grammar;

import io.hunyuan4j.text.grammar.CharAutomaton.TooLargeException;

/** How many steps may still go into the automata of one format, so that none takes for ever. */
final class WorkLimit {
  /** A second or two. */
  private static final long TOTAL = 40_000_000;

  private static final long EACH = 4_000_000;

  private long left = TOTAL;
  private long leftOfThis = EACH;

  /** Begins another automaton. */
  void begin() {
    leftOfThis = Math.min(EACH, left);
  }

  /**
   * Notes steps.
   *
   * @throws TooLargeException if there were too many
   */
  void take(long steps) throws TooLargeException {
    left -= steps;
    leftOfThis -= steps;
    if (leftOfThis < 0) {
      throw new TooLargeException();
    }
  }
}
