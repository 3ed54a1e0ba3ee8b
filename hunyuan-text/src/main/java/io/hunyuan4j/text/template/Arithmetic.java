package io.hunyuan4j.text.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Python's operators on two values that give a new one. */
enum Arithmetic {
  ADD("+"),
  SUBTRACT("-"),
  MULTIPLY("*"),
  DIVIDE("/"),
  FLOOR_DIVIDE("//"),
  MODULO("%");

  /** Two digits more than a float holds, so that rounding twice is rounding once. */
  private static final MathContext QUOTIENT = new MathContext(40);

  private static final int BITS_PER_CHARACTER = 16;

  private final String symbol;

  Arithmetic(String symbol) {
    this.symbol = symbol;
  }

  Value apply(Value left, Value right, Budget budget) {
    if (left instanceof Undefined undefined) {
      throw undefined.used();
    }
    if (this == MODULO && left instanceof Text) {
      throw TemplateException.notSupported("a string before %");
    }
    if (right instanceof Undefined undefined) {
      throw undefined.used();
    }
    BigInteger a = Numbers.whole(left);
    BigInteger b = Numbers.whole(right);
    if (a != null && b != null) {
      // 4,096 bits are multiplied or divided in some microseconds, and take half a kilobyte.
      budget.scan((long) a.bitLength() + b.bitLength());
      budget.characters(Math.max(a.bitLength(), b.bitLength()) / BITS_PER_CHARACTER);
      return ofWhole(a, b);
    }
    if (Numbers.isNumber(left) && Numbers.isNumber(right)) {
      return new Value.Real(ofReal(Numbers.real(left), Numbers.real(right)));
    }
    Value joined =
        switch (this) {
          case ADD -> add(left, right, budget);
          case MULTIPLY -> repeat(left, right, budget);
          case SUBTRACT, DIVIDE, FLOOR_DIVIDE, MODULO -> null;
        };
    if (joined == null) {
      throw TemplateException.type(
          "unsupported operand type(s) for %s: '%s' and '%s'"
              .formatted(symbol, Types.name(left), Types.name(right)));
    }
    return joined;
  }

  private Value ofWhole(BigInteger a, BigInteger b) {
    return switch (this) {
      case ADD -> new Value.Int(a.add(b));
      case SUBTRACT -> new Value.Int(a.subtract(b));
      case MULTIPLY -> new Value.Int(a.multiply(b));
      case DIVIDE -> {
        requireDivisor(b, "division by zero");
        double quotient = new BigDecimal(a).divide(new BigDecimal(b), QUOTIENT).doubleValue();
        if (Double.isInfinite(quotient)) {
          throw TemplateException.overflow("integer division result too large for a float");
        }
        yield new Value.Real(quotient);
      }
      case FLOOR_DIVIDE -> {
        requireDivisor(b, "integer division or modulo by zero");
        BigInteger[] parts = a.divideAndRemainder(b);
        boolean down = parts[1].signum() != 0 && parts[1].signum() != b.signum();
        yield new Value.Int(down ? parts[0].subtract(BigInteger.ONE) : parts[0]);
      }
      case MODULO -> {
        requireDivisor(b, "integer modulo by zero");
        BigInteger rest = a.remainder(b);
        yield new Value.Int(rest.signum() != 0 && rest.signum() != b.signum() ? rest.add(b) : rest);
      }
    };
  }

  private static void requireDivisor(BigInteger divisor, String problem) {
    if (divisor.signum() == 0) {
      throw TemplateException.zeroDivision(problem);
    }
  }

  private double ofReal(double a, double b) {
    return switch (this) {
      case ADD -> a + b;
      case SUBTRACT -> a - b;
      case MULTIPLY -> a * b;
      case DIVIDE -> {
        requireDivisor(b, "float division by zero");
        yield a / b;
      }
      case FLOOR_DIVIDE -> {
        requireDivisor(b, "float floor division by zero");
        double rest = modulo(a, b);
        double quotient = (a - rest) / b;
        yield quotient == 0 ? Math.copySign(0, a / b) : Math.rint(quotient);
      }
      case MODULO -> {
        requireDivisor(b, "float modulo");
        yield modulo(a, b);
      }
    };
  }

  private static void requireDivisor(double divisor, String problem) {
    if (divisor == 0) {
      throw TemplateException.zeroDivision(problem);
    }
  }

  /** With the sign of the divisor. */
  private static double modulo(double a, double b) {
    double rest = a % b;
    if (rest == 0) {
      return Math.copySign(0, b);
    }
    return rest < 0 != b < 0 ? rest + b : rest;
  }

  /** Text and text, or list and list; null where there is no such sum. */
  private static @Nullable Value add(Value left, Value right, Budget budget) {
    if (left instanceof Text a) {
      if (right instanceof Text b) {
        return a.length() == 0 ? b : new TextBuilder(budget).append(a).append(b).toText();
      }
      throw TemplateException.type(
          "can only concatenate str (not \"" + Types.name(right) + "\") to str");
    }
    if (!(left instanceof Sequence a)
        || (a.kind() != Sequence.Kind.LIST && a.kind() != Sequence.Kind.TUPLE)) {
      return null;
    }
    if (right instanceof Sequence b && a.kind() == b.kind()) {
      budget.elements(a.items().size() + (long) b.items().size());
      List<Value> items = new ArrayList<>(a.items());
      items.addAll(b.items());
      return new Sequence(a.kind(), items);
    }
    throw TemplateException.type(
        "can only concatenate %s (not \"%s\") to %s"
            .formatted(Types.name(a), Types.name(right), Types.name(a)));
  }

  /** A text or list so many times; null where there is no such product. */
  private static @Nullable Value repeat(Value left, Value right, Budget budget) {
    boolean countFirst = Numbers.whole(left) != null;
    Value repeated = countFirst ? right : left;
    Value count = countFirst ? left : right;
    boolean list =
        repeated instanceof Sequence sequence
            && (sequence.kind() == Sequence.Kind.LIST || sequence.kind() == Sequence.Kind.TUPLE);
    if (!(repeated instanceof Text) && !list) {
      return null;
    }
    if (Numbers.whole(count) == null) {
      throw TemplateException.type(
          "can't multiply sequence by non-int of type '" + Types.name(count) + "'");
    }
    long times = Math.max(0, Types.index(count));
    if (repeated instanceof Sequence sequence) {
      budget.elements(times * sequence.items().size());
      List<Value> items = new ArrayList<>();
      for (long i = 0; !sequence.items().isEmpty() && i < times; i++) {
        items.addAll(sequence.items());
      }
      return new Sequence(sequence.kind(), items);
    }
    Text text = (Text) repeated;
    TextBuilder builder = new TextBuilder(budget);
    for (long i = 0; text.length() > 0 && i < times; i++) {
      builder.append(text);
    }
    return builder.toText();
  }
}
