package io.hunyuan4j.text.grammar;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Walks a tree of tokens and the automaton together. Not thread-safe. */
final class TokenWalk {
  private final Recognizer recognizer;
  private final TokenTree tree;
  private final PlainRoom room;
  private State[] path = new State[64];
  private int[] ends = new int[64]; // of the nodes of the path
  private int walk;
  private final List<State> landings = new ArrayList<>();

  TokenWalk(Recognizer recognizer, TokenTree tree, PlainRoom room) {
    this.recognizer = recognizer;
    this.tree = tree;
    this.room = room;
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

    /**
     * Nodes all of whose tokens lead to the state.
     *
     * @param from the first node
     * @param to the node after the last one
     * @return whether that will do; otherwise they are walked too
     */
    boolean reachedAll(int from, int to, State state);
  }

  /**
   * Visits every beginning of a token that may follow {@code from}.
   *
   * @param plainRoom plain tokens of up to so many characters are left out where no other token
   *     begins as they do
   */
  void visit(State from, int plainRoom, Visitor visitor) {
    path[0] = from;
    ends[0] = tree.size();
    int left = Math.min(plainRoom, PlainRoom.ALL);
    int size = tree.size();
    int node = 1;
    while (node < size) {
      int depth = tree.depth(node);
      int bound = tree.plainBound(node);
      if (bound < TokenTree.NOT_PLAIN) {
        // What follows below the same node has no greater bound.
        if (bound <= left || allReached(path[depth - 1], node, ends[depth - 1], visitor)) {
          node = ends[depth - 1];
          continue;
        }
      }
      State state = recognizer.step(path[depth - 1], tree.value(node));
      if (state.isDead()) {
        node = tree.end(node);
        continue;
      }
      if (depth >= path.length) {
        path = Arrays.copyOf(path, depth * 2);
        ends = Arrays.copyOf(ends, depth * 2);
      }
      path[depth] = state;
      ends[depth] = tree.end(node);
      node = visitor.reached(node, state) ? node + 1 : tree.end(node);
    }
  }

  /** Tells of the plain tokens that a loop reads, if the state is at one. */
  private boolean allReached(State state, int from, int to, Visitor visitor) {
    State loop = room.loopOf(state);
    return loop != null && visitor.reachedAll(from, to, loop);
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
    Grouping grouping = new Grouping();
    visit(from, plainRoom, grouping);
    return grouping.step();
  }

  /** Collects the tokens of each landing, as places in the tree. */
  private final class Grouping implements Visitor {
    private final IntList froms = new IntList();
    private final IntList tos = new IntList();
    private final IntList groups = new IntList();

    @Override
    public boolean reached(int node, State state) {
      if (tree.tokens(node) > 0) {
        add(tree.firstToken(node), tree.firstToken(node + 1), state);
      }
      return true;
    }

    @Override
    public boolean reachedAll(int from, int to, State state) {
      add(tree.firstToken(from), tree.firstToken(to), state);
      return true;
    }

    private void add(int from, int to, State state) {
      land(state);
      int last = groups.size() - 1;
      if (last >= 0 && groups.get(last) == state.group && tos.get(last) == from) {
        tos.set(last, to);
      } else {
        froms.add(from);
        tos.add(to);
        groups.add(state.group);
      }
    }

    TokenStep step() {
      int[] starts = new int[landings.size() + 1];
      for (int i = 0; i < groups.size(); i++) {
        starts[groups.get(i) + 1]++;
      }
      for (int i = 0; i < landings.size(); i++) {
        starts[i + 1] += starts[i];
      }
      int[] sortedFroms = new int[groups.size()];
      int[] sortedTos = new int[groups.size()];
      int[] next = starts.clone();
      for (int i = 0; i < groups.size(); i++) {
        int place = next[groups.get(i)]++;
        sortedFroms[place] = froms.get(i);
        sortedTos[place] = tos.get(i);
      }
      return new TokenStep(tree, landings.toArray(State[]::new), starts, sortedFroms, sortedTos);
    }
  }
}
