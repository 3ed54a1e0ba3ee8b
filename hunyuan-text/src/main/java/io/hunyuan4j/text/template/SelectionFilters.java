package io.hunyuan4j.text.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code map}, {@code select}, {@code reject} and those by an attribute. They give generators. */
final class SelectionFilters {
  private SelectionFilters() {}

  static Map<String, Filter> all() {
    return Map.of(
        "map", SelectionFilters::map,
        "select", (input, arguments, budget) -> select(input, arguments, true, 0, budget),
        "reject", (input, arguments, budget) -> select(input, arguments, false, 0, budget),
        "selectattr", (input, arguments, budget) -> select(input, arguments, true, 1, budget),
        "rejectattr", (input, arguments, budget) -> select(input, arguments, false, 1, budget));
  }

  private static Value map(Value input, Arguments arguments, Budget budget) {
    List<Value> mapped = new ArrayList<>();
    if (!Types.isTrue(input)) {
      return new Generator(mapped);
    }
    List<Value> positional = arguments.positional();
    if (positional.isEmpty() && arguments.named().containsKey("attribute")) {
      var given = arguments.bind("map", 0, "attribute", "default");
      AttributePath path = AttributePath.one(given.findNotNone(0), budget);
      @Nullable Value otherwise = given.findNotNone(1);
      for (Value item : Items.of(input, budget)) {
        budget.characters(1);
        mapped.add(path.of(item, otherwise, budget));
      }
      return new Generator(mapped);
    }
    if (positional.isEmpty()) {
      throw TemplateException.filterArgument("map requires a filter argument");
    }
    Filter filter = filter(positional.getFirst());
    Arguments rest = new Arguments(positional.subList(1, positional.size()), arguments.named());
    for (Value item : Items.of(input, budget)) {
      budget.characters(1);
      budget.enter(); // a filter may be map again
      mapped.add(filter.apply(item, rest, budget));
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
   * The items that a test is true or false of.
   *
   * @param testAt which argument names the test; those before name the attribute
   */
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
    AttributePath path = AttributePath.one(testAt == 0 ? null : positional.getFirst(), budget);
    boolean named = positional.size() > testAt;
    Test test = named ? test(positional.get(testAt)) : (value, _, _) -> Types.isTrue(value);
    Arguments rest =
        named
            ? new Arguments(positional.subList(testAt + 1, positional.size()), arguments.named())
            : Arguments.NONE;
    for (Value item : Items.of(input, budget)) {
      budget.characters(1);
      if (test.holds(path.of(item, budget), rest, budget) == wanted) {
        selected.add(item);
      }
    }
    return new Generator(selected);
  }
}
