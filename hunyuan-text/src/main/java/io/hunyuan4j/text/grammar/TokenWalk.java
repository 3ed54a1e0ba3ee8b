package io.hunyuan4j.text.grammar;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Walks the tree of the vocabulary and the automaton together. Not thread-safe. */
final class TokenWalk {
  private final Recognizer recognizer;
  private final TokenTree tree;
  private State[] path = new State[64];
  private int walk;

  // Where tokens lead; and of one step the tokens met so far with the numbers of their landings.
  private final List<State> landings = new ArrayList<>();
  private int[] tokens = new int[1024];
  private int[] groups = new int[1024];
  private int count;

  TokenWalk(Recognizer recognizer, TokenTree tree) {
    this.recognizer = recognizer;
    this.tree = tree;
  }

  /** Told of the states that the beginnings of tokens lead to. */
  interface Visitor {
    /**
     * A beginning of tokens that leads to the state.
     *
     * @param node of the tree
     * @return whether to walk what lies below too
     */
    boolean reached(int node, State state);
  }

  /**
   * Visits every beginning of a token that may follow {@code from}.
   *
   * @param plainRoom plain tokens of up to so many characters are left out where no other token
   *     begins as they do
   */
  void visit(State from, int plainRoom, Visitor visitor) {
    path[0] = from;
    int room = Math.min(plainRoom, TokenTree.NOT_PLAIN - 1);
    int size = tree.size();
    int node = 1;
    while (node < size) {
      int depth = tree.depth(node);
      if (tree.plainBound(node) <= room) {
        node = tree.end(node);
        continue;
      }
      State state = recognizer.step(path[depth - 1], tree.value(node));
      if (state.isDead()) {
        node = tree.end(node);
        continue;
      }
      if (depth >= path.length) {
        path = Arrays.copyOf(path, depth * 2);
      }
      path[depth] = state;
      node = visitor.reached(node, state) ? node + 1 : tree.end(node);
    }
  }

  /** Forgets the landings. */
  void begin() {
    walk++;
    landings.clear();
  }

  /** Adds a state to the landings if it is not among them. */
  void land(State state) {
    if (state.walk != walk) {
      state.walk = walk;
      state.group = landings.size();
      landings.add(state);
    }
  }

  /** The landings since {@link #begin}, in the order in which they were met. */
  List<State> landings() {
    return landings;
  }

  /** The tokens that may follow {@code from}. */
  TokenStep step(State from, int plainRoom) {
    begin();
    count = 0;
    visit(from, plainRoom, this::landed);
    int[] starts = new int[landings.size() + 1];
    for (int i = 0; i < count; i++) {
      starts[groups[i] + 1]++;
    }
    for (int i = 0; i < landings.size(); i++) {
      starts[i + 1] += starts[i];
    }
    int[] sorted = new int[count];
    int[] next = starts.clone();
    for (int i = 0; i < count; i++) {
      sorted[next[groups[i]]++] = tokens[i];
    }
    return new TokenStep(landings.toArray(State[]::new), starts, sorted);
  }

  private boolean landed(int node, State state) {
    int token = tree.token(node);
    if (token == TokenTree.NONE) {
      return true;
    }
    land(state);
    for (; token != TokenTree.NONE; token = tree.twin(token)) {
      if (count == tokens.length) {
        tokens = Arrays.copyOf(tokens, 2 * count);
        groups = Arrays.copyOf(groups, 2 * count);
      }
      tokens[count] = token;
      groups[count++] = state.group;
    }
    return true;
  }
}
