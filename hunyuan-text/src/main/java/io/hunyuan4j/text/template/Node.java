package io.hunyuan4j.text.template;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A statement of a template, or text between statements. */
sealed interface Node {
  /** Where it begins, from 1. */
  int line();

  record Data(int line, Text text) implements Node {}

  /** {@code {{ value }}}. */
  record Print(int line, Expr value) implements Node {}

  record If(int line, List<Branch> branches, List<Node> otherwise) implements Node {}

  /** {@code if} or {@code elif} with what it guards. */
  record Branch(Expr test, List<Node> body) {}

  /** {@code for target in items if filter}. */
  record For(
      int line,
      Target target,
      Expr items,
      @Nullable Expr filter,
      List<Node> body,
      List<Node> otherwise)
      implements Node {}

  record Break(int line) implements Node {}

  record Continue(int line) implements Node {}

  /** {@code set target = value}. */
  record Set(int line, Target target, Expr value) implements Node {}

  /** {@code set target} … {@code endset}. */
  record SetBlock(int line, Target target, List<Expr.FilterCall> filters, List<Node> body)
      implements Node {}

  record MacroDefinition(int line, String name, MacroBody macro) implements Node {}

  /**
   * {@code call(parameters) callee(arguments)} … {@code endcall}.
   *
   * @param caller what the callee calls as {@code caller}
   */
  record CallBlock(int line, MacroBody caller, Expr.Call call) implements Node {}

  /** {@code filter name} … {@code endfilter}. */
  record FilterBlock(int line, List<Expr.FilterCall> filters, List<Node> body) implements Node {}

  /** {@code generation} … {@code endgeneration}, which prints its body. */
  record Generation(int line, List<Node> body) implements Node {}

  /** What a macro does. */
  record MacroBody(List<Parameter> parameters, List<Node> body) {}

  /** A parameter of a macro. */
  record Parameter(String name, @Nullable Expr otherwise) {}

  /** What a value is assigned to. */
  sealed interface Target {}

  record NameTarget(String name) implements Target {}

  record TupleTarget(List<Target> targets) implements Target {}

  /** {@code name.attribute}, where the name is a namespace. */
  record NamespaceTarget(String name, String attribute) implements Target {}
}
