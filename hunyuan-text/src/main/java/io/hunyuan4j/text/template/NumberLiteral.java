package io.hunyuan4j.text.template;

import java.math.BigInteger;

/** Numbers as a template writes them, which is as Python does: {@code 1_000}, {@code 0x1f}. */
final class NumberLiteral {
  /** More digits than any number of {@link Value.Int#MAX_BITS} bits has. */
  private static final int MAX_DIGITS = 5000;

  private NumberLiteral() {}

  /** The end of the float that begins at {@code at}; {@code at} itself if none does. */
  static int endOfFloat(String source, int at) {
    int whole = endOfDigits(source, at, 10);
    int end = whole;
    if (isAt(source, whole, '.')) {
      int fraction = endOfDigits(source, whole + 1, 10);
      end = fraction > whole + 1 ? fraction : whole;
    }
    if (isAt(source, end, 'e') || isAt(source, end, 'E')) {
      int sign = isAt(source, end + 1, '+') || isAt(source, end + 1, '-') ? end + 2 : end + 1;
      int exponent = endOfDigits(source, sign, 10);
      end = exponent > sign ? exponent : end;
    }
    return end > whole ? end : at;
  }

  /** The end of the whole number that begins at {@code at} with a digit. */
  static int endOfInteger(String source, int at) {
    int radix = radix(source, at);
    int end = radix == 10 ? at : endOfDigits(source, at + 2, radix);
    if (end > at + 2) {
      return end;
    }
    // A number that begins with 0 is a row of zeros.
    int digits = endOfDigits(source, at, 10);
    if (source.charAt(at) == '0') {
      int zeros = at;
      while (zeros < digits && (source.charAt(zeros) == '0' || source.charAt(zeros) == '_')) {
        zeros++;
      }
      return source.charAt(zeros - 1) == '_' ? zeros - 1 : zeros;
    }
    return digits;
  }

  private static int radix(String source, int at) {
    if (source.charAt(at) != '0' || at + 1 >= source.length()) {
      return 10;
    }
    return switch (source.charAt(at + 1)) {
      case 'x', 'X' -> 16;
      case 'o', 'O' -> 8;
      case 'b', 'B' -> 2;
      default -> 10;
    };
  }

  /** Digits, with single underscores between them. */
  private static int endOfDigits(String source, int from, int radix) {
    int end = from;
    while (isDigit(source, end, radix)
        || (isAt(source, end, '_') && end > from && isDigit(source, end + 1, radix))) {
      end++;
    }
    return end;
  }

  private static boolean isDigit(String source, int at, int radix) {
    return at < source.length()
        && source.charAt(at) < 0x80
        && Character.digit(source.charAt(at), radix) >= 0;
  }

  private static boolean isAt(String source, int at, char c) {
    return at < source.length() && source.charAt(at) == c;
  }

  static Value.Int integer(String literal, int line) {
    String digits = literal.replace("_", "");
    int radix = radix(digits, 0);
    if (digits.length() > MAX_DIGITS) {
      throw TemplateException.syntax(line, "a number has more than " + MAX_DIGITS + " digits");
    }
    try {
      return new Value.Int(new BigInteger(radix == 10 ? digits : digits.substring(2), radix));
    } catch (TemplateException e) {
      throw e.at(line);
    }
  }

  static Value.Real real(String literal) {
    return new Value.Real(Double.parseDouble(literal.replace("_", "")));
  }
}
