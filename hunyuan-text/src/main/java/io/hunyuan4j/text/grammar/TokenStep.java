package io.hunyuan4j.text.grammar;

import org.jspecify.annotations.Nullable;

/**
 * The tokens that may follow in a state, grouped by where they lead; plain tokens that the state
 * admits for their length alone may be missing.
 */
final class TokenStep {
  final State[] landings;

  /** Where each group begins in {@link #tokens}; one more for the end. */
  final int[] starts;

  final int[] tokens;

  /** The most bytes that a landing needs to an end. */
  final long mostBytes;

  /** The most tokens that a landing needs to an end, or −1 while not known. */
  int mostTokens = -1;

  /** The tokens of all groups, a bit for each id, where there are many. */
  private long @Nullable [] dense;

  TokenStep(State[] landings, int[] starts, int[] tokens) {
    this.landings = landings;
    this.starts = starts;
    this.tokens = tokens;
    long most = 0;
    for (State landing : landings) {
      most = Math.max(most, landing.leastBytes);
    }
    this.mostBytes = most;
  }

  /** Keeps a bit for each id if there are more than {@code least} tokens. */
  void makeDense(int words, int least) {
    if (tokens.length > least) {
      long[] bits = new long[words];
      for (int token : tokens) {
        bits[token >> 6] |= 1L << token;
      }
      dense = bits;
    }
  }

  /** Adds the tokens of all groups. */
  void allow(long[] allowed) {
    if (dense == null) {
      for (int token : tokens) {
        allowed[token >> 6] |= 1L << token;
      }
      return;
    }
    for (int i = 0; i < dense.length; i++) {
      allowed[i] |= dense[i];
    }
  }

  /** Adds the tokens of one group. */
  void allow(int group, long[] allowed) {
    for (int i = starts[group]; i < starts[group + 1]; i++) {
      allowed[tokens[i] >> 6] |= 1L << tokens[i];
    }
  }

  /** Roughly what it takes, in bytes. */
  long bytes() {
    return 64 + 4L * tokens.length + 8L * landings.length + (dense == null ? 0 : 8L * dense.length);
  }
}
