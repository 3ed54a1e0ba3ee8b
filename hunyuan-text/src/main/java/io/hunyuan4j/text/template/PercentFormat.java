package io.hunyuan4j.text.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.List;

/**
 * Python's {@code format % values}, of which {@code %s}, {@code %r}, {@code %d}, {@code %i}, {@code
 * %f} (with a precision) and {@code %%} are known.
 */
final class PercentFormat {
  private static final int MAX_PRECISION = 100;
  private static final int DEFAULT_PRECISION = 6;

  private final Text format;
  private final List<Value> values;
  private final Budget budget;
  private final TextBuilder out;
  private int at;
  private int used;

  private PercentFormat(Text format, List<Value> values, Budget budget) {
    this.format = format;
    this.values = values;
    this.budget = budget;
    this.out = new TextBuilder(budget);
  }

  /** {@code format % operand}, where the operand is a tuple of values or one. */
  static Text apply(Text format, Value operand, Budget budget) {
    boolean tuple = operand instanceof Sequence sequence && sequence.kind() == Sequence.Kind.TUPLE;
    List<Value> values = tuple ? ((Sequence) operand).items() : List.of(operand);
    PercentFormat formatting = new PercentFormat(format, values, budget);
    formatting.run();
    // Python lets a dict and a list go unused.
    boolean mayBeUnused = operand instanceof Dict || (operand instanceof Sequence && !tuple);
    if (formatting.used < values.size() && !(mayBeUnused && formatting.used == 0)) {
      throw TemplateException.type("not all arguments converted during string formatting");
    }
    return formatting.out.toText();
  }

  private void run() {
    String chars = format.chars();
    while (at < chars.length()) {
      int percent = chars.indexOf('%', at);
      int end = percent < 0 ? chars.length() : percent;
      out.append(format, at, end);
      at = end;
      if (percent >= 0) {
        budget.step();
        conversion();
      }
    }
  }

  private void conversion() {
    int start = at++;
    int precision = precision();
    if (at >= format.length()) {
      throw TemplateException.value("incomplete format");
    }
    char conversion = format.chars().charAt(at++);
    boolean precise = precision != DEFAULT_PRECISION;
    switch (conversion) {
      case '%' -> out.append(format, at - 1, at);
      case 's' -> {
        refuse(precise, start);
        Printer.print(next(), out, budget);
      }
      case 'r' -> {
        refuse(precise, start);
        Printer.repr(next(), out, budget);
      }
      case 'd', 'i' -> {
        refuse(precise, start);
        out.appendForeign(whole(next()).toString());
      }
      case 'f' -> out.appendForeign(fixed(next(), precision));
      default -> refuse(true, start);
    }
  }

  private int precision() {
    String chars = format.chars();
    if (at >= chars.length() || chars.charAt(at) != '.') {
      return DEFAULT_PRECISION;
    }
    int digits = ++at;
    while (at < chars.length() && chars.charAt(at) >= '0' && chars.charAt(at) <= '9') {
      at++;
    }
    if (at - digits > 3) {
      throw TemplateException.limit("a precision of more than " + MAX_PRECISION + " digits");
    }
    int precision = at == digits ? 0 : Integer.parseInt(chars.substring(digits, at));
    if (precision > MAX_PRECISION) {
      throw TemplateException.limit("a precision of more than " + MAX_PRECISION + " digits");
    }
    return precision;
  }

  private void refuse(boolean refused, int start) {
    if (refused) {
      throw TemplateException.notSupported(
          "the conversion '" + format.chars().substring(start, at) + "' of a format");
    }
  }

  private Value next() {
    if (used >= values.size()) {
      throw TemplateException.type("not enough arguments for format string");
    }
    return values.get(used++);
  }

  private static BigInteger whole(Value value) {
    BigInteger whole = Numbers.whole(value);
    if (whole != null) {
      return whole;
    }
    if (value instanceof Value.Real real && Double.isFinite(real.value())) {
      return new BigDecimal(real.value()).toBigInteger();
    }
    throw TemplateException.type("%d format: a real number is required, not " + Types.name(value));
  }

  private static String fixed(Value value, int precision) {
    if (!Numbers.isNumber(value)) {
      throw TemplateException.type("must be real number, not " + Types.name(value));
    }
    double real = Numbers.real(value);
    if (!Double.isFinite(real)) {
      return Numbers.repr(real);
    }
    String digits =
        new BigDecimal(real).setScale(precision, RoundingMode.HALF_EVEN).toPlainString();
    boolean lostSign = (real < 0 || 1 / real < 0) && !digits.startsWith("-");
    return lostSign ? "-" + digits : digits;
  }
}
