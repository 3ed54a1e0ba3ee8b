package io.hunyuan4j.text.template;

import org.jspecify.annotations.Nullable;

/** Arguments in the order of the parameters. */
final class Bound {
  private final String function;
  private final @Nullable Value[] values;
  private final Arguments all;

  Bound(String function, @Nullable Value[] values, Arguments all) {
    this.function = function;
    this.values = values;
    this.all = all;
  }

  /** As they were given. */
  Arguments all() {
    return all;
  }

  /** The argument, or null where none or {@code None} was given. */
  @Nullable Value find(int index) {
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

  /** Whether the argument is given and true. */
  boolean isTrue(int index) {
    Value value = values[index];
    return value != null && Types.isTrue(value);
  }

  /** A text, which is required. */
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
