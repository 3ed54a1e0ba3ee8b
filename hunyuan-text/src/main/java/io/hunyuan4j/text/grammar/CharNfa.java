package io.hunyuan4j.text.grammar;

import io.hunyuan4j.text.grammar.CharAutomaton.Edge;
import io.hunyuan4j.text.grammar.CharAutomaton.State;
import io.hunyuan4j.text.grammar.CharAutomaton.TooLargeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes an automaton of an expression without references: Thompson's construction, then subsets.
 */
final class CharNfa {
  private static final int MAX_NODES = 60_000;

  private final List<List<Edge>> edges = new ArrayList<>();
  private final List<List<Integer>> empties = new ArrayList<>();
  private final int accepting;
  private final WorkLimit work;

  private CharNfa(Expression expression, WorkLimit work) throws TooLargeException {
    this.work = work;
    work.begin();
    accepting = node();
    int start = add(expression, accepting);
    int first = node(); // so that the start is the last node
    empties.get(first).add(start);
  }

  /**
   * The automaton that accepts what {@code expression} describes.
   *
   * @throws TooLargeException if it has too many states, or making it takes too many steps
   */
  static CharAutomaton determinized(Expression expression, WorkLimit work)
      throws TooLargeException {
    return CharAutomaton.trimmed(untrimmed(expression, work));
  }

  /** The same, with the states that lead nowhere. */
  static List<State> untrimmed(Expression expression, WorkLimit work) throws TooLargeException {
    CharNfa nfa = new CharNfa(expression, work);
    return nfa.subsets(nfa.edges.size() - 1);
  }

  private int node() throws TooLargeException {
    if (edges.size() >= MAX_NODES) {
      throw new TooLargeException();
    }
    work.take(1);
    edges.add(new ArrayList<>());
    empties.add(new ArrayList<>());
    return edges.size() - 1;
  }

  /** Adds nodes for the expression; returns the first, from which the way leads to {@code next}. */
  private int add(Expression expression, int next) throws TooLargeException {
    return switch (expression) {
      case Expression.Text text -> {
        int at = next;
        int[] codePoints = text.text().codePoints().toArray();
        for (int i = codePoints.length - 1; i >= 0; i--) {
          int before = node();
          edges.get(before).add(new Edge(codePoints[i], codePoints[i], at));
          at = before;
        }
        yield at;
      }
      case Expression.OneOf oneOf -> {
        int before = node();
        work.take((long) WorkLimit.EDGE * oneOf.set().ranges().size());
        for (CodePointSet.Range range : oneOf.set().ranges()) {
          edges.get(before).add(new Edge(range.low(), range.high(), next));
        }
        yield before;
      }
      case Expression.Sequence sequence -> {
        int at = next;
        for (Expression part : sequence.parts().reversed()) {
          at = add(part, at);
        }
        yield at;
      }
      case Expression.Choice choice -> {
        int before = node();
        for (Expression option : choice.options()) {
          empties.get(before).add(add(option, next));
        }
        yield before;
      }
      case Expression.Repeat repeat -> addRepeat(repeat, next);
      case Expression.Reference reference -> throw notRegular(reference);
      case Expression.Automaton automaton -> throw notRegular(automaton);
      case Expression.Members members -> throw notRegular(members);
    };
  }

  private static IllegalStateException notRegular(Expression expression) {
    return new IllegalStateException(expression + " is no part of a regular expression");
  }

  private int addRepeat(Expression.Repeat repeat, int next) throws TooLargeException {
    int at = next;
    if (repeat.max() == Expression.UNBOUNDED) {
      int again = node();
      empties.get(again).add(next);
      empties.get(again).add(add(repeat.body(), again));
      at = again;
    } else {
      for (int i = repeat.min(); i < repeat.max(); i++) {
        int before = node();
        empties.get(before).add(add(repeat.body(), at));
        empties.get(before).add(next);
        at = before;
      }
    }
    for (int i = 0; i < repeat.min(); i++) {
      at = add(repeat.body(), at);
    }
    return at;
  }

  /** A set of nodes as a key. */
  private record Subset(BitSet nodes) {}

  private List<State> subsets(int start) throws TooLargeException {
    Map<Subset, Integer> indices = new HashMap<>();
    List<Subset> subsets = new ArrayList<>();
    BitSet first = new BitSet();
    close(start, first);
    subsets.add(new Subset(first));
    indices.put(subsets.getFirst(), 0);
    List<State> states = new ArrayList<>();
    while (states.size() < subsets.size()) {
      BitSet nodes = subsets.get(states.size()).nodes();
      List<Edge> out = new ArrayList<>();
      for (Interval interval : intervals(nodes)) {
        BitSet targets = new BitSet();
        interval.targets().stream().forEach(target -> close(target, targets));
        work.take(WorkLimit.EDGE + targets.cardinality() + targets.size() / 64);
        Subset subset = new Subset(targets);
        Integer index = indices.putIfAbsent(subset, subsets.size());
        if (index == null) {
          index = subsets.size();
          subsets.add(subset);
        }
        out.add(new Edge(interval.low(), interval.high(), index));
      }
      states.add(new State(nodes.get(accepting), out));
      if (subsets.size() > CharAutomaton.MAX_STATES) {
        throw new TooLargeException();
      }
    }
    return states;
  }

  private void close(int from, BitSet into) {
    if (into.get(from)) {
      return;
    }
    List<Integer> pending = new ArrayList<>(List.of(from));
    into.set(from);
    while (!pending.isEmpty()) {
      for (int next : empties.get(pending.removeLast())) {
        if (!into.get(next)) {
          into.set(next);
          pending.add(next);
        }
      }
    }
  }

  /** Code points from which the same nodes follow. */
  private record Interval(int low, int high, BitSet targets) {}

  /**
   * The ways out of a set of nodes, cut so that ranges do not overlap; neighbours that agree
   * joined.
   */
  private List<Interval> intervals(BitSet nodes) throws TooLargeException {
    List<Edge> all = new ArrayList<>();
    nodes.stream().forEach(node -> all.addAll(edges.get(node)));
    all.sort(Comparator.comparingInt(Edge::low));
    int[] cuts =
        all.stream()
            .flatMap(edge -> List.of(edge.low(), edge.high() + 1).stream())
            .mapToInt(Integer::intValue)
            .toArray();
    Arrays.sort(cuts);
    List<Interval> intervals = new ArrayList<>();
    List<Edge> active = new ArrayList<>();
    int entering = 0;
    for (int i = 0; i + 1 < cuts.length; i++) {
      int low = cuts[i];
      int high = cuts[i + 1] - 1;
      if (low > high) {
        continue;
      }
      active.removeIf(edge -> edge.high() < low);
      while (entering < all.size() && all.get(entering).low() <= low) {
        active.add(all.get(entering++));
      }
      work.take(1 + active.size());
      if (active.isEmpty()) {
        continue;
      }
      BitSet targets = new BitSet();
      active.forEach(edge -> targets.set(edge.target()));
      work.take(targets.size() / 64);
      Interval last = intervals.isEmpty() ? null : intervals.getLast();
      if (last != null && last.high() + 1 == low && last.targets().equals(targets)) {
        intervals.set(intervals.size() - 1, new Interval(last.low(), high, targets));
      } else {
        intervals.add(new Interval(low, high, targets));
      }
    }
    return intervals;
  }
}
