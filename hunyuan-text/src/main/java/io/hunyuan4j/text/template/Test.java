package io.hunyuan4j.text.template;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What {@code is} asks of a value. */
@FunctionalInterface
interface Test {
  boolean holds(Value input, Arguments arguments, Budget budget);

  /** The test of this name, or null if there is none. */
  static @Nullable Test find(String name) {
    return Named.TESTS.get(name);
  }

  /** All tests by their names. */
  final class Named {
    private static final Map<String, Test> TESTS = all();

    private Named() {}

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
      plain(tests, "sequence", Named::isSequence);
      plain(tests, "callable", value -> value instanceof Function);
      plain(tests, "escaped", _ -> false);
      plain(
          tests,
          "filter",
          value -> value instanceof Text text && Filters.find(text.chars()) != null);
      plain(tests, "test", value -> value instanceof Text text && find(text.chars()) != null);
      tests.put("odd", (value, arguments, budget) -> isRest(value, 2, 1, budget));
      tests.put("even", (value, arguments, budget) -> isRest(value, 2, 0, budget));
      tests.put("divisibleby", Named::isDivisible);
      tests.put("lower", (value, _, budget) -> LetterCase.isLower(text(value, budget), budget));
      tests.put("upper", (value, _, budget) -> LetterCase.isUpper(text(value, budget), budget));
      tests.put("sameas", Named::isSame);
      compared(tests, Comparison.EQUAL, "==", "eq", "equalto");
      compared(tests, Comparison.NOT_EQUAL, "!=", "ne");
      compared(tests, Comparison.LESS, "<", "lt", "lessthan");
      compared(tests, Comparison.LESS_OR_EQUAL, "<=", "le");
      compared(tests, Comparison.GREATER, ">", "gt", "greaterthan");
      compared(tests, Comparison.GREATER_OR_EQUAL, ">=", "ge");
      compared(tests, Comparison.IN, "in");
      return Map.copyOf(tests);
    }

    private static void plain(Map<String, Test> tests, String name, Predicate<Value> holds) {
      tests.put(
          name,
          (value, arguments, _) -> {
            arguments.requireNone("test_" + name);
            return holds.test(value);
          });
    }

    private static void compared(Map<String, Test> tests, Comparison comparison, String... names) {
      for (String name : names) {
        tests.put(
            name,
            (value, arguments, budget) ->
                comparison.holds(value, arguments.bind(name, 1, "other").get(0), budget));
      }
    }

    private static boolean isSequence(Value value) {
      return switch (value) {
        case Text _, Dict _, Undefined _ -> true;
        case Sequence sequence -> sequence.kind().isIndexed();
        case Value.None _,
            Value.Bool _,
            Value.Int _,
            Value.Real _,
            Generator _,
            Namespace _,
            Loop _,
            Function _ ->
            false;
      };
    }

    private static Text text(Value value, Budget budget) {
      return Printer.text(value, budget);
    }

    private static boolean isRest(Value value, long divisor, long rest, Budget budget) {
      return Comparison.equal(
          Arithmetic.MODULO.apply(value, Value.Int.of(divisor), budget),
          Value.Int.of(rest),
          budget);
    }

    private static boolean isDivisible(Value value, Arguments arguments, Budget budget) {
      Value divisor = arguments.bind("test_divisibleby", 1, "num").get(0);
      return Comparison.equal(
          Arithmetic.MODULO.apply(value, divisor, budget), Value.Int.of(0), budget);
    }

    /** The same object; of values that Python keeps once, an equal one. */
    private static boolean isSame(Value value, Arguments arguments, Budget budget) {
      Value other = arguments.bind("test_sameas", 1, "other").get(0);
      return value == other || (isKeptOnce(value) && Objects.equals(value, other));
    }

    private static boolean isKeptOnce(Value value) {
      return value instanceof Value.None
          || value instanceof Value.Bool
          || value instanceof Value.Int;
    }
  }
}
