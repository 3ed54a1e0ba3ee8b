package io.hunyuan4j.text.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Filters that give numbers. */
final class NumberFilters {
  private static final int MAX_DIGITS = 300;

  private NumberFilters() {}

  static Map<String, Filter> all() {
    return Map.of(
        "int", NumberFilters::whole,
        "float", NumberFilters::real,
        "abs", NumberFilters::absolute,
        "round", NumberFilters::round);
  }

  private static Value whole(Value input, Arguments arguments, Budget budget) {
    var given = arguments.bind("int", 0, "default", "base");
    if (given.number(1, 10) != 10) {
      throw TemplateException.notSupported("the filter 'int' with another base than 10");
    }
    if (input instanceof Text text) {
      budget.read(text.length());
    }
    BigInteger whole =
        input instanceof Text text ? Numbers.parseWhole(text.chars()) : truncated(input);
    if (whole == null && input instanceof Text text) {
      Double real = Numbers.parseReal(text.chars());
      whole = real == null ? null : truncated(new Value.Real(real));
    }
    return whole == null ? given.get(0, Value.Int.of(0)) : new Value.Int(whole);
  }

  private static @Nullable BigInteger truncated(Value value) {
    BigInteger whole = Numbers.whole(value);
    if (whole != null) {
      return whole;
    }
    if (value instanceof Undefined undefined) {
      throw undefined.used();
    }
    return value instanceof Value.Real real && Double.isFinite(real.value())
        ? new BigDecimal(real.value()).toBigInteger()
        : null;
  }

  private static Value real(Value input, Arguments arguments, Budget budget) {
    var given = arguments.bind("float", 0, "default");
    if (input instanceof Undefined undefined) {
      throw undefined.used();
    }
    if (Numbers.isNumber(input)) {
      return new Value.Real(Numbers.real(input));
    }
    Double real = null;
    if (input instanceof Text text) {
      budget.read(text.length());
      real = Numbers.parseReal(text.chars());
    }
    return real == null ? given.get(0, new Value.Real(0)) : new Value.Real(real);
  }

  private static Value absolute(Value input, Arguments arguments, Budget budget) {
    arguments.requireNone("abs");
    BigInteger whole = Numbers.whole(input);
    if (whole != null) {
      return new Value.Int(whole.abs());
    }
    if (input instanceof Value.Real real) {
      return new Value.Real(Math.abs(real.value()));
    }
    if (input instanceof Undefined undefined) {
      throw undefined.used();
    }
    throw TemplateException.type("bad operand type for abs(): '" + Types.name(input) + "'");
  }

  private static Value round(Value input, Arguments arguments, Budget budget) {
    var given = arguments.bind("round", 0, "precision", "method");
    int precision = given.number(0, 0);
    String method = given.find(1) == null ? "common" : given.text(1).chars();
    if (input instanceof Undefined undefined) {
      throw undefined.used();
    }
    if (!Numbers.isNumber(input)) {
      throw TemplateException.type(
          "type " + Types.name(input) + " doesn't define __round__ method");
    }
    if (Math.abs((long) precision) > MAX_DIGITS) {
      throw TemplateException.limit("rounding to more than " + MAX_DIGITS + " digits");
    }
    BigInteger whole = Numbers.whole(input);
    if (whole != null && method.equals("common")) {
      return new Value.Int(
          new BigDecimal(whole)
              .setScale(Math.min(precision, 0), RoundingMode.HALF_EVEN)
              .toBigInteger());
    }
    double real = Numbers.real(input);
    if (!Double.isFinite(real)) {
      return new Value.Real(real);
    }
    return switch (method) {
      case "common" ->
          new Value.Real(
              withSign(
                  new BigDecimal(real).setScale(precision, RoundingMode.HALF_EVEN).doubleValue(),
                  real));
      case "ceil" -> scaled(Math.ceil(real * power(precision)), precision);
      case "floor" -> scaled(Math.floor(real * power(precision)), precision);
      default -> throw TemplateException.filterArgument("method must be common, ceil or floor");
    };
  }

  private static double withSign(double rounded, double real) {
    return rounded == 0 ? Math.copySign(0, real) : rounded;
  }

  private static double power(int precision) {
    return StrictMath.pow(10, precision);
  }

  private static Value scaled(double whole, int precision) {
    return new Value.Real((whole == 0 ? 0 : whole) / power(precision));
  }
}
