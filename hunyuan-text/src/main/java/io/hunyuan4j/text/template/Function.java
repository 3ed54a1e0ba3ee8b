package io.hunyuan4j.text.template;

/** Something that a template can call: a function, a macro, or a method with its object. */
record Function(String name, Body body) implements Value {
  /** What a call does. */
  @FunctionalInterface
  interface Body {
    Value call(Arguments arguments);
  }
}
