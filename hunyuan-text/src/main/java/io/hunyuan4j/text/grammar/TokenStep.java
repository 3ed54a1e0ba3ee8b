package io.hunyuan4j.text.grammar;

import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * The tokens that may follow in a state, grouped by where they lead; plain tokens that the state
 * admits for their length alone may be missing.
 */
final class TokenStep {
  private final TokenTree tree;
  private final State[] landings;
  private final int[] starts;
  private final int[] froms;
  private final int[] tos;

  /** The most bytes that a landing needs to an end. */
  final long mostBytes;

  /** The most tokens that a landing needs to an end, or −1 while not known. */
  int mostTokens = -1;

  /** The tokens of all groups, a bit for each id, where there are many. */
  private long @Nullable [] dense;

  /**
   * Some groups.
   *
   * @param landings of the groups
   * @param starts where each group begins in {@code froms}; one more for the end
   * @param froms places in the tree where tokens begin to belong to a group
   * @param tos the places after their last ones
   */
  TokenStep(TokenTree tree, State[] landings, int[] starts, int[] froms, int[] tos) {
    this.tree = tree;
    this.landings = landings;
    this.starts = starts;
    this.froms = froms;
    this.tos = tos;
    long most = 0;
    for (State landing : landings) {
      most = Math.max(most, landing.leastBytes);
    }
    this.mostBytes = most;
  }

  int groups() {
    return landings.length;
  }

  /** Where the tokens of a group lead. */
  State landing(int group) {
    return landings[group];
  }

  /** Any token of a group. */
  int anyToken(int group) {
    return tree.token(froms[starts[group]]);
  }

  /** Keeps a bit for each id if there are more than {@code least} tokens. */
  void makeDense(int words, int least) {
    if (tokens(0, froms.length) > least) {
      long[] bits = new long[words];
      allow(bits);
      dense = bits;
    }
  }

  private int tokens(int first, int end) {
    int count = 0;
    for (int i = first; i < end; i++) {
      count += tos[i] - froms[i];
    }
    return count;
  }

  /** Makes {@code allowed}, in which nothing is set, the tokens of all groups. */
  void allow(long[] allowed) {
    if (dense == null) {
      flip(0, froms.length, allowed);
      return;
    }
    System.arraycopy(dense, 0, allowed, 0, dense.length);
  }

  /** Makes {@code allowed}, in which nothing is set, the tokens of some groups. */
  void allow(BitSet groups, long[] allowed) {
    int chosen = groups.stream().map(this::tokens).sum();
    boolean most = dense != null && chosen > tokens(0, froms.length) / 2;
    if (most) {
      allow(allowed);
    }
    for (int group = 0; group < landings.length; group++) {
      if (groups.get(group) != most) {
        flip(starts[group], starts[group + 1], allowed);
      }
    }
  }

  private int tokens(int group) {
    return tokens(starts[group], starts[group + 1]);
  }

  /** Changes the bits of tokens, each of which belongs to one group only. */
  private void flip(int first, int end, long[] allowed) {
    for (int i = first; i < end; i++) {
      for (int place = froms[i]; place < tos[i]; place++) {
        int token = tree.token(place);
        allowed[token >> 6] ^= 1L << token;
      }
    }
  }

  /** Roughly what it takes, in bytes. */
  long bytes() {
    return 64 + 8L * froms.length + 8L * landings.length + (dense == null ? 0 : 8L * dense.length);
  }
}
