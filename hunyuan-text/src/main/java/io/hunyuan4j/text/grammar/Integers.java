package io.hunyuan4j.text.grammar;

import io.hunyuan4j.text.grammar.Expression.OneOf;
import io.hunyuan4j.text.grammar.Expression.Repeat;
import io.hunyuan4j.text.grammar.Expression.Text;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whole numbers within bounds, as texts: no zeros in front, no {@code -0}. */
final class Integers {
  /** How many digits a number without a bound may have: so many are exact in a double. */
  static final int MOST_DIGITS = 15;

  private static final BigInteger LIMIT = BigInteger.TEN.pow(MOST_DIGITS);

  private Integers() {}

  /** Zero, or up to {@link #MOST_DIGITS} digits of which the first is not 0. */
  static Expression digits() {
    return Expression.choice(
        new Text("0"), Expression.sequence(digit('1', '9'), anyDigits(0, MOST_DIGITS - 1)));
  }

  /**
   * The numbers from {@code min} to {@code max}. A bound that is null is 10¹⁵ away from zero, or
   * from the other bound if that is larger.
   */
  static Expression between(@Nullable BigInteger min, @Nullable BigInteger max) {
    BigInteger low = min;
    BigInteger high = max;
    if (low == null) {
      low = LIMIT.negate().add(BigInteger.ONE);
      low = high == null || low.compareTo(high) < 0 ? low : high.subtract(LIMIT);
    }
    if (high == null) {
      high = LIMIT.subtract(BigInteger.ONE);
      high = high.compareTo(low) > 0 ? high : low.add(LIMIT);
    }
    List<Expression> options = new ArrayList<>();
    if (low.signum() < 0) {
      BigInteger least = high.signum() < 0 ? high.negate() : BigInteger.ONE;
      magnitudes(least, low.negate(), new Text("-"), options);
    }
    if (low.signum() <= 0 && high.signum() >= 0) {
      options.add(new Text("0"));
    }
    if (high.signum() > 0) {
      magnitudes(low.max(BigInteger.ONE), high, Expression.EMPTY, options);
    }
    return new Expression.Choice(options);
  }

  private static void magnitudes(
      BigInteger low, BigInteger high, Expression sign, List<Expression> options) {
    if (low.compareTo(high) > 0) {
      return;
    }
    String from = low.toString();
    String to = high.toString();
    // Lengths of which all numbers are wanted are one option: few states, however many they are.
    int firstWhole = from.equals(smallest(from.length())) ? from.length() : from.length() + 1;
    int lastWhole = to.equals(largest(to.length())) ? to.length() : to.length() - 1;
    if (firstWhole <= lastWhole) {
      Expression further = anyDigits(firstWhole - 1, lastWhole - 1);
      options.add(Expression.sequence(sign, digit('1', '9'), further));
    }
    if (from.length() == to.length()) {
      if (firstWhole > lastWhole) {
        options.add(Expression.sequence(sign, sameLength(from, to)));
      }
      return;
    }
    if (from.length() < firstWhole) {
      options.add(Expression.sequence(sign, sameLength(from, largest(from.length()))));
    }
    if (to.length() > lastWhole) {
      options.add(Expression.sequence(sign, sameLength(smallest(to.length()), to)));
    }
  }

  /** The smallest number of so many digits. */
  private static String smallest(int digits) {
    return "1" + "0".repeat(digits - 1);
  }

  /** The largest number of so many digits. */
  private static String largest(int digits) {
    return "9".repeat(digits);
  }

  /** The numbers between two of the same number of digits. */
  private static Expression sameLength(String from, String to) {
    int common = 0;
    while (common < from.length() && from.charAt(common) == to.charAt(common)) {
      common++;
    }
    Text start = new Text(from.substring(0, common));
    if (common == from.length()) {
      return start;
    }
    List<Expression> options = new ArrayList<>();
    char first = from.charAt(common);
    char last = to.charAt(common);
    int rest = from.length() - common - 1;
    options.add(Expression.sequence(text(first), atLeast(from.substring(common + 1))));
    if (first + 1 < last) {
      options.add(
          Expression.sequence(digit((char) (first + 1), (char) (last - 1)), anyDigits(rest, rest)));
    }
    options.add(Expression.sequence(text(last), atMost(to.substring(common + 1))));
    return Expression.sequence(start, new Expression.Choice(options));
  }

  /**
   * Digits that are at least these, of the same number. Each option leaves them one digit later.
   */
  private static Expression atLeast(String digits) {
    List<Expression> options = new ArrayList<>(List.of(new Text(digits)));
    for (int i = 0; i < digits.length(); i++) {
      if (digits.charAt(i) < '9') {
        int rest = digits.length() - i - 1;
        options.add(
            Expression.sequence(
                new Text(digits.substring(0, i)),
                digit((char) (digits.charAt(i) + 1), '9'),
                anyDigits(rest, rest)));
      }
    }
    return new Expression.Choice(options);
  }

  private static Expression atMost(String digits) {
    List<Expression> options = new ArrayList<>(List.of(new Text(digits)));
    for (int i = 0; i < digits.length(); i++) {
      if (digits.charAt(i) > '0') {
        int rest = digits.length() - i - 1;
        options.add(
            Expression.sequence(
                new Text(digits.substring(0, i)),
                digit('0', (char) (digits.charAt(i) - 1)),
                anyDigits(rest, rest)));
      }
    }
    return new Expression.Choice(options);
  }

  private static Text text(char digit) {
    return new Text(String.valueOf(digit));
  }

  private static Expression digit(char low, char high) {
    return new OneOf(CodePointSet.of(low, high));
  }

  private static Expression anyDigits(int min, int max) {
    return new Repeat(digit('0', '9'), min, max);
  }
}
