package io.hunyuan4j.text.template;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** An expression of a template. */
sealed interface Expr {
  /** A value that is known before anything is rendered. */
  record Literal(Value value) implements Expr {}

  record Name(String name) implements Expr {}

  record ListOf(List<Expr> items) implements Expr {}

  record TupleOf(List<Expr> items) implements Expr {}

  record DictOf(List<Pair> pairs) implements Expr {}

  /** {@code key: value}. */
  record Pair(Expr key, Expr value) {}

  /** {@code target.name}. */
  record Attribute(Expr target, String name) implements Expr {}

  /** {@code target[key]}. */
  record Item(Expr target, Expr key) implements Expr {}

  /** {@code target[start:stop:step]}. */
  record Slice(Expr target, @Nullable Expr start, @Nullable Expr stop, @Nullable Expr step)
      implements Expr {}

  record Call(Expr callee, CallArguments arguments) implements Expr {}

  /** {@code (positional, *rest, name=named)}. */
  record CallArguments(List<Expr> positional, @Nullable Expr rest, List<Named> named) {
    static final CallArguments NONE = new CallArguments(List.of(), null, List.of());
  }

  /** {@code name=value}. */
  record Named(String name, Expr value) {}

  /** {@code input | filter}. */
  record Filtered(Expr input, FilterCall filter) implements Expr {}

  /** A filter with its arguments. */
  record FilterCall(Filter filter, CallArguments arguments) {}

  /** {@code input is test}. */
  record Tested(Expr input, Test test, CallArguments arguments) implements Expr {}

  record Binary(Arithmetic operator, Expr left, Expr right) implements Expr {}

  /** {@code left + right}, of which one is {@linkplain Markup#isMarked marked}. */
  record MarkedSum(Expr left, Expr right) implements Expr {}

  record Negative(Expr operand) implements Expr {}

  /** {@code a ~ b ~ c}. */
  record Concatenation(List<Expr> parts) implements Expr {}

  /** {@code first < second <= third}. */
  record Compared(Expr first, List<Step> steps) implements Expr {}

  /** {@code < operand}. */
  record Step(Comparison operator, Expr operand) {}

  record Not(Expr operand) implements Expr {}

  record And(Expr left, Expr right) implements Expr {}

  record Or(Expr left, Expr right) implements Expr {}

  /** {@code then if test else otherwise}. */
  record Conditional(int line, Expr test, Expr then, @Nullable Expr otherwise) implements Expr {}
}
