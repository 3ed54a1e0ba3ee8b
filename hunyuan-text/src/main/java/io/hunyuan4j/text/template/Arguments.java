package io.hunyuan4j.text.template;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The values a function, filter, test or macro is called with. */
record Arguments(List<Value> positional, Map<String, Value> named) {
  static final Arguments NONE = new Arguments(List.of(), Map.of());

  /** These and one more with a name. */
  Arguments with(String name, Value value) {
    Map<String, Value> more = new LinkedHashMap<>(named);
    more.put(name, value);
    return new Arguments(positional, more);
  }

  /**
   * The arguments by the names of the parameters.
   *
   * @param required how many of the parameters have no default
   */
  Bound bind(String function, int required, String... parameters) {
    if (positional.size() > parameters.length) {
      throw TemplateException.type(
          "%s() takes at most %d argument(s) but %d were given"
              .formatted(function, parameters.length, positional.size()));
    }
    @Nullable Value[] values = new @Nullable Value[parameters.length];
    for (int i = 0; i < positional.size(); i++) {
      values[i] = positional.get(i);
    }
    List<String> names = Arrays.asList(parameters);
    named.forEach(
        (name, value) -> {
          int at = names.indexOf(name);
          if (at < 0) {
            throw TemplateException.type(
                function + "() got an unexpected keyword argument '" + name + "'");
          }
          if (values[at] != null) {
            throw TemplateException.type(
                function + "() got multiple values for argument '" + name + "'");
          }
          values[at] = value;
        });
    for (int i = 0; i < required; i++) {
      if (values[i] == null) {
        throw TemplateException.type(
            function + "() missing required argument: '" + parameters[i] + "'");
      }
    }
    return new Bound(function, values);
  }

  /** No arguments at all. */
  void requireNone(String function) {
    bind(function, 0);
  }

  /** Arguments in the order of the parameters. */
  static final class Bound {
    private final String function;
    private final @Nullable Value[] values;

    private Bound(String function, @Nullable Value[] values) {
      this.function = function;
      this.values = values;
    }

    /** The argument, or null where none was given. */
    @Nullable Value find(int index) {
      return values[index];
    }

    /** The argument, or null where none or {@code None} was given. */
    @Nullable Value findNotNone(int index) {
      return values[index] instanceof Value.None ? null : values[index];
    }

    /** The argument, which is required. */
    Value get(int index) {
      Value value = values[index];
      if (value == null) {
        throw TemplateException.type(function + "() misses an argument");
      }
      return value;
    }

    Value get(int index, Value otherwise) {
      Value value = values[index];
      return value == null ? otherwise : value;
    }

    boolean isTrue(int index, boolean otherwise) {
      Value value = values[index];
      return value == null ? otherwise : Types.isTrue(value);
    }

    Text text(int index) {
      if (get(index) instanceof Text text) {
        return text;
      }
      if (get(index) instanceof Undefined undefined) {
        throw undefined.used();
      }
      throw TemplateException.type(
          function + "() argument must be str, not " + Types.name(get(index)));
    }

    /** A whole number, cut off at the ends of {@code int}. */
    int number(int index, int otherwise) {
      Value value = values[index];
      return value == null ? otherwise : Types.index(value);
    }
  }
}
