package io.hunyuan4j.text.template;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The arguments of one call of a macro, which become names of its body. */
final class MacroCall {
  private static final String CALLER = "caller";

  /** An entry of a map, and where there is no argument what says so. */
  private static final int ELEMENTS_PER_NAME = 3;

  private final String name;
  private final Node.MacroBody macro;
  private final List<Value> positional;
  private final Map<String, Value> named;

  MacroCall(String name, Node.MacroBody macro, Arguments arguments, Budget budget) {
    long names = macro.parameters().size() + (long) arguments.named().size();
    budget.steps(names);
    budget.elements(ELEMENTS_PER_NAME * names);
    this.name = name;
    this.macro = macro;
    this.positional = arguments.positional();
    this.named = new LinkedHashMap<>(arguments.named());
  }

  /**
   * Sets the parameters in {@code scope}.
   *
   * @param defaults the value of a parameter's default, which may use the parameters before it
   */
  void bind(Scope scope, Function<Expr, Value> defaults) {
    List<Node.Parameter> parameters = macro.parameters();
    for (int i = 0; i < parameters.size(); i++) {
      scope.set(parameters.get(i).name(), argument(i, parameters.get(i), defaults));
    }
    Value caller = named.remove(CALLER);
    scope.set(CALLER, caller == null ? Undefined.missing("No caller defined") : caller);
    if (!named.isEmpty()) {
      throw TemplateException.type(
          "macro '%s' takes no keyword argument '%s'"
              .formatted(name, named.keySet().iterator().next()));
    }
    if (positional.size() > parameters.size()) {
      throw TemplateException.type(
          "macro '%s' takes not more than %d argument(s)".formatted(name, parameters.size()));
    }
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
}
