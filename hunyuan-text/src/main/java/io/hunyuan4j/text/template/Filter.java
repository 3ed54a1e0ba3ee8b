package io.hunyuan4j.text.template;

/** What a filter makes of its input. */
@FunctionalInterface
interface Filter {
  Value apply(Value input, Arguments arguments, Budget budget);
}
