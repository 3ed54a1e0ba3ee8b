package io.hunyuan4j.text.grammar;

import java.util.Arrays;

/** The fewest tokens by overshoot, as {@link Endings} numbers them; those not in it have no way. */
final class FewestTokens {
  static final FewestTokens NONE = new FewestTokens(new int[0], new int[0]);

  private final int[] overshoots;
  private final int[] tokens;

  private FewestTokens(int[] overshoots, int[] tokens) {
    this.overshoots = overshoots;
    this.tokens = tokens;
  }

  int size() {
    return overshoots.length;
  }

  int overshoot(int index) {
    return overshoots[index];
  }

  int tokens(int index) {
    return tokens[index];
  }

  /** Numbers in the making, which only fall. */
  static final class Table {
    private int[] tokens = new int[64]; // by overshoot; 0 where there is none, else one more
    private final IntList overshoots = new IntList();

    void lower(int overshoot, int to) {
      if (overshoot >= tokens.length) {
        tokens = Arrays.copyOf(tokens, Math.max(2 * tokens.length, overshoot + 1));
      }
      if (tokens[overshoot] == 0) {
        overshoots.add(overshoot);
        tokens[overshoot] = to + 1;
      } else {
        tokens[overshoot] = Math.min(tokens[overshoot], to + 1);
      }
    }

    /** Whether it says what {@code other} says, of which it has no fewer overshoots. */
    boolean says(FewestTokens other) {
      for (int i = 0; i < other.size(); i++) {
        if (tokens[other.overshoot(i)] != other.tokens(i) + 1) {
          return false;
        }
      }
      return other.size() == overshoots.size();
    }

    /** What it says; afterwards it is empty. */
    FewestTokens take() {
      int[] met = overshoots.toArray();
      int[] values = new int[met.length];
      for (int i = 0; i < met.length; i++) {
        values[i] = tokens[met[i]] - 1;
        tokens[met[i]] = 0;
      }
      overshoots.clear();
      return new FewestTokens(met, values);
    }
  }
}
