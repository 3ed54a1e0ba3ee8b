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
  private static final int MAX_COUNT = 1_000_000;
  private static final String START = "root";

  private final int[] text;
  private final Map<String, Rule> rules = new LinkedHashMap<>();
  private final Map<String, Integer> referenceLines = new LinkedHashMap<>();
  private int at;
  private int nesting;

  private GbnfParser(String text) {
    this.text = text.codePoints().toArray();
  }

  /**
   * The grammar of a text.
   *
   * @throws GrammarException if it is broken, or a rule or {@code root} is missing
   */
  static Grammar grammar(String text) {
    GbnfParser parser = new GbnfParser(text);
    parser.skipSpace(true);
    while (parser.at < parser.text.length) {
      parser.rule();
      parser.skipSpace(true);
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
    skipSpace(false);
    if (!(skip(':') && skip(':') && skip('='))) {
      throw broken("expected ::= after " + name);
    }
    skipSpace(true);
    Rule rule = new Rule(alternatives(), RuleKind.ORDINARY);
    if (at < text.length && peek() != '\n' && peek() != '\r') {
      throw broken("expected the end of the line");
    }
    if (rules.put(name, rule) != null) {
      throw broken("there is a second rule " + name);
    }
  }

  private String name() {
    int start = at;
    while (isNamePart(peek())) {
      at++;
    }
    return new String(text, start, at - start);
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
    while (skipBar()) {
      skipSpace(true);
      options.add(sequence());
    }
    return options.size() == 1 ? options.getFirst() : new Expression.Choice(options);
  }

  /** Skips a bar, at the start of the next line too. */
  private boolean skipBar() {
    int before = at;
    skipSpace(true);
    if (skip('|')) {
      return true;
    }
    at = before;
    return false;
  }

  private Expression sequence() {
    List<Expression> parts = new ArrayList<>();
    while (true) {
      Expression element = element();
      if (element == null) {
        return new Expression.Sequence(parts);
      }
      parts.add(quantified(element));
      skipSpace(nesting > 0);
    }
  }

  private @Nullable Expression element() {
    if (isNamePart(peek())) {
      int line = line();
      String name = name();
      referenceLines.putIfAbsent(name, line);
      return new Expression.Reference(name);
    }
    return switch (peek()) {
      case '"' -> literal();
      case '[' -> new Expression.OneOf(characters());
      case '(' -> group();
      case '.' -> {
        at++;
        yield new Expression.OneOf(CodePointSet.ALL);
      }
      default -> null;
    };
  }

  private Expression literal() {
    StringBuilder literal = new StringBuilder();
    at++;
    while (!skip('"')) {
      literal.appendCodePoint(character());
    }
    return new Expression.Text(literal.toString());
  }

  private CodePointSet characters() {
    at++;
    boolean negated = skip('^');
    List<CodePointSet.Range> ranges = new ArrayList<>();
    while (!skip(']')) {
      int low = character();
      int high = low;
      if (peek() == '-' && at + 1 < text.length && text[at + 1] != ']') {
        at++;
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
    at++;
    if (++nesting > MAX_NESTING) {
      throw broken("groups are nested deeper than " + MAX_NESTING);
    }
    skipSpace(true);
    Expression inside = alternatives();
    skipSpace(true);
    if (!skip(')')) {
      throw broken("expected )");
    }
    nesting--;
    return inside;
  }

  private Expression quantified(Expression element) {
    Expression result = element;
    int quantifiers = 0;
    while (true) {
      skipSpace(nesting > 0);
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
      if (++quantifiers > MAX_NESTING) {
        throw broken("more than " + MAX_NESTING + " quantifiers in a row");
      }
    }
  }

  private Expression counted(Expression body) {
    skipSpace(false);
    int min = number();
    int max = min;
    skipSpace(false);
    if (skip(',')) {
      skipSpace(false);
      max = peek() == '}' ? Expression.UNBOUNDED : number();
      skipSpace(false);
    }
    if (!skip('}') || min > max) {
      throw broken("expected {m}, {m,} or {m,n} with m at most n");
    }
    return new Expression.Repeat(body, min, max);
  }

  private int number() {
    int start = at;
    long value = 0;
    while (peek() >= '0' && peek() <= '9') {
      value = Math.min(Integer.MAX_VALUE, value * 10 + (text[at++] - '0'));
    }
    if (at == start || value > MAX_COUNT) {
      throw broken("expected a number up to " + MAX_COUNT);
    }
    return (int) value;
  }

  private int character() {
    int c = peek();
    if (c < 0 || c == '\n') {
      throw broken("a literal or class has no end on its line");
    }
    at++;
    if (c == '\\') {
      c = escape();
    }
    if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
      throw broken("a surrogate is no character");
    }
    return c;
  }

  private int escape() {
    int c = peek();
    at++;
    return switch (c) {
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'x' -> hex(2);
      case 'u' -> hex(4);
      case 'U' -> hex(8);
      case '\\', '"', '[', ']', '-', '^' -> c;
      default -> throw broken("this escape is not known");
    };
  }

  private int hex(int digits) {
    long value = 0;
    for (int i = 0; i < digits; i++) {
      int digit = Character.digit(Math.max(0, peek()), 16);
      if (digit < 0) {
        throw broken("expected a hexadecimal digit");
      }
      value = value * 16 + digit;
      at++;
    }
    if (value > Character.MAX_CODE_POINT) {
      throw broken("the escape is past the last code point");
    }
    return (int) value;
  }

  private void skipSpace(boolean lines) {
    while (true) {
      int c = peek();
      if (c == '#') {
        while (at < text.length && text[at] != '\n') {
          at++;
        }
      } else if (c == ' ' || c == '\t' || (lines && (c == '\n' || c == '\r'))) {
        at++;
      } else {
        return;
      }
    }
  }

  /** The next character, or −1 at the end. */
  private int peek() {
    return at < text.length ? text[at] : -1;
  }

  private boolean skip(char c) {
    if (peek() == c) {
      at++;
      return true;
    }
    return false;
  }

  private int line() {
    int line = 1;
    for (int i = 0; i < at && i < text.length; i++) {
      line += text[i] == '\n' ? 1 : 0;
    }
    return line;
  }

  private GrammarException broken(String problem) {
    return new GrammarException("line " + line(), problem);
  }
}
