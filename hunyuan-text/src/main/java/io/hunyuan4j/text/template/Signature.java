package io.hunyuan4j.text.template;

import java.util.Arrays;
import java.util.List;

/**
 * The parameters of a filter, test or function.
 *
 * @param required how many of them have no default
 * @param open whether further arguments are passed on to what the first ones name
 */
record Signature(String name, int required, boolean open, List<String> parameters) {
  /** Of optional parameters. */
  static Signature of(String name, String... parameters) {
    return new Signature(name, 0, false, Arrays.asList(parameters));
  }

  /** Of parameters of which the first ones are required. */
  static Signature of(String name, int required, String... parameters) {
    return new Signature(name, required, false, Arrays.asList(parameters));
  }

  /** Of any arguments. */
  static Signature open(String name) {
    return new Signature(name, 0, true, List.of());
  }

  /**
   * Fails if a call gives what there is no parameter for.
   *
   * @param kind what is called, for the error
   */
  void check(String kind, Expr.CallArguments arguments, int line) {
    if (open) {
      return;
    }
    if (arguments.positional().size() > parameters.size()) {
      throw TemplateException.notSupported(
          line,
          "the %s '%s' with more than %d argument(s)".formatted(kind, name, parameters.size()));
    }
    for (Expr.Named argument : arguments.named()) {
      if (!parameters.contains(argument.name())) {
        throw TemplateException.notSupported(
            line, "the argument '%s' of the %s '%s'".formatted(argument.name(), kind, name));
      }
    }
  }
}
