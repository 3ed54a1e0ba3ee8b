package io.hunyuan4j.text.grammar;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.hunyuan4j.text.grammar.CharAutomaton.TooLargeException;
import io.hunyuan4j.text.grammar.Expression.Encoding;
import io.hunyuan4j.text.grammar.Expression.Presence;
import io.hunyuan4j.text.grammar.Grammar.RuleKind;
import io.hunyuan4j.text.grammar.Node.ByteRange;
import io.hunyuan4j.text.grammar.Program.NodeFacts;
import io.hunyuan4j.text.grammar.Program.Plain;
import io.hunyuan4j.text.grammar.Program.TailCall;
import io.hunyuan4j.text.internal.Excerpt;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes a {@link Program} of a {@link Grammar}, back to front: every expression is told where to go
 * on. Parts without references become deterministic automata where they are small, counted repeats
 * become loops that count.
 */
final class ProgramBuilder {
  private static final int MAX_NODES = 400_000;

  /** The ranges of bytes of all nodes of automata together. */
  private static final int MAX_RANGES = 4_000_000;

  /** Repeats up to this often are written out, so that they can be part of an automaton. */
  private static final int MAX_WRITTEN_OUT = 64;

  /** Automata above this size become rules, which all places share. */
  private static final int MAX_INLINED_STATES = 3;

  private final Grammar grammar;
  private final WorkLimit work;
  private final List<Node> nodes = new ArrayList<>();
  private final List<NodeFacts> facts = new ArrayList<>();
  private final List<TailCall> tailCalls = new ArrayList<>();
  private final List<Integer> ruleSizes = new ArrayList<>();
  private final Map<String, Entry> named = new HashMap<>();
  private final Map<Expression.Automaton, Entry> shared = new HashMap<>();
  private final Map<Piece, Integer> pieces = new HashMap<>();
  private int rule;
  private boolean freeKey;
  private int automaton = -1;
  private int automata;
  private int ranges;

  /** Where a rule begins, and its number. */
  private record Entry(int start, int rule) {}

  private ProgramBuilder(Grammar grammar, WorkLimit work) {
    this.grammar = grammar;
    this.work = work;
  }

  /**
   * The program of a grammar whose references all name a rule.
   *
   * @throws GrammarException if it is too large
   */
  static Program build(Grammar grammar, WorkLimit work) {
    return new ProgramBuilder(grammar, work).program();
  }

  private Program program() {
    rule = newRule();
    node(new Node.End());
    for (String name : grammar.rules().keySet()) {
      rule = newRule();
      named.put(name, new Entry(node(new Node.Split(List.of())), rule));
    }
    grammar
        .rules()
        .forEach(
            (name, definition) -> {
              rule = entry(name).rule();
              freeKey = definition.kind() == RuleKind.FREE_KEY;
              int first = add(definition.expression(), Program.END);
              nodes.set(entry(name).start(), new Node.Split(List.of(first)));
            });
    return new Program(
        List.copyOf(nodes),
        entry(grammar.start()).start(),
        List.copyOf(facts),
        List.copyOf(tailCalls),
        List.copyOf(ruleSizes),
        grammar.keys());
  }

  private Entry entry(String name) {
    Entry entry = named.get(name);
    if (entry == null) {
      throw new IllegalStateException("there is no rule " + name);
    }
    return entry;
  }

  private int newRule() {
    ruleSizes.add(0);
    return ruleSizes.size() - 1;
  }

  private int node(Node node) {
    return node(node, 0, Plain.OTHER);
  }

  private int node(Node node, int plainDepth, Plain plain) {
    if (nodes.size() >= MAX_NODES) {
      throw new GrammarException("", "the grammar needs more than " + MAX_NODES + " states");
    }
    nodes.add(node);
    facts.add(new NodeFacts(rule, freeKey, automaton, plainDepth, plain));
    ruleSizes.set(rule, ruleSizes.get(rule) + 1);
    return nodes.size() - 1;
  }

  /** Adds nodes for the expression; returns the first, from which the way leads to {@code next}. */
  private int add(Expression expression, int next) {
    return switch (expression) {
      case Expression.Text text -> addText(text.text(), next);
      case Expression.OneOf oneOf ->
          addAutomaton(CharAutomaton.oneOf(oneOf.set()), Encoding.TEXT, next);
      case Expression.Sequence sequence -> {
        int at = next;
        for (Expression part : sequence.parts().reversed()) {
          at = add(part, at);
        }
        yield at;
      }
      case Expression.Choice choice -> addChoice(choice, next);
      case Expression.Repeat repeat -> addRepeat(repeat, next);
      case Expression.Reference reference -> call(entry(reference.rule()), next);
      case Expression.Automaton part -> addShared(part, next);
      case Expression.Members members -> addMembers(members, next);
    };
  }

  private int call(Entry entry, int next) {
    if (next == Program.END) {
      tailCalls.add(new TailCall(rule, entry.rule()));
      return entry.start();
    }
    return node(new Node.Call(entry.start(), next));
  }

  private int addText(String text, int next) {
    byte[] bytes = text.getBytes(UTF_8);
    int at = next;
    for (int i = bytes.length - 1; i >= 0; i--) {
      int value = bytes[i] & 0xFF;
      at = node(new Node.Bytes(List.of(new ByteRange(value, value, at)), Node.NONE));
    }
    return at;
  }

  private int addChoice(Expression.Choice choice, int next) {
    List<String> texts = new ArrayList<>();
    for (Expression option : choice.options()) {
      if (option instanceof Expression.Text text) {
        texts.add(text.text());
      }
    }
    if (texts.size() > 1) {
      return addTexts(texts, choice, next);
    }
    CharAutomaton small = automatonOf(choice);
    if (small != null) {
      return addAutomaton(small, Encoding.TEXT, next);
    }
    List<Integer> targets = new ArrayList<>();
    for (Expression option : choice.options()) {
      targets.add(add(option, next));
    }
    return node(new Node.Split(targets));
  }

  /** Adds a choice of which several options are texts. */
  private int addTexts(List<String> texts, Expression.Choice choice, int next) {
    int tree =
        TextTree.nodes(
            texts,
            next,
            bytes -> {
              if (nodes.size() >= MAX_NODES) {
                throw new GrammarException(
                    "",
                    "a choice of %d texts, such as %s, needs more than %d states"
                        .formatted(texts.size(), Excerpt.ofValue(texts.getFirst()), MAX_NODES));
              }
              return node(bytes);
            });
    if (texts.size() == choice.options().size()) {
      return tree;
    }
    List<Expression> others = new ArrayList<>(choice.options());
    others.removeIf(Expression.Text.class::isInstance);
    return node(new Node.Split(List.of(tree, add(new Expression.Choice(others), next))));
  }

  private int addRepeat(Expression.Repeat repeat, int next) {
    CharAutomaton small = automatonOf(repeat);
    if (small != null) {
      return addAutomaton(small, Encoding.TEXT, next);
    }
    if (repeat.max() == 0) {
      return next;
    }
    if (repeat.max() == 1) {
      int body = add(repeat.body(), next);
      return repeat.min() == 1 ? body : node(new Node.Split(List.of(body, next)));
    }
    // Loops over single characters count, so that they are known to be uniform.
    boolean written = repeat.min() == 0 || !(repeat.body() instanceof Expression.Automaton);
    if (repeat.max() == Expression.UNBOUNDED && repeat.min() <= 1 && written) {
      int again = node(new Node.Split(List.of()));
      int body = add(repeat.body(), again);
      nodes.set(again, new Node.Split(List.of(body, next)));
      return repeat.min() == 1 ? body : again;
    }
    int caller = rule;
    rule = newRule();
    int body = add(repeat.body(), Program.END);
    rule = caller;
    return node(new Node.Loop(body, repeat.min(), repeat.max(), next));
  }

  /** The automaton of an expression that is regular and small, else null. */
  private @Nullable CharAutomaton automatonOf(Expression expression) {
    if (!isRegular(expression)) {
      return null;
    }
    try {
      return CharNfa.determinized(expression, work);
    } catch (TooLargeException e) {
      return null;
    }
  }

  private static boolean isRegular(Expression expression) {
    return switch (expression) {
      case Expression.Text text -> true;
      case Expression.OneOf oneOf -> true;
      case Expression.Sequence sequence ->
          sequence.parts().stream().allMatch(ProgramBuilder::isRegular);
      case Expression.Choice choice ->
          choice.options().stream().allMatch(ProgramBuilder::isRegular);
      case Expression.Repeat repeat ->
          repeat.min() <= MAX_WRITTEN_OUT
              && (repeat.max() <= MAX_WRITTEN_OUT || repeat.max() == Expression.UNBOUNDED)
              && isRegular(repeat.body());
      case Expression.Reference reference -> false;
      case Expression.Automaton automaton -> false;
      case Expression.Members members -> false;
    };
  }

  private int addShared(Expression.Automaton part, int next) {
    // Free keys stay in one piece, so that a text within one has nothing of the key on its stack.
    if (freeKey || part.automaton().states().size() <= MAX_INLINED_STATES) {
      return addAutomaton(part.automaton(), part.encoding(), next);
    }
    Entry entry = shared.get(part);
    if (entry == null) {
      int caller = rule;
      rule = newRule();
      entry = new Entry(addAutomaton(part.automaton(), part.encoding(), Program.END), rule);
      rule = caller;
      shared.put(part, entry);
    }
    return call(entry, next);
  }

  private int addAutomaton(CharAutomaton part, Encoding encoding, int next) {
    if (part.isEmpty()) {
      return node(new Node.Split(List.of()));
    }
    automaton = automata++;
    int[] depths = part.plainDepths();
    int[] numbers = new int[depths.length];
    for (int i = 0; i < depths.length; i++) {
      numbers[i] =
          isOnlyAnEnd(part, i)
              ? next
              : node(new Node.Bytes(List.of(), next), depths[i], plain(part, i));
    }
    ByteNodes byteNodes = new ByteNodes(this::piece);
    for (int i = 0; i < depths.length; i++) {
      if (!isOnlyAnEnd(part, i)) {
        CharAutomaton.State state = part.states().get(i);
        List<ByteRange> first = byteNodes.ranges(state.edges(), encoding, t -> numbers[t]);
        requireRoom(first.size());
        nodes.set(
            numbers[i], new Node.Bytes(List.copyOf(first), state.accepting() ? next : Node.NONE));
      }
    }
    automaton = -1;
    return numbers[0];
  }

  private void requireRoom(int furtherRanges) {
    ranges += furtherRanges;
    if (ranges > MAX_RANGES) {
      throw new GrammarException(
          "", "the grammar needs more than " + MAX_RANGES + " ranges of bytes");
    }
  }

  private static boolean isOnlyAnEnd(CharAutomaton part, int state) {
    return part.states().get(state).edges().isEmpty() && part.states().get(state).accepting();
  }

  /** What characters do in a state. */
  private static Plain plain(CharAutomaton part, int state) {
    boolean loops = true;
    boolean ends = !part.states().get(state).accepting();
    CodePointSet covered = CodePointSet.NONE;
    for (CharAutomaton.Edge edge : part.states().get(state).edges()) {
      CodePointSet read = CodePointSet.of(edge.low(), edge.high());
      boolean hasPlain = !read.without(CodePointSet.PLAIN).equals(read);
      covered = covered.with(read);
      loops &= !hasPlain || edge.target() == state;
      ends &= isOnlyAnEnd(part, edge.target());
    }
    boolean all = CodePointSet.PLAIN.without(covered).isEmpty();
    if (ends) {
      return all ? Plain.ONE : Plain.ONE_OF_SOME;
    }
    return loops && all ? Plain.LOOP : Plain.OTHER;
  }

  /** The ranges of a node between the bytes of a character. */
  private record Piece(int rule, List<ByteRange> ranges) {}

  private int piece(List<ByteRange> bytes) {
    Piece key = new Piece(rule, List.copyOf(bytes));
    Integer known = pieces.get(key);
    if (known == null) {
      requireRoom(bytes.size());
      known = node(new Node.Bytes(key.ranges(), Node.NONE));
      pieces.put(key, known);
    }
    return known;
  }

  private int addMembers(Expression.Members members, int next) {
    int count = members.members().size();
    Expression.Additional additional = members.additional();
    int afterSome = next;
    int afterNone = next;
    if (additional != null) {
      afterSome = node(new Node.Extra(next, next)); // its addition leads back to it
      nodes.set(afterSome, new Node.Extra(next, add(additional.further(), afterSome)));
      afterNone = node(new Node.Extra(next, add(additional.first(), afterSome)));
    }
    for (int i = count - 1; i >= 0; i--) {
      Expression.Member member = members.members().get(i);
      int body = add(member.body(), afterSome);
      int separated = add(members.separator(), body);
      boolean optional = member.presence() == Presence.OPTIONAL;
      afterNone = optional ? node(new Node.Split(List.of(body, afterNone))) : body;
      afterSome = optional ? node(new Node.Split(List.of(separated, afterSome))) : separated;
    }
    return afterNone;
  }
}
