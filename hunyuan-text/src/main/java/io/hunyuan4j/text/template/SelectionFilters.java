package io.hunyuan4j.text.template;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** {@code map}, {@code select}, {@code reject} and those by an attribute. They give generators. */
final class SelectionFilters {
  private SelectionFilters() {}

  static Stream<Filter> all() {
    return Stream.of(
        new Filter(Signature.open("map"), SelectionFilters::map),
        select("select", true, 0),
        select("reject", false, 0),
        select("selectattr", true, 1),
        select("rejectattr", false, 1));
  }

  /**
   * Fails if a filter is told to use a filter or test that there is none of, or with arguments that
   * it does not take.
   */
  static void check(Filter filter, Expr.CallArguments arguments, int line) {
    List<Expr> positional = arguments.positional();
    int at =
        switch (filter.signature().name()) {
          case "map", "select", "reject" -> 0;
          case "selectattr", "rejectattr" -> 1;
          default -> Integer.MAX_VALUE;
        };
    if (at == 0 && positional.isEmpty() && filter.signature().name().equals("map")) {
      Signature.of("map", "attribute").check("filter", arguments, line);
    }
    if (at >= positional.size() || !(positional.get(at) instanceof Expr.Literal(Text used))) {
      return;
    }
    Expr.CallArguments rest =
        new Expr.CallArguments(
            positional.subList(at + 1, positional.size()), arguments.rest(), arguments.named());
    if (filter.signature().name().equals("map")) {
      Filters.get(used.chars(), line).signature().check("filter", rest, line);
    } else {
      Test.get(used.chars(), line).signature().check("test", rest, line);
    }
  }

  private static Value map(Value input, Bound bound, Budget budget) {
    List<Value> mapped = new ArrayList<>();
    if (!Types.isTrue(input)) {
      return new Generator(mapped);
    }
    Arguments arguments = bound.all();
    if (arguments.positional().isEmpty()) {
      Value attribute = arguments.named().get("attribute");
      if (attribute == null) {
        throw TemplateException.filterArgument("map requires a filter argument");
      }
      for (Value item : Items.of(input, budget)) {
        budget.elements(1);
        mapped.add(Access.path(item, attribute, budget));
      }
      return new Generator(mapped);
    }
    Filter filter = filter(arguments.positional().getFirst());
    for (Value item : Items.of(input, budget)) {
      budget.elements(1);
      budget.enter(); // a filter may be map again
      mapped.add(filter.apply(item, arguments.from(1), budget));
      budget.leave();
    }
    return new Generator(mapped);
  }

  private static Filter filter(Value name) {
    Filter filter = name instanceof Text text ? Filters.find(text.chars()) : null;
    if (filter == null) {
      throw TemplateException.runtime("No filter named " + quoted(name) + ".");
    }
    return filter;
  }

  private static Test test(Value name) {
    Test test = name instanceof Text text ? Test.find(text.chars()) : null;
    if (test == null) {
      throw TemplateException.runtime("No test named " + quoted(name) + ".");
    }
    return test;
  }

  private static String quoted(Value name) {
    return name instanceof Text text && text.length() < 100 ? "'" + text + "'" : Types.name(name);
  }

  /**
   * A filter that gives the items of which a test is true or false.
   *
   * @param testAt which argument names the test; one before it names the attribute
   */
  private static Filter select(String name, boolean wanted, int testAt) {
    return new Filter(
        Signature.open(name),
        (input, bound, budget) -> select(input, bound.all(), wanted, testAt, budget));
  }

  private static Value select(
      Value input, Arguments arguments, boolean wanted, int testAt, Budget budget) {
    List<Value> selected = new ArrayList<>();
    if (!Types.isTrue(input)) {
      return new Generator(selected);
    }
    List<Value> positional = arguments.positional();
    if (positional.size() < testAt) {
      throw TemplateException.filterArgument("Missing parameter for attribute name");
    }
    Value attribute = testAt == 0 ? null : positional.getFirst();
    Test test = positional.size() > testAt ? test(positional.get(testAt)) : Test.TRUTH;
    Arguments rest = positional.size() > testAt ? arguments.from(testAt + 1) : Arguments.NONE;
    for (Value item : Items.of(input, budget)) {
      budget.elements(1);
      Value tested = attribute == null ? item : Access.path(item, attribute, budget);
      if (test.holds(tested, rest, budget) == wanted) {
        selected.add(item);
      }
    }
    return new Generator(selected);
  }
}
