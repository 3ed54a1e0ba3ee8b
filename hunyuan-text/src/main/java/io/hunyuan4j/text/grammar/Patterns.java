package io.hunyuan4j.text.grammar;

import io.hunyuan4j.text.grammar.CharAutomaton.Edge;
import io.hunyuan4j.text.grammar.CharAutomaton.State;
import io.hunyuan4j.text.grammar.CharAutomaton.TooLargeException;
import java.util.ArrayList;
import java.util.List;

/**
 * From an expression with anchors to the texts that match. The automaton reads the text between two
 * marks, which the anchors read too; then the marks are taken off.
 */
final class Patterns {
  private static final Expression START =
      new Expression.OneOf(CodePointSet.of(RegexParser.TEXT_START));
  private static final Expression END = new Expression.OneOf(CodePointSet.of(RegexParser.TEXT_END));
  private static final Expression ANY_TEXT =
      new Expression.Repeat(new Expression.OneOf(CodePointSet.ALL), 0, Expression.UNBOUNDED);

  private Patterns() {}

  /** The texts that contain a match, as JSON Schema's {@code pattern} wants. */
  static CharAutomaton containing(Expression pattern, WorkLimit work) throws TooLargeException {
    Expression before = Expression.optional(Expression.sequence(START, ANY_TEXT));
    Expression after = Expression.optional(Expression.sequence(ANY_TEXT, END));
    return unmarked(Expression.sequence(before, pattern, after), work);
  }

  /** The texts that match as a whole. */
  static CharAutomaton matching(Expression pattern, WorkLimit work) throws TooLargeException {
    return unmarked(
        Expression.sequence(Expression.optional(START), pattern, Expression.optional(END)), work);
  }

  private static CharAutomaton unmarked(Expression marked, WorkLimit work)
      throws TooLargeException {
    List<State> states = CharNfa.untrimmed(marked, work);
    int start = target(states.getFirst(), RegexParser.TEXT_START);
    if (start < 0) {
      return new CharAutomaton(List.of());
    }
    // The start must be state 0: a copy of it stands in front and shifts the others by one.
    List<State> plain = new ArrayList<>();
    plain.add(shifted(states.get(start), states));
    states.forEach(state -> plain.add(shifted(state, states)));
    return reachable(CharAutomaton.trimmed(plain), work);
  }

  private static State shifted(State state, List<State> states) {
    int end = target(state, RegexParser.TEXT_END);
    boolean accepting = end >= 0 && states.get(end).accepting();
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
