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
  private static final CodePointSet DIGIT = CodePointSet.of('0', '9');
  private static final CodePointSet WORD =
      DIGIT.with(CodePointSet.of('a', 'z')).with(CodePointSet.of('A', 'Z')).with(of('_'));
  private static final CodePointSet LINE_END = of('\n', '\r', 0x2028, 0x2029);
  private static final CodePointSet SPACE =
      of('\t', 0x0B, '\f', ' ', 0xA0, 0x1680, 0x202F, 0x205F, 0x3000, 0xFEFF)
          .with(CodePointSet.of(0x2000, 0x200A))
          .with(LINE_END);

  private final CodePointReader pattern;
  private final String place;
  private int nesting;

  private RegexParser(String pattern, String place) {
    this.pattern = new CodePointReader(pattern, this::broken);
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
    if (!parser.pattern.isAtEnd()) {
      throw parser.broken("there is a ) without its (");
    }
    return expression;
  }

  /** Whether an expression is {@code ^} or {@code $}. */
  static boolean isAnchor(Expression expression) {
    return expression instanceof Expression.OneOf one
        && !one.set().isEmpty()
        && one.set().ranges().getFirst().low() > Character.MAX_CODE_POINT;
  }

  private Expression alternatives() {
    List<Expression> options = new ArrayList<>();
    do {
      options.add(sequence());
    } while (pattern.skip('|'));
    return options.size() == 1 ? options.getFirst() : new Expression.Choice(options);
  }

  private Expression sequence() {
    List<Expression> parts = new ArrayList<>();
    while (!pattern.isAtEnd() && pattern.peek() != '|' && pattern.peek() != ')') {
      parts.add(quantified(atom()));
    }
    return new Expression.Sequence(parts);
  }

  private Expression atom() {
    int c = pattern.next();
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
    return CodePointSet.of(pattern.character(c));
  }

  private Expression group() {
    if (pattern.skip('?') && !pattern.skip(':')) {
      throw broken("look-around, named groups and flags are not supported");
    }
    if (++nesting > MAX_NESTING) {
      throw broken("groups are nested deeper than " + MAX_NESTING);
    }
    Expression inside = alternatives();
    nesting--;
    if (!pattern.skip(')')) {
      throw broken("a ( has no )");
    }
    return inside;
  }

  private Expression quantified(Expression atom) {
    int min;
    int max;
    if (pattern.skip('*')) {
      min = 0;
      max = Expression.UNBOUNDED;
    } else if (pattern.skip('+')) {
      min = 1;
      max = Expression.UNBOUNDED;
    } else if (pattern.skip('?')) {
      min = 0;
      max = 1;
    } else if (pattern.skip('{')) {
      min = pattern.count();
      max =
          pattern.skip(',')
              ? (pattern.peek() == '}' ? Expression.UNBOUNDED : pattern.count())
              : min;
      if (!pattern.skip('}')) {
        throw broken("a { has no }");
      }
      if (min > max) {
        throw broken("the quantifier asks for at least %d and at most %d".formatted(min, max));
      }
    } else {
      return atom;
    }
    if (isAnchor(atom)) {
      throw broken("an anchor cannot be repeated");
    }
    pattern.skip('?'); // lazy: the same texts
    if ("*+?{".indexOf(pattern.peek()) >= 0) {
      throw broken("there are two quantifiers in a row");
    }
    return new Expression.Repeat(atom, min, max);
  }

  private CodePointSet bracket() {
    boolean negated = pattern.skip('^');
    List<CodePointSet.Range> ranges = new ArrayList<>();
    while (!pattern.skip(']')) {
      if (pattern.isAtEnd()) {
        throw broken("a [ has no ]");
      }
      CodePointSet low = member();
      if (pattern.peek() == '-'
          && pattern.peek(1) != ']'
          && pattern.peek(1) != CodePointReader.END) {
        pattern.next();
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
    int c = pattern.next();
    if (c != '\\') {
      return literal(c);
    }
    return pattern.skip('b') ? of('\b') : escape();
  }

  private CodePointSet escape() {
    if (pattern.isAtEnd()) {
      throw broken("there is nothing after the \\");
    }
    int c = pattern.next();
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
      case 'x' -> literal(pattern.hexadecimal(2));
      case 'u' -> literal(pattern.skip('{') ? braced() : pattern.hexadecimal(4));
      case '0' -> {
        if (pattern.peek() >= '0' && pattern.peek() <= '9') {
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
    int start = pattern.position();
    int value = 0;
    while (pattern.peek() != '}') {
      value = value * 16 + pattern.hexadecimal(1);
      if (value > Character.MAX_CODE_POINT) {
        throw broken("\\u{…} is past the last code point");
      }
    }
    if (pattern.position() == start) {
      throw broken("\\u{} has no digits");
    }
    pattern.next();
    return value;
  }

  private GrammarException broken(String problem) {
    return new GrammarException(
        place,
        "the regular expression is not supported at character "
            + pattern.position()
            + ": "
            + problem);
  }
}
