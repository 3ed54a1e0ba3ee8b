package io.hunyuan4j.text.grammar;

import io.hunyuan4j.text.grammar.CharAutomaton.TooLargeException;

/**
 * How many steps may still go into compiling one format, so that none takes for ever: into its
 * automata, of which none may take more than a tenth, and into what is made of its schemas.
 */
final class WorkLimit {
  /** What an edge of an automaton costs, so that memory is bounded too. */
  static final int EDGE = 8;

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
   * Notes steps for the automaton that was begun last.
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

  /** Notes steps for anything else; returns whether there were not too many. */
  boolean tookForSchemas(long steps) {
    left -= steps;
    return left >= 0;
  }
}
