package io.hunyuan4j.text.template;

/** What makes another value of its input: {@code input | filter(arguments)}. */
record Filter(Signature signature, Body body) {
  /** What a filter does. */
  @FunctionalInterface
  interface Body {
    Value apply(Value input, Bound arguments, Budget budget);
  }

  Value apply(Value input, Arguments arguments, Budget budget) {
    return body.apply(input, arguments.bind(signature), budget);
  }
}
