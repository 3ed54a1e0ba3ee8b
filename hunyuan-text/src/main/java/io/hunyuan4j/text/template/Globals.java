package io.hunyuan4j.text.template;

import java.time.Clock;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;

/** The functions that every template can call. */
final class Globals {
  /** Of the sandbox. */
  private static final int MAX_RANGE = 100_000;

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
    budget.characters(count);
    List<Value> items = new ArrayList<>((int) count);
    for (long i = 0; i < count; i++) {
      items.add(Value.Int.of(start + i * step));
    }
    return new Sequence(Sequence.Kind.RANGE, items);
  }

  private Value dict(Arguments arguments) {
    return entries("dict", arguments);
  }

  private Value namespace(Arguments arguments) {
    Namespace namespace = new Namespace();
    for (Dict.Entry entry : entries("namespace", arguments).entries()) {
      if (!(entry.key() instanceof Text name)) {
        throw TemplateException.notSupported("a namespace with a name that is not a string");
      }
      namespace.attributes().put(name.chars(), entry.value());
    }
    return namespace;
  }

  /** Those of a dict or of pairs, if there is such an argument, and those with names. */
  private Dict entries(String function, Arguments arguments) {
    Dict.Builder entries = new Dict.Builder();
    if (arguments.positional().size() > 1) {
      throw TemplateException.type(
          "%s expected at most 1 argument, got %d"
              .formatted(function, arguments.positional().size()));
    }
    for (Value given : arguments.positional()) {
      if (given instanceof Dict dict) {
        budget.characters(dict.size());
        entries.putAll(dict);
        continue;
      }
      int index = 0;
      for (Value pair : Items.of(given, budget)) {
        budget.characters(1);
        List<Value> both = Items.of(pair, budget);
        if (both.size() != 2) {
          throw TemplateException.value(
              "dictionary update sequence element #%d has length %d; 2 is required"
                  .formatted(index, both.size()));
        }
        entries.put(both.get(0), both.get(1));
        index++;
      }
    }
    arguments.named().forEach((name, value) -> entries.put(Text.own(name), value));
    return entries.build();
  }

  private Value raise(Arguments arguments) {
    Value message = arguments.bind("raise_exception", 1, "message").get(0);
    throw TemplateException.raised(Printer.text(message, budget).chars());
  }

  private Value now(Arguments arguments) {
    Text format = arguments.bind("strftime_now", 1, "format").text(0);
    budget.read(format.length());
    TextBuilder out = new TextBuilder(budget);
    TimeFormat.print(LocalDateTime.now(clock), format, out);
    return out.toText();
  }
}
