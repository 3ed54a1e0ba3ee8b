package io.hunyuan4j.text.template;

/**
 * What a name or attribute that does not exist gives: empty when printed, false, without elements,
 * and an error in any other use.
 *
 * @param cause of the error
 */
record Undefined(Cause cause, String problem) implements Value {
  /** The kind of error that a use is. */
  enum Cause {
    MISSING,
    UNSAFE
  }

  static Undefined missing(String problem) {
    return new Undefined(Cause.MISSING, problem);
  }

  static Undefined unsafe(String problem) {
    return new Undefined(Cause.UNSAFE, problem);
  }

  TemplateException used() {
    return switch (cause) {
      case MISSING -> TemplateException.undefined(problem);
      case UNSAFE -> TemplateException.security(problem);
    };
  }
}
