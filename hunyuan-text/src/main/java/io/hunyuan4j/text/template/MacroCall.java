package io.hunyuan4j.text.template;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The arguments of one call of a macro, which become names of its body. */
final class MacroCall {
  private static final String CALLER = "caller";
  private static final String VARARGS = "varargs";
  private static final String KWARGS = "kwargs";

  private final String name;
  private final Node.MacroBody macro;
  private final List<Value> positional;
  private final Map<String, Value> named;

  MacroCall(String name, Node.MacroBody macro, Arguments arguments) {
    this.name = name;
    this.macro = macro;
    this.positional = arguments.positional();
    this.named = new LinkedHashMap<>(arguments.named());
  }

  /**
   * Sets parameters and what is left over in {@code scope}.
   *
   * @param defaults the value of a parameter's default, which may use the parameters before it
   */
  void bind(Scope scope, Function<Expr, Value> defaults) {
    List<Node.Parameter> parameters = macro.parameters();
    for (int i = 0; i < parameters.size(); i++) {
      scope.set(parameters.get(i).name(), argument(i, parameters.get(i), defaults));
    }
    boolean declared = parameters.stream().anyMatch(p -> p.name().equals(CALLER));
    if (!declared && macro.names().contains(CALLER)) {
      Value caller = named.remove(CALLER);
      scope.set(CALLER, caller == null ? Undefined.missing("No caller defined") : caller);
    }
    bindRest(scope, parameters.size());
  }

  private Value argument(int index, Node.Parameter parameter, Function<Expr, Value> defaults) {
    if (index < positional.size()) {
      return positional.get(index);
    }
    Value value = named.remove(parameter.name());
    if (value != null) {
      return value;
    }
    return parameter.otherwise() == null
        ? Undefined.missing("parameter '" + parameter.name() + "' was not provided")
        : defaults.apply(parameter.otherwise());
  }

  private void bindRest(Scope scope, int count) {
    if (macro.names().contains(KWARGS)) {
      Dict.Builder rest = new Dict.Builder();
      named.forEach((key, value) -> rest.put(Text.own(key), value));
      scope.set(KWARGS, rest.build());
    } else if (named.containsKey(CALLER)) {
      throw TemplateException.type(
          "macro '%s' was invoked with two values for the special caller argument. This is most likely a bug."
              .formatted(name));
    } else if (!named.isEmpty()) {
      throw TemplateException.type(
          "macro '%s' takes no keyword argument '%s'"
              .formatted(name, named.keySet().iterator().next()));
    }
    if (macro.names().contains(VARARGS)) {
      scope.set(
          VARARGS,
          Sequence.tuple(
              positional.subList(Math.min(count, positional.size()), positional.size())));
    } else if (positional.size() > count) {
      throw TemplateException.type(
          "macro '%s' takes not more than %d argument(s)".formatted(name, count));
    }
  }
}
