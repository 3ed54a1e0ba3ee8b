package io.hunyuan4j.text.template;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A value of the template language. Closed: nothing but these ever reaches a template, so there is
 * no class, file or method of Java that one could ask for.
 */
public sealed interface Value
    permits Undefined,
        Value.None,
        Value.Bool,
        Value.Int,
        Value.Real,
        Text,
        Sequence,
        Generator,
        Dict,
        Namespace,
        Loop,
        Function {

  /** Python's {@code None}. */
  record None() implements Value {
    static final None NONE = new None();
  }

  /** {@code True} or {@code False}. */
  record Bool(boolean value) implements Value {
    static Bool of(boolean value) {
      return new Bool(value);
    }
  }

  /** A whole number of at most {@value #MAX_BITS} bits, where Python's have no end. */
  record Int(BigInteger value) implements Value {
    static final int MAX_BITS = 4096;

    public Int {
      if (value.bitLength() > MAX_BITS) {
        throw TemplateException.limit("a whole number of more than " + MAX_BITS + " bits");
      }
    }

    static Int of(long value) {
      return new Int(BigInteger.valueOf(value));
    }
  }

  /** Python's {@code float}. */
  record Real(double value) implements Value {}

  /**
   * A value from outside, all its texts foreign, as Python's {@code json.loads} would give it.
   *
   * @param json null, a Boolean, a Number, a String, a List of these, or a Map from String to these
   * @throws IllegalArgumentException if it is anything else, nested more than 200 deep, of more
   *     than a million values, or has a whole number of more than 4,096 bits
   */
  static Value of(@Nullable Object json) {
    return new Foreign().value(json, 0);
  }

  /** A list of values, own or foreign. */
  static Value list(List<? extends Value> items) {
    return Sequence.list(new ArrayList<>(items));
  }

  /** How many chars and elements the value has, those inside it included. */
  static long size(Value value) {
    return switch (value) {
      case Text text -> text.length() + 1L;
      case Sequence sequence -> 1 + sequence.items().stream().mapToLong(Value::size).sum();
      case Dict dict ->
          1 + dict.entries().stream().mapToLong(e -> size(e.key()) + size(e.value())).sum();
      case Undefined _,
          None _,
          Bool _,
          Int _,
          Real _,
          Generator _,
          Namespace _,
          Loop _,
          Function _ ->
          1;
    };
  }
}
