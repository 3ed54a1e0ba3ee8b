package io.hunyuan4j.text.grammar;

import io.hunyuan4j.text.grammar.CharAutomaton.Edge;
import io.hunyuan4j.text.grammar.CharAutomaton.State;
import io.hunyuan4j.text.grammar.CharAutomaton.TooLargeException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * From an expression with anchors to the texts that match. The automaton reads the text between
 * marks, as many as there are anchors to read them or more; then the marks are taken off.
 */
final class Patterns {
  private static final Expression STARTS = any(CodePointSet.of(RegexParser.TEXT_START));
  private static final Expression ENDS = any(CodePointSet.of(RegexParser.TEXT_END));
  private static final Expression ANY_TEXT = any(CodePointSet.ALL);

  private Patterns() {}

  private static Expression any(CodePointSet set) {
    return new Expression.Repeat(new Expression.OneOf(set), 0, Expression.UNBOUNDED);
  }

  /** The texts that contain a match, as JSON Schema's {@code pattern} wants. */
  static CharAutomaton containing(Expression pattern, WorkLimit work) throws TooLargeException {
    return unmarked(Expression.sequence(STARTS, ANY_TEXT, pattern, ANY_TEXT, ENDS), work);
  }

  /** The texts that match as a whole. */
  static CharAutomaton matching(Expression pattern, WorkLimit work) throws TooLargeException {
    return unmarked(Expression.sequence(STARTS, pattern, ENDS), work);
  }

  private static CharAutomaton unmarked(Expression marked, WorkLimit work)
      throws TooLargeException {
    List<State> states = CharNfa.untrimmed(marked, work);
    // The start must be state 0: a copy of it stands in front and shifts the others by one.
    boolean[] ends = ends(states);
    int start = afterMarks(states);
    List<State> plain = new ArrayList<>();
    plain.add(shifted(states.get(start), ends[start] || acceptsMarks(states)));
    for (int i = 0; i < ends.length; i++) {
      plain.add(shifted(states.get(i), ends[i]));
    }
    return reachable(CharAutomaton.trimmed(plain), work);
  }

  /** The state after any number of marks of the start; {@link #STARTS} reads further ones. */
  private static int afterMarks(List<State> states) {
    int at = 0;
    int next = target(states.get(at), RegexParser.TEXT_START);
    while (next != at) {
      at = next;
      next = target(states.get(at), RegexParser.TEXT_START);
    }
    return at;
  }

  /** From which states some number of marks of the end leads to acceptance. */
  private static boolean[] ends(List<State> states) {
    boolean[] ends = new boolean[states.size()];
    boolean[] known = new boolean[states.size()];
    List<Integer> path = new ArrayList<>();
    for (int i = 0; i < ends.length; i++) {
      int at = i;
      while (at >= 0 && !known[at]) {
        known[at] = true;
        ends[at] = states.get(at).accepting();
        path.add(at);
        at = ends[at] ? -1 : target(states.get(at), RegexParser.TEXT_END);
      }
      boolean end = at >= 0 ? ends[at] : ends[path.getLast()];
      for (int state : path) {
        ends[state] |= end;
      }
      path.clear();
    }
    return ends;
  }

  /** Whether the empty text matches: there marks of both kinds stand in one place, in any order. */
  private static boolean acceptsMarks(List<State> states) {
    BitSet seen = new BitSet();
    List<Integer> pending = new ArrayList<>(List.of(0));
    while (!pending.isEmpty()) {
      int at = pending.removeLast();
      if (at >= 0 && !seen.get(at)) {
        seen.set(at);
        pending.add(target(states.get(at), RegexParser.TEXT_START));
        pending.add(target(states.get(at), RegexParser.TEXT_END));
      }
    }
    return seen.stream().anyMatch(state -> states.get(state).accepting());
  }

  private static State shifted(State state, boolean accepting) {
    List<Edge> edges = new ArrayList<>();
    for (Edge edge : state.edges()) {
      int high = Math.min(edge.high(), Character.MAX_CODE_POINT);
      if (edge.low() <= high) {
        edges.add(new Edge(edge.low(), high, edge.target() + 1));
      }
    }
    return new State(accepting, edges);
  }

  private static int target(State state, int codePoint) {
    for (Edge edge : state.edges()) {
      if (edge.low() <= codePoint && codePoint <= edge.high()) {
        return edge.target();
      }
    }
    return -1;
  }

  /** The same without states that the start does not reach, such as those before the mark. */
  private static CharAutomaton reachable(CharAutomaton automaton, WorkLimit work)
      throws TooLargeException {
    return automaton.ofLength(0, Expression.UNBOUNDED, work);
  }
}
