package io.hunyuan4j.text.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The filters by their names. */
final class Filters {
  /** Filters of Jinja that no published chat template is known to use. */
  private static final Set<String> UNSUPPORTED =
      Set.of(
          "abs",
          "attr",
          "batch",
          "center",
          "count",
          "d",
          "e",
          "escape",
          "filesizeformat",
          "float",
          "forceescape",
          "format",
          "groupby",
          "max",
          "min",
          "pprint",
          "random",
          "reverse",
          "round",
          "slice",
          "striptags",
          "sum",
          "truncate",
          "urlencode",
          "urlize",
          "wordcount",
          "wordwrap",
          "xmlattr");

  private static final Map<String, Filter> ALL =
      Stream.of(
              Stream.of(
                  filter("default", Filters::orDefault, "default_value", "boolean"),
                  filter("int", Filters::whole, "default")),
              TextFilters.all(),
              SequenceFilters.all(),
              SelectionFilters.all())
          .flatMap(Function.identity())
          .collect(
              Collectors.toUnmodifiableMap(
                  filter -> filter.signature().name(), Function.identity()));

  private Filters() {}

  /** A filter whose parameters are optional. */
  static Filter filter(String name, Filter.Body body, String... parameters) {
    return new Filter(Signature.of(name, parameters), body);
  }

  /** The filter of this name, or null if there is none. */
  static @Nullable Filter find(String name) {
    return ALL.get(name);
  }

  /**
   * The filter of this name.
   *
   * @throws TemplateException if there is none
   */
  static Filter get(String name, int line) {
    Filter filter = ALL.get(name);
    if (filter != null) {
      return filter;
    }
    throw UNSUPPORTED.contains(name)
        ? TemplateException.notSupported(line, "the filter '" + name + "'")
        : TemplateException.syntax(line, "No filter named '" + name + "'.");
  }

  private static Value orDefault(Value input, Bound arguments, Budget budget) {
    boolean missing = input instanceof Undefined || (arguments.isTrue(1) && !Types.isTrue(input));
    return missing ? arguments.get(0, Text.EMPTY) : input;
  }

  private static Value whole(Value input, Bound arguments, Budget budget) {
    BigInteger whole =
        switch (input) {
          case Undefined undefined -> throw undefined.used();
          case Text text -> {
            budget.read(text.length());
            budget.characters(text.length());
            yield Numbers.parse(text.chars());
          }
          case Value.Real real when Double.isFinite(real.value()) ->
              new BigDecimal(real.value()).toBigInteger();
          default -> Numbers.whole(input);
        };
    return whole == null ? arguments.get(0, Value.Int.of(0)) : new Value.Int(whole);
  }
}
