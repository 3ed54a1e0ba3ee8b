package io.hunyuan4j.text.template;

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

  /** These without the first {@code count} that have no name. */
  Arguments from(int count) {
    return new Arguments(positional.subList(count, positional.size()), named);
  }

  /** The arguments in the order of the parameters. */
  Bound bind(Signature signature) {
    String function = signature.name();
    List<String> names = signature.parameters();
    @Nullable Value[] values = new @Nullable Value[names.size()];
    if (signature.open()) {
      return new Bound(function, values, this);
    }
    if (positional.size() > values.length) {
      throw TemplateException.type(
          "%s() takes at most %d argument(s) but %d were given"
              .formatted(function, values.length, positional.size()));
    }
    for (int i = 0; i < positional.size(); i++) {
      values[i] = positional.get(i);
    }
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
    for (int i = 0; i < signature.required(); i++) {
      if (values[i] == null) {
        throw TemplateException.type(
            function + "() missing required argument: '" + names.get(i) + "'");
      }
    }
    return new Bound(function, values, this);
  }
}
