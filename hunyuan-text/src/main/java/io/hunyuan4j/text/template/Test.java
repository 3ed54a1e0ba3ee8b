package io.hunyuan4j.text.template;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What {@code is} asks of a value. */
record Test(Signature signature, Body body) {
  /** What a test finds out. */
  @FunctionalInterface
  interface Body {
    boolean holds(Value input, Bound arguments, Budget budget);
  }

  /** Whether an {@code if} takes the value for true: the test that is meant where none is named. */
  static final Test TRUTH = new Test(Signature.of("truth"), (value, _, _) -> Types.isTrue(value));

  /** Tests of Jinja that no published chat template is known to use. */
  private static final Set<String> UNSUPPORTED =
      Set.of(
          "<",
          "<=",
          ">",
          ">=",
          "callable",
          "divisibleby",
          "escaped",
          "even",
          "filter",
          "ge",
          "greaterthan",
          "gt",
          "le",
          "lessthan",
          "lower",
          "lt",
          "odd",
          "sameas",
          "test",
          "upper");

  private static final Map<String, Test> ALL = all();

  boolean holds(Value input, Arguments arguments, Budget budget) {
    return body.holds(input, arguments.bind(signature), budget);
  }

  /** The test of this name, or null if there is none. */
  static @Nullable Test find(String name) {
    return ALL.get(name);
  }

  /**
   * The test of this name.
   *
   * @throws TemplateException if there is none
   */
  static Test get(String name, int line) {
    Test test = ALL.get(name);
    if (test != null) {
      return test;
    }
    throw UNSUPPORTED.contains(name)
        ? TemplateException.notSupported(line, "the test '" + name + "'")
        : TemplateException.syntax(line, "No test named '" + name + "'.");
  }

  private static Map<String, Test> all() {
    Map<String, Test> tests = new HashMap<>();
    plain(tests, "defined", value -> !(value instanceof Undefined));
    plain(tests, "undefined", value -> value instanceof Undefined);
    plain(tests, "none", value -> value instanceof Value.None);
    plain(tests, "boolean", value -> value instanceof Value.Bool);
    plain(tests, "true", value -> value instanceof Value.Bool bool && bool.value());
    plain(tests, "false", value -> value instanceof Value.Bool bool && !bool.value());
    plain(tests, "integer", value -> value instanceof Value.Int);
    plain(tests, "float", value -> value instanceof Value.Real);
    plain(tests, "number", Numbers::isNumber);
    plain(tests, "string", value -> value instanceof Text);
    plain(tests, "mapping", value -> value instanceof Dict);
    plain(tests, "iterable", Items::isIterable);
    plain(tests, "sequence", Items::isSequence);
    compared(tests, Comparison.EQUAL, "==", "eq", "equalto");
    compared(tests, Comparison.NOT_EQUAL, "!=", "ne");
    compared(tests, Comparison.IN, "in");
    return Map.copyOf(tests);
  }

  private static void plain(Map<String, Test> tests, String name, Predicate<Value> holds) {
    tests.put(name, new Test(Signature.of(name), (value, _, _) -> holds.test(value)));
  }

  private static void compared(Map<String, Test> tests, Comparison comparison, String... names) {
    for (String name : names) {
      tests.put(
          name,
          new Test(
              Signature.of(name, 1, "other"),
              (value, arguments, budget) -> comparison.holds(value, arguments.get(0), budget)));
    }
  }
}
