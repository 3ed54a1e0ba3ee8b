package io.hunyuan4j.text.grammar;

import java.util.ArrayList;
import java.util.List;

/** Walks the tree of the vocabulary and the automaton together. Not thread-safe. */
final class TokenWalk {
  private final Recognizer recognizer;
  private final TokenTree tree;
  private State[] path = new State[64];
  private int walk;

  TokenWalk(Recognizer recognizer, TokenTree tree) {
    this.recognizer = recognizer;
    this.tree = tree;
  }

  /** Told of the states that the beginnings of tokens lead to. */
  interface Visitor {
    /**
     * A beginning of tokens that the state admits. What lies below is walked afterwards.
     *
     * @param node of the tree
     */
    void reached(int node, State state);
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
        path = java.util.Arrays.copyOf(path, depth * 2);
      }
      path[depth] = state;
      visitor.reached(node, state);
      node++;
    }
  }

  /** The tokens that may follow {@code from}. */
  TokenStep step(State from, int plainRoom) {
    walk++;
    List<State> landings = new ArrayList<>();
    IntList tokens = new IntList();
    IntList groups = new IntList();
    visit(
        from,
        plainRoom,
        (node, state) -> {
          for (int token = tree.token(node); token != TokenTree.NONE; token = tree.twin(token)) {
            if (state.walk != walk) {
              state.walk = walk;
              state.group = landings.size();
              landings.add(state);
            }
            tokens.add(token);
            groups.add(state.group);
          }
        });
    int[] starts = new int[landings.size() + 1];
    for (int i = 0; i < groups.size(); i++) {
      starts[groups.get(i) + 1]++;
    }
    for (int i = 0; i < landings.size(); i++) {
      starts[i + 1] += starts[i];
    }
    int[] sorted = new int[tokens.size()];
    int[] next = starts.clone();
    for (int i = 0; i < sorted.length; i++) {
      sorted[next[groups.get(i)]++] = tokens.get(i);
    }
    return new TokenStep(landings.toArray(State[]::new), starts, sorted);
  }
}
