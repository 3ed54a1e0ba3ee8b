package io.hunyuan4j.text.template;

import java.time.Clock;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;

/** The functions that every template can call. */
final class Globals {
  /** Of the sandbox. */
  private static final int MAX_RANGE = 100_000;

  private static final Signature RAISE = Signature.of("raise_exception", 1, "message");
  private static final Signature NOW = Signature.of("strftime_now", 1, "format");

  private final Budget budget;
  private final Clock clock;

  Globals(Budget budget, Clock clock) {
    this.budget = budget;
    this.clock = clock;
  }

  /** A scope with all of them. */
  Scope scope() {
    Scope scope = Scope.outermost();
    scope.set("range", new Function("range", this::range));
    scope.set("dict", new Function("dict", this::dict));
    scope.set("namespace", new Function("namespace", this::namespace));
    scope.set("raise_exception", new Function("raise_exception", this::raise));
    scope.set("strftime_now", new Function("strftime_now", this::now));
    return scope;
  }

  /**
   * Fails if a call asks a function for what is not supported.
   *
   * @param function the name that is called, of one of these functions or not
   */
  static void check(String function, Expr.CallArguments arguments, int line) {
    switch (function) {
      case "cycler", "joiner", "lipsum" ->
          throw TemplateException.notSupported(line, "the function '" + function + "'");
      case "dict", "namespace" -> {
        if (!arguments.positional().isEmpty()) {
          throw TemplateException.notSupported(
              line, "the function '" + function + "' with an argument without a name");
        }
      }
      case "strftime_now" -> {
        if (!arguments.positional().isEmpty()
            && arguments.positional().getFirst() instanceof Expr.Literal(Text format)) {
          TimeFormat.check(format.chars(), line);
        }
      }
      default -> {}
    }
  }

  private Value range(Arguments arguments) {
    List<Value> given = arguments.positional();
    if (given.isEmpty() || given.size() > 3 || !arguments.named().isEmpty()) {
      throw TemplateException.type(
          "range expected 1 to 3 arguments, got " + (given.size() + arguments.named().size()));
    }
    long start = given.size() == 1 ? 0 : Types.index(given.get(0));
    long stop = Types.index(given.size() == 1 ? given.get(0) : given.get(1));
    long step = given.size() < 3 ? 1 : Types.index(given.get(2));
    if (step == 0) {
      throw TemplateException.value("range() arg 3 must not be zero");
    }
    long count = Math.max(0, Math.ceilDiv(stop - start, step));
    if (count > MAX_RANGE) {
      throw TemplateException.overflow(
          "Range too big. The sandbox blocks ranges larger than MAX_RANGE (%d)."
              .formatted(MAX_RANGE));
    }
    budget.elements(count);
    List<Value> items = new ArrayList<>((int) count);
    for (long i = 0; i < count; i++) {
      items.add(Value.Int.of(start + i * step));
    }
    return new Sequence(Sequence.Kind.RANGE, items);
  }

  private Value dict(Arguments arguments) {
    requireNamed("dict", arguments);
    Dict.Builder dict = new Dict.Builder();
    arguments.named().forEach((name, value) -> dict.put(Text.own(name), value));
    return dict.build();
  }

  private Value namespace(Arguments arguments) {
    requireNamed("namespace", arguments);
    Namespace namespace = new Namespace();
    namespace.attributes().putAll(arguments.named());
    return namespace;
  }

  private void requireNamed(String function, Arguments arguments) {
    budget.elements(4L * arguments.named().size());
    if (!arguments.positional().isEmpty()) {
      throw TemplateException.notSupported(
          "the function '" + function + "' with an argument without a name");
    }
  }

  private Value raise(Arguments arguments) {
    Value message = arguments.bind(RAISE).get(0);
    throw TemplateException.raised(Printer.text(message, budget).chars());
  }

  private Value now(Arguments arguments) {
    Text format = arguments.bind(NOW).text(0);
    budget.read(format.length());
    TextBuilder out = new TextBuilder(budget);
    TimeFormat.print(LocalDateTime.now(clock), format, out);
    return out.toText();
  }
}
