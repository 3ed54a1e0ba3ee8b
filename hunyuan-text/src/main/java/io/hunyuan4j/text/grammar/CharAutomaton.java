package io.hunyuan4j.text.grammar;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A deterministic automaton over code points. State 0 is the start; from every state an accepting
 * one can be reached. Without states it accepts nothing. Equal only to itself: to compare states
 * could take as long as to make them.
 */
record CharAutomaton(List<State> states) {
  /** The most states that an automaton may have. */
  static final int MAX_STATES = 20_000;

  /**
   * @param edges ascending, their ranges apart
   */
  record State(boolean accepting, List<Edge> edges) {}

  /** Both ends of the range belong to it. */
  record Edge(int low, int high, int target) {}

  /** An automaton would have more than {@link #MAX_STATES} states, or take too many steps. */
  static final class TooLargeException extends Exception {
    private static final long serialVersionUID = 1L;
  }

  /** One character of a set. */
  static CharAutomaton oneOf(CodePointSet set) {
    return new CharAutomaton(List.of(new State(false, edges(set, 1)), new State(true, List.of())));
  }

  /** Any number of characters of a set. */
  static CharAutomaton anyOf(CodePointSet set) {
    return new CharAutomaton(List.of(new State(true, edges(set, 0))));
  }

  private static List<Edge> edges(CodePointSet set, int target) {
    return set.ranges().stream().map(range -> new Edge(range.low(), range.high(), target)).toList();
  }

  /** Every text in which a tag, of the form {@code <…>} without others inside, does not occur. */
  static CharAutomaton without(String tag) {
    int[] codePoints = tag.codePoints().toArray();
    List<State> states = new ArrayList<>(); // by how much of the tag has been read
    for (int read = 0; read < codePoints.length; read++) {
      CodePointSet next = CodePointSet.of(codePoints[read]);
      CodePointSet first = CodePointSet.of(codePoints[0]).without(next);
      List<Edge> edges = new ArrayList<>(edges(CodePointSet.ALL.without(first).without(next), 0));
      edges.addAll(edges(first, 1));
      if (read + 1 < codePoints.length) {
        edges.addAll(edges(next, read + 1));
      }
      states.add(new State(true, sorted(edges)));
    }
    return new CharAutomaton(states);
  }

  /**
   * Every text but those given: a tree of them whose ends do not accept; off it everything does.
   */
  static CharAutomaton allBut(Iterable<String> texts, WorkLimit work) throws TooLargeException {
    List<TreeMap<Integer, Integer>> tree =
        new ArrayList<>(List.of(new TreeMap<>(), new TreeMap<>()));
    work.begin();
    BitSet ends = new BitSet();
    for (String text : texts) {
      int at = 0;
      work.take(text.length());
      for (int codePoint : text.codePoints().toArray()) {
        Integer next = tree.get(at).get(codePoint);
        if (next == null) {
          if (tree.size() >= MAX_STATES) {
            throw new TooLargeException();
          }
          next = tree.size();
          tree.get(at).put(codePoint, next);
          tree.add(new TreeMap<>());
        }
        at = next;
      }
      ends.set(at);
    }
    List<State> states = new ArrayList<>();
    for (int state = 0; state < tree.size(); state++) {
      List<CodePointSet.Range> on = new ArrayList<>();
      List<Edge> edges = new ArrayList<>();
      for (var entry : tree.get(state).entrySet()) {
        on.add(new CodePointSet.Range(entry.getKey(), entry.getKey()));
        edges.add(new Edge(entry.getKey(), entry.getKey(), entry.getValue()));
      }
      edges.addAll(edges(new CodePointSet(on).complement(), 1));
      states.add(new State(!ends.get(state), sorted(edges)));
    }
    return new CharAutomaton(states);
  }

  private static List<Edge> sorted(List<Edge> edges) {
    return edges.stream().sorted((a, b) -> Integer.compare(a.low(), b.low())).toList();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }

  boolean isEmpty() {
    return states.isEmpty();
  }

  boolean accepts(String text) {
    if (isEmpty()) {
      return false;
    }
    int at = 0;
    for (int codePoint : text.codePoints().toArray()) {
      int next = target(states.get(at).edges(), codePoint);
      if (next < 0) {
        return false;
      }
      at = next;
    }
    return states.get(at).accepting();
  }

  /** Where a code point leads, or −1. */
  private static int target(List<Edge> edges, int codePoint) {
    int low = 0;
    int high = edges.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (edges.get(middle).high() < codePoint) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    boolean found = low < edges.size() && edges.get(low).low() <= codePoint;
    return found ? edges.get(low).target() : -1;
  }

  /** The texts that both accept. */
  CharAutomaton and(CharAutomaton other, WorkLimit work) throws TooLargeException {
    if (isEmpty() || other.isEmpty()) {
      return new CharAutomaton(List.of());
    }
    Pairs pairs = new Pairs();
    work.begin();
    pairs.index(0, 0);
    while (pairs.hasNext()) {
      State a = states.get(pairs.first());
      State b = other.states.get(pairs.second());
      List<Edge> edges = new ArrayList<>();
      int i = 0;
      int j = 0;
      while (i < a.edges().size() && j < b.edges().size()) {
        Edge left = a.edges().get(i);
        Edge right = b.edges().get(j);
        int low = Math.max(left.low(), right.low());
        int high = Math.min(left.high(), right.high());
        if (low <= high) {
          edges.add(new Edge(low, high, pairs.index(left.target(), right.target())));
        }
        if (left.high() < right.high()) {
          i++;
        } else {
          j++;
        }
      }
      work.take(1 + i + j + (long) WorkLimit.EDGE * edges.size());
      pairs.add(new State(a.accepting() && b.accepting(), edges));
    }
    return trimmed(pairs.states);
  }

  /** The texts of at least {@code min} and at most {@code max} code points. */
  CharAutomaton ofLength(int min, int max, WorkLimit work) throws TooLargeException {
    if (isEmpty()) {
      return this;
    }
    Pairs pairs = new Pairs();
    work.begin();
    pairs.index(0, 0);
    int last = max == Expression.UNBOUNDED ? min : max;
    while (pairs.hasNext()) {
      State state = states.get(pairs.first());
      int length = pairs.second();
      List<Edge> edges = new ArrayList<>();
      if (length < max) {
        for (Edge edge : state.edges()) {
          int target = pairs.index(edge.target(), Math.min(length + 1, last));
          edges.add(new Edge(edge.low(), edge.high(), target));
        }
      }
      work.take(1 + (long) WorkLimit.EDGE * edges.size());
      pairs.add(new State(state.accepting() && length >= min, edges));
    }
    return trimmed(pairs.states);
  }

  /** Numbers pairs of ints in the order in which they are met, and collects their states. */
  private static final class Pairs {
    private final Map<Long, Integer> indices = new HashMap<>();
    private final List<Long> pairs = new ArrayList<>();
    private final List<State> states = new ArrayList<>();

    int index(int first, int second) throws TooLargeException {
      Long pair = ((long) first << 32) | second;
      Integer known = indices.putIfAbsent(pair, pairs.size());
      if (known != null) {
        return known;
      }
      pairs.add(pair);
      if (pairs.size() > 4 * MAX_STATES) {
        throw new TooLargeException();
      }
      return pairs.size() - 1;
    }

    boolean hasNext() {
      return states.size() < pairs.size();
    }

    int first() {
      return (int) (pairs.get(states.size()) >> 32);
    }

    int second() {
      return pairs.get(states.size()).intValue();
    }

    void add(State state) {
      states.add(state);
    }
  }

  /** The automaton of these states without those from which no accepting one can be reached. */
  static CharAutomaton trimmed(List<State> states) throws TooLargeException {
    List<List<Integer>> sources = new ArrayList<>();
    states.forEach(state -> sources.add(new ArrayList<>()));
    BitSet useful = new BitSet();
    ArrayDeque<Integer> pending = new ArrayDeque<>();
    for (int i = 0; i < states.size(); i++) {
      for (Edge edge : states.get(i).edges()) {
        sources.get(edge.target()).add(i);
      }
      if (states.get(i).accepting()) {
        useful.set(i);
        pending.add(i);
      }
    }
    while (!pending.isEmpty()) {
      for (int source : sources.get(pending.remove())) {
        if (!useful.get(source)) {
          useful.set(source);
          pending.add(source);
        }
      }
    }
    if (!useful.get(0)) {
      return new CharAutomaton(List.of());
    }
    if (useful.cardinality() > MAX_STATES) {
      throw new TooLargeException();
    }
    int[] renamed = new int[states.size()];
    for (int i = 0, next = 0; i < renamed.length; i++) {
      renamed[i] = useful.get(i) ? next++ : -1;
    }
    List<State> kept = new ArrayList<>();
    for (int i = 0; i < states.size(); i++) {
      if (useful.get(i)) {
        List<Edge> edges =
            states.get(i).edges().stream()
                .filter(edge -> useful.get(edge.target()))
                .map(edge -> new Edge(edge.low(), edge.high(), renamed[edge.target()]))
                .toList();
        kept.add(new State(states.get(i).accepting(), edges));
      }
    }
    return new CharAutomaton(kept);
  }

  /**
   * For each state how many characters of {@link CodePointSet#PLAIN} may certainly follow, whatever
   * they are; {@link Expression#UNBOUNDED} where there is no end to it.
   */
  int[] plainDepths() {
    int[] depths = new int[states.size()];
    List<List<Integer>> sources = new ArrayList<>();
    states.forEach(state -> sources.add(new ArrayList<>()));
    ArrayDeque<Integer> pending = new ArrayDeque<>();
    for (int i = 0; i < depths.length; i++) {
      depths[i] = Expression.UNBOUNDED;
      List<CodePointSet.Range> covered = new ArrayList<>();
      for (Edge edge : states.get(i).edges()) {
        covered.add(new CodePointSet.Range(edge.low(), edge.high()));
        sources.get(edge.target()).add(i);
      }
      if (!CodePointSet.PLAIN.without(new CodePointSet(covered)).isEmpty()) {
        depths[i] = 0;
        pending.add(i);
      }
    }
    while (!pending.isEmpty()) {
      int target = pending.remove();
      for (int source : sources.get(target)) {
        if (depths[source] == Expression.UNBOUNDED) {
          depths[source] = depths[target] + 1;
          pending.add(source);
        }
      }
    }
    return depths;
  }
}
