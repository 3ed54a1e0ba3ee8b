package io.hunyuan4j.text.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Python's numbers: whole ones, floats, and True and False, which are 1 and 0. */
final class Numbers {
  /** The exponent from which {@code repr} of a float writes one. */
  private static final int FIRST_LARGE_EXPONENT = 16;

  private static final int FIRST_SMALL_EXPONENT = -5;

  private Numbers() {}

  static boolean isNumber(Value value) {
    return value instanceof Value.Int || value instanceof Value.Bool || value instanceof Value.Real;
  }

  /** The whole number that a value is; null if it is none. */
  static @Nullable BigInteger whole(Value value) {
    return switch (value) {
      case Value.Int whole -> whole.value();
      case Value.Bool bool -> bool.value() ? BigInteger.ONE : BigInteger.ZERO;
      default -> null;
    };
  }

  /** A number as a float. */
  static double real(Value number) {
    if (number instanceof Value.Real real) {
      return real.value();
    }
    BigInteger whole = whole(number);
    double real = whole == null ? Double.NaN : whole.doubleValue();
    if (Double.isInfinite(real)) {
      throw TemplateException.overflow("int too large to convert to float");
    }
    return real;
  }

  /** Below, at or above 0; null where one is not a number. */
  static @Nullable Integer compare(Value left, Value right) {
    BigInteger a = whole(left);
    BigInteger b = whole(right);
    if (a != null && b != null) {
      return a.compareTo(b);
    }
    double x = a == null ? real(left) : 0;
    double y = b == null ? real(right) : 0;
    if (Double.isNaN(x) || Double.isNaN(y)) {
      return null;
    }
    if (Double.isInfinite(x) || Double.isInfinite(y)) {
      return Double.compare(x, y);
    }
    return exact(a, x).compareTo(exact(b, y));
  }

  private static BigDecimal exact(@Nullable BigInteger whole, double real) {
    return whole == null ? new BigDecimal(real) : new BigDecimal(whole);
  }

  /** {@code repr} of a float: the shortest digits that round back to it. */
  static String repr(double real) {
    if (Double.isNaN(real)) {
      return "nan";
    }
    if (Double.isInfinite(real)) {
      return real > 0 ? "inf" : "-inf";
    }
    if (real == 0) {
      return 1 / real < 0 ? "-0.0" : "0.0";
    }
    BigDecimal shortest = new BigDecimal(Double.toString(real)).stripTrailingZeros();
    String digits = shortest.unscaledValue().abs().toString();
    int exponent = digits.length() - 1 - shortest.scale(); // of the first digit
    String sign = real < 0 ? "-" : "";
    if (exponent >= FIRST_LARGE_EXPONENT || exponent <= FIRST_SMALL_EXPONENT) {
      String fraction = digits.length() > 1 ? "." + digits.substring(1) : "";
      return "%s%s%se%s%02d"
          .formatted(
              sign, digits.charAt(0), fraction, exponent < 0 ? "-" : "+", Math.abs(exponent));
    }
    String plain = shortest.abs().toPlainString();
    return sign + plain + (plain.indexOf('.') < 0 ? ".0" : "");
  }

  /** What {@code int(text)} gives for base 10, or null if the text is no whole number. */
  static @Nullable BigInteger parseWhole(String text) {
    String digits = withoutUnderscores(stripped(text));
    if (digits == null || digits.length() > Value.Int.MAX_BITS) {
      return null;
    }
    try {
      return new BigInteger(digits);
    } catch (NumberFormatException e) {
      return null;
    }
  }

  /** What {@code float(text)} gives, or null if the text is no number. */
  static @Nullable Double parseReal(String text) {
    String number = withoutUnderscores(stripped(text));
    if (number == null || number.isEmpty() || number.length() > Value.Int.MAX_BITS) {
      return null;
    }
    String unsigned =
        number.charAt(0) == '-' || number.charAt(0) == '+' ? number.substring(1) : number;
    double sign = number.charAt(0) == '-' ? -1 : 1;
    switch (unsigned.toLowerCase(Locale.ROOT)) {
      case "inf", "infinity" -> {
        return sign * Double.POSITIVE_INFINITY;
      }
      case "nan" -> {
        return Double.NaN;
      }
      default -> {
        // Java would also take suffixes, hexadecimal numbers and a sign after the sign.
        boolean decimal =
            !unsigned.isEmpty()
                && unsigned.chars().allMatch(c -> "0123456789.eE+-".indexOf(c) >= 0)
                && "+-".indexOf(unsigned.charAt(0)) < 0;
        try {
          return decimal ? sign * Double.parseDouble(unsigned) : null;
        } catch (NumberFormatException e) {
          return null;
        }
      }
    }
  }

  private static String stripped(String text) {
    int start = 0;
    int end = text.length();
    while (start < end && Characters.isSpace(text.charAt(start))) {
      start++;
    }
    while (end > start && Characters.isSpace(text.charAt(end - 1))) {
      end--;
    }
    return text.substring(start, end);
  }

  /** Null where an underscore is not between digits. */
  private static @Nullable String withoutUnderscores(String number) {
    for (int at = number.indexOf('_'); at >= 0; at = number.indexOf('_', at + 1)) {
      boolean between =
          at > 0
              && at + 1 < number.length()
              && Character.isDigit(number.charAt(at - 1))
              && Character.isDigit(number.charAt(at + 1));
      if (!between) {
        return null;
      }
    }
    return number.replace("_", "");
  }
}
