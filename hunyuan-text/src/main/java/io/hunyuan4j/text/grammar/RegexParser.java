package io.hunyuan4j.text.grammar;

import java.util.ArrayList;
import java.util.List;

/**
 * Reads regular expressions: the subset of ECMAScript's (with its {@code u} flag: code points, not
 * UTF-16) that describes sets of texts. Characters and escapes, {@code . [] \d \w \s}, groups,
 * {@code |}, quantifiers (a lazy one describes the same texts), {@code ^} and {@code $}.
 * Look-around, back references, word boundaries and properties are refused.
 */
final class RegexParser {
  /** Stands before the text; what {@code ^} reads. */
  static final int TEXT_START = Character.MAX_CODE_POINT + 1;

  /** Stands behind the text; what {@code $} reads. */
  static final int TEXT_END = TEXT_START + 1;

  private static final int MAX_NESTING = 100;
  private static final int MAX_COUNT = 1_000_000;
  private static final CodePointSet DIGIT = CodePointSet.of('0', '9');
  private static final CodePointSet WORD =
      DIGIT.with(CodePointSet.of('a', 'z')).with(CodePointSet.of('A', 'Z')).with(of('_'));
  private static final CodePointSet LINE_END = of('\n', '\r', 0x2028, 0x2029);
  private static final CodePointSet SPACE =
      of('\t', 0x0B, '\f', ' ', 0xA0, 0x1680, 0x202F, 0x205F, 0x3000, 0xFEFF)
          .with(CodePointSet.of(0x2000, 0x200A))
          .with(LINE_END);

  private final int[] pattern;
  private final String place;
  private int at;
  private int nesting;

  private RegexParser(String pattern, String place) {
    this.pattern = pattern.codePoints().toArray();
    this.place = place;
  }

  private static CodePointSet of(int... codePoints) {
    CodePointSet set = CodePointSet.NONE;
    for (int codePoint : codePoints) {
      set = set.with(CodePointSet.of(codePoint));
    }
    return set;
  }

  /**
   * The expression of a pattern, in which {@link #TEXT_START} and {@link #TEXT_END} stand for
   * anchors.
   *
   * @param place where it stands, for errors
   */
  static Expression parse(String pattern, String place) {
    RegexParser parser = new RegexParser(pattern, place);
    Expression expression = parser.alternatives();
    if (parser.at < parser.pattern.length) {
      throw parser.broken("there is a ) without its (");
    }
    return expression;
  }

  private Expression alternatives() {
    List<Expression> options = new ArrayList<>();
    do {
      options.add(sequence());
    } while (skip('|'));
    return options.size() == 1 ? options.getFirst() : new Expression.Choice(options);
  }

  private Expression sequence() {
    List<Expression> parts = new ArrayList<>();
    while (at < pattern.length && peek() != '|' && peek() != ')') {
      int start = at;
      Expression atom = atom();
      parts.add(quantified(atom, start));
    }
    return new Expression.Sequence(parts);
  }

  private Expression atom() {
    int c = pattern[at++];
    return switch (c) {
      case '^' -> new Expression.OneOf(CodePointSet.of(TEXT_START));
      case '$' -> new Expression.OneOf(CodePointSet.of(TEXT_END));
      case '.' -> new Expression.OneOf(LINE_END.complement());
      case '(' -> group();
      case '[' -> new Expression.OneOf(bracket());
      case '\\' -> new Expression.OneOf(escape());
      case '*', '+', '?', '{' -> throw broken("there is nothing before the quantifier");
      case ']', '}' -> throw broken("%c must be written \\%c".formatted(c, c));
      default -> new Expression.OneOf(literal(c));
    };
  }

  private CodePointSet literal(int c) {
    if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
      throw broken("a lone surrogate is no character");
    }
    return CodePointSet.of(c);
  }

  private Expression group() {
    if (skip('?') && !skip(':')) {
      throw broken("look-around, named groups and flags are not supported");
    }
    if (++nesting > MAX_NESTING) {
      throw broken("groups are nested deeper than " + MAX_NESTING);
    }
    Expression inside = alternatives();
    nesting--;
    if (!skip(')')) {
      throw broken("a ( has no )");
    }
    return inside;
  }

  private Expression quantified(Expression atom, int start) {
    int min;
    int max;
    if (skip('*')) {
      min = 0;
      max = Expression.UNBOUNDED;
    } else if (skip('+')) {
      min = 1;
      max = Expression.UNBOUNDED;
    } else if (skip('?')) {
      min = 0;
      max = 1;
    } else if (skip('{')) {
      min = number();
      max = skip(',') ? (peek() == '}' ? Expression.UNBOUNDED : number()) : min;
      if (!skip('}')) {
        throw broken("a { has no }");
      }
      if (min > max) {
        throw broken("the quantifier asks for at least %d and at most %d".formatted(min, max));
      }
    } else {
      return atom;
    }
    if (pattern[start] == '^' || pattern[start] == '$') {
      throw broken("an anchor cannot be repeated");
    }
    skip('?'); // lazy: the same texts
    if ("*+?{".indexOf(peek()) >= 0) {
      throw broken("there are two quantifiers in a row");
    }
    return new Expression.Repeat(atom, min, max);
  }

  private int number() {
    int start = at;
    long value = 0;
    while (peek() >= '0' && peek() <= '9') {
      value = Math.min(Integer.MAX_VALUE, value * 10 + (pattern[at++] - '0'));
    }
    if (at == start) {
      throw broken("expected a number in the quantifier");
    }
    if (value > MAX_COUNT) {
      throw broken("a quantifier counts to at most " + MAX_COUNT);
    }
    return (int) value;
  }

  private CodePointSet bracket() {
    boolean negated = skip('^');
    List<CodePointSet.Range> ranges = new ArrayList<>();
    while (!skip(']')) {
      if (at == pattern.length) {
        throw broken("a [ has no ]");
      }
      CodePointSet low = member();
      if (peek() == '-' && at + 1 < pattern.length && pattern[at + 1] != ']') {
        at++;
        ranges.addAll(range(low, member()).ranges());
      } else {
        ranges.addAll(low.ranges());
      }
    }
    CodePointSet set = new CodePointSet(ranges);
    return negated ? set.complement() : set;
  }

  private CodePointSet range(CodePointSet low, CodePointSet high) {
    if (!isSingle(low) || !isSingle(high)) {
      throw broken("a range in [] goes from one character to another");
    }
    int first = low.ranges().getFirst().low();
    int last = high.ranges().getFirst().low();
    if (first > last) {
      throw broken("a range in [] goes backwards");
    }
    return CodePointSet.of(first, last);
  }

  private static boolean isSingle(CodePointSet set) {
    return set.ranges().size() == 1
        && set.ranges().getFirst().low() == set.ranges().getFirst().high();
  }

  private CodePointSet member() {
    int c = pattern[at++];
    if (c != '\\') {
      return literal(c);
    }
    return skip('b') ? of('\b') : escape();
  }

  private CodePointSet escape() {
    if (at == pattern.length) {
      throw broken("there is nothing after the \\");
    }
    int c = pattern[at++];
    return switch (c) {
      case 'd' -> DIGIT;
      case 'D' -> DIGIT.complement();
      case 'w' -> WORD;
      case 'W' -> WORD.complement();
      case 's' -> SPACE;
      case 'S' -> SPACE.complement();
      case 't' -> of('\t');
      case 'n' -> of('\n');
      case 'r' -> of('\r');
      case 'f' -> of('\f');
      case 'v' -> of(0x0B);
      case 'x' -> literal(hex(2));
      case 'u' -> literal(skip('{') ? braced() : hex(4));
      case '0' -> {
        if (peek() >= '0' && peek() <= '9') {
          throw broken("octal escapes are not supported");
        }
        yield of(0);
      }
      default -> {
        if (c >= 0x80 || Character.isLetterOrDigit(c)) {
          throw broken("\\" + Character.toString(c) + " is not supported");
        }
        yield of(c);
      }
    };
  }

  private int braced() {
    int start = at;
    int value = 0;
    while (peek() != '}') {
      value = value * 16 + hex(1);
      if (value > Character.MAX_CODE_POINT) {
        throw broken("\\u{…} is past the last code point");
      }
    }
    if (at == start) {
      throw broken("\\u{} has no digits");
    }
    at++;
    return value;
  }

  private int hex(int digits) {
    int value = 0;
    for (int i = 0; i < digits; i++) {
      int digit = at < pattern.length ? Character.digit(pattern[at], 16) : -1;
      if (digit < 0) {
        throw broken("expected a hexadecimal digit");
      }
      value = value * 16 + digit;
      at++;
    }
    return value;
  }

  /** The next character, or −1 at the end. */
  private int peek() {
    return at < pattern.length ? pattern[at] : -1;
  }

  private boolean skip(char c) {
    if (peek() == c) {
      at++;
      return true;
    }
    return false;
  }

  private GrammarException broken(String problem) {
    return new GrammarException(
        place, "the regular expression is not supported at character " + at + ": " + problem);
  }
}
