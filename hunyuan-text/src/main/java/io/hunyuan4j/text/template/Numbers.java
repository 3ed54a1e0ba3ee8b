package io.hunyuan4j.text.template;

import java.math.BigDecimal;
import java.math.BigInteger;
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

  /**
   * The whole number that a text spells, as the filter {@code int} reads it: that of a decimal
   * fraction is what it has before its point. Null if the text spells none.
   */
  static @Nullable BigInteger parse(String text) {
    if (text.length() > Value.Int.MAX_BITS) {
      return null;
    }
    String number = text.strip().replaceAll("(?<=[0-9])_(?=[0-9])", "");
    if (number.matches("[+-]?[0-9]+")) {
      return new BigInteger(number);
    }
    if (!number.matches("[+-]?([0-9]+\\.?|[0-9]*\\.[0-9]+)([eE][+-]?[0-9]+)?")) {
      return null;
    }
    double real = Double.parseDouble(number);
    return Double.isFinite(real) ? new BigDecimal(real).toBigInteger() : null;
  }
}
