package io.hunyuan4j.text.grammar;

import io.hunyuan4j.text.grammar.Grammar.KeyPolicy;
import io.hunyuan4j.text.grammar.Grammar.Rule;
import io.hunyuan4j.text.grammar.Grammar.RuleKind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads grammars in the notation of llama.cpp ({@code grammars/README.md} there): rules {@code name
 * ::= …} with literals, classes, {@code .}, groups, {@code |}, {@code * + ? {m,n}} and comments.
 * The text is what {@code root} derives.
 */
final class GbnfParser {
  private static final int MAX_NESTING = 100;
  private static final String START = "root";

  private final CodePointReader text;
  private final Map<String, Rule> rules = new LinkedHashMap<>();
  private final Map<String, Integer> referenceLines = new LinkedHashMap<>();
  private int nesting;

  /** How many groups and quantifiers are within one another in what was read last. */
  private int height;

  private GbnfParser(String text) {
    this.text = new CodePointReader(text, this::broken);
  }

  /** Whether lines may end within what is read. */
  private enum Lines {
    MAY_END,
    MAY_NOT_END
  }

  /**
   * The grammar of a text.
   *
   * @throws GrammarException if it is broken, or a rule or {@code root} is missing
   */
  static Grammar grammar(String text) {
    GbnfParser parser = new GbnfParser(text);
    parser.skipSpace(Lines.MAY_END);
    while (!parser.text.isAtEnd()) {
      parser.rule();
      parser.skipSpace(Lines.MAY_END);
    }
    parser.requireRules();
    return new Grammar(parser.rules, START, KeyPolicy.NONE);
  }

  private void requireRules() {
    referenceLines.forEach(
        (name, line) -> {
          if (!rules.containsKey(name)) {
            throw new GrammarException("line " + line, "there is no rule " + name);
          }
        });
    if (!rules.containsKey(START)) {
      throw new GrammarException("", "the grammar has no rule " + START);
    }
  }

  private void rule() {
    String name = name();
    if (name.isEmpty()) {
      throw broken("expected the name of a rule");
    }
    skipSpace(Lines.MAY_NOT_END);
    if (!(skip(':') && skip(':') && skip('='))) {
      throw broken("expected ::= after " + name);
    }
    skipSpace(Lines.MAY_END);
    Rule rule = new Rule(alternatives(), RuleKind.ORDINARY);
    if (!text.isAtEnd() && peek() != '\n' && peek() != '\r') {
      throw broken("expected the end of the line");
    }
    if (rules.put(name, rule) != null) {
      throw broken("there is a second rule " + name);
    }
  }

  private String name() {
    int start = text.position();
    while (isNamePart(peek())) {
      text.next();
    }
    return text.since(start);
  }

  private static boolean isNamePart(int c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '-'
        || c == '_';
  }

  private Expression alternatives() {
    List<Expression> options = new ArrayList<>();
    options.add(sequence());
    int highest = height;
    while (skipBar()) {
      skipSpace(Lines.MAY_END);
      options.add(sequence());
      highest = Math.max(highest, height);
    }
    height = highest;
    return options.size() == 1 ? options.getFirst() : new Expression.Choice(options);
  }

  /** Skips a bar, at the start of the next line too. */
  private boolean skipBar() {
    int before = text.position();
    skipSpace(Lines.MAY_END);
    if (skip('|')) {
      return true;
    }
    text.moveTo(before);
    return false;
  }

  private Expression sequence() {
    List<Expression> parts = new ArrayList<>();
    int highest = 0;
    while (true) {
      height = 0;
      Expression element = element();
      if (element == null) {
        height = highest;
        return new Expression.Sequence(parts);
      }
      parts.add(quantified(element));
      highest = Math.max(highest, height);
      skipSpace(inGroup());
    }
  }

  private Lines inGroup() {
    return nesting > 0 ? Lines.MAY_END : Lines.MAY_NOT_END;
  }

  /** Notes a group or quantifier around what was read last. */
  private void grow() {
    if (++height > MAX_NESTING) {
      throw broken("groups and quantifiers are nested deeper than " + MAX_NESTING);
    }
  }

  private @Nullable Expression element() {
    if (isNamePart(peek())) {
      int line = text.line();
      String name = name();
      referenceLines.putIfAbsent(name, line);
      return new Expression.Reference(name);
    }
    return switch (peek()) {
      case '"' -> literal();
      case '[' -> new Expression.OneOf(characters());
      case '(' -> group();
      case '.' -> {
        text.next();
        yield new Expression.OneOf(CodePointSet.ALL);
      }
      default -> null;
    };
  }

  private Expression literal() {
    StringBuilder literal = new StringBuilder();
    text.next();
    while (!skip('"')) {
      literal.appendCodePoint(character());
    }
    return new Expression.Text(literal.toString());
  }

  private CodePointSet characters() {
    text.next();
    boolean negated = skip('^');
    List<CodePointSet.Range> ranges = new ArrayList<>();
    while (!skip(']')) {
      int low = character();
      int high = low;
      if (peek() == '-' && text.peek(1) != ']' && text.peek(1) != CodePointReader.END) {
        text.next();
        high = character();
      }
      if (low > high) {
        throw broken("a range in [] goes backwards");
      }
      ranges.add(new CodePointSet.Range(low, high));
    }
    CodePointSet set = new CodePointSet(ranges);
    return negated ? set.complement() : set;
  }

  private Expression group() {
    text.next();
    if (++nesting > MAX_NESTING) {
      throw broken("groups are nested deeper than " + MAX_NESTING);
    }
    skipSpace(Lines.MAY_END);
    Expression inside = alternatives();
    skipSpace(Lines.MAY_END);
    if (!skip(')')) {
      throw broken("expected )");
    }
    nesting--;
    grow();
    return inside;
  }

  private Expression quantified(Expression element) {
    Expression result = element;
    while (true) {
      skipSpace(inGroup());
      if (skip('*')) {
        result = new Expression.Repeat(result, 0, Expression.UNBOUNDED);
      } else if (skip('+')) {
        result = new Expression.Repeat(result, 1, Expression.UNBOUNDED);
      } else if (skip('?')) {
        result = new Expression.Repeat(result, 0, 1);
      } else if (skip('{')) {
        result = counted(result);
      } else {
        return result;
      }
      grow();
    }
  }

  private Expression counted(Expression body) {
    skipSpace(Lines.MAY_NOT_END);
    int min = text.count();
    int max = min;
    skipSpace(Lines.MAY_NOT_END);
    if (skip(',')) {
      skipSpace(Lines.MAY_NOT_END);
      max = peek() == '}' ? Expression.UNBOUNDED : text.count();
      skipSpace(Lines.MAY_NOT_END);
    }
    if (!skip('}') || min > max) {
      throw broken("expected {m}, {m,} or {m,n} with m at most n");
    }
    return new Expression.Repeat(body, min, max);
  }

  private int character() {
    if (text.isAtEnd() || peek() == '\n') {
      throw broken("a literal or class has no end on its line");
    }
    int c = text.next();
    return text.character(c == '\\' ? escape() : c);
  }

  private int escape() {
    int c = peek();
    if (c != CodePointReader.END) {
      text.next();
    }
    return switch (c) {
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'x' -> text.hexadecimal(2);
      case 'u' -> text.hexadecimal(4);
      case 'U' -> text.hexadecimal(8);
      case '\\', '"', '[', ']', '-', '^' -> c;
      default -> throw broken("this escape is not known");
    };
  }

  private void skipSpace(Lines lines) {
    while (true) {
      int c = peek();
      if (c == '#') {
        while (!text.isAtEnd() && peek() != '\n') {
          text.next();
        }
      } else if (c == ' ' || c == '\t' || (lines == Lines.MAY_END && (c == '\n' || c == '\r'))) {
        text.next();
      } else {
        return;
      }
    }
  }

  private int peek() {
    return text.peek();
  }

  private boolean skip(char c) {
    return text.skip(c);
  }

  private GrammarException broken(String problem) {
    return new GrammarException("line " + text.line(), problem);
  }
}
