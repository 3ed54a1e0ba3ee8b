package io.hunyuan4j.text.template;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Computes the values of expressions. */
final class Evaluator {
  private final Budget budget;

  Evaluator(Budget budget) {
    this.budget = budget;
  }

  Value value(Expr expr, Scope scope) {
    budget.enter();
    Value value =
        switch (expr) {
          case Expr.Literal literal -> literal.value();
          case Expr.Name name -> scope.get(name.name());
          case Expr.ListOf list -> Sequence.list(values(list.items(), scope));
          case Expr.TupleOf tuple -> Sequence.tuple(values(tuple.items(), scope));
          case Expr.DictOf dict -> dict(dict, scope);
          case Expr.Attribute attribute ->
              Access.attribute(value(attribute.target(), scope), attribute.name(), budget);
          case Expr.Item item ->
              Access.item(value(item.target(), scope), value(item.key(), scope), budget);
          case Expr.Slice slice -> slice(slice, scope);
          case Expr.Call call ->
              call(value(call.callee(), scope), arguments(call.arguments(), scope));
          case Expr.Filtered filtered ->
              filtered(value(filtered.input(), scope), filtered.filter(), scope);
          case Expr.Tested tested ->
              Value.Bool.of(
                  tested
                      .test()
                      .holds(
                          value(tested.input(), scope),
                          arguments(tested.arguments(), scope),
                          budget));
          case Expr.Binary binary ->
              binary
                  .operator()
                  .apply(value(binary.left(), scope), value(binary.right(), scope), budget);
          case Expr.MarkedSum sum ->
              Markup.add(sum, value(sum.left(), scope), value(sum.right(), scope), budget);
          case Expr.Negative negative -> negated(value(negative.operand(), scope));
          case Expr.Concatenation concatenation -> concatenated(concatenation, scope);
          case Expr.Compared compared -> Value.Bool.of(compared(compared, scope));
          case Expr.Not not -> Value.Bool.of(!isTrue(not.operand(), scope));
          case Expr.And and -> {
            Value left = value(and.left(), scope);
            yield Types.isTrue(left) ? value(and.right(), scope) : left;
          }
          case Expr.Or or -> {
            Value left = value(or.left(), scope);
            yield Types.isTrue(left) ? left : value(or.right(), scope);
          }
          case Expr.Conditional conditional -> conditional(conditional, scope);
        };
    budget.leave();
    return value;
  }

  boolean isTrue(Expr expr, Scope scope) {
    return Types.isTrue(value(expr, scope));
  }

  /** What a filter makes of a value. */
  Value filtered(Value input, Expr.FilterCall call, Scope scope) {
    return call.filter().apply(input, arguments(call.arguments(), scope), budget);
  }

  private List<Value> values(List<Expr> exprs, Scope scope) {
    budget.elements(exprs.size());
    List<Value> values = new ArrayList<>(exprs.size());
    for (Expr expr : exprs) {
      values.add(value(expr, scope));
    }
    return values;
  }

  private Dict dict(Expr.DictOf expr, Scope scope) {
    budget.elements(4L * expr.pairs().size());
    Dict.Builder dict = new Dict.Builder();
    for (Expr.Pair pair : expr.pairs()) {
      Value key = value(pair.key(), scope);
      Dict.payFor(key, budget);
      dict.put(key, value(pair.value(), scope));
    }
    return dict.build();
  }

  private Value slice(Expr.Slice slice, Scope scope) {
    Value target = value(slice.target(), scope);
    return Items.slice(
        target,
        List.of(
            bound(slice.start(), scope), bound(slice.stop(), scope), bound(slice.step(), scope)),
        budget);
  }

  private Value bound(@Nullable Expr expr, Scope scope) {
    return expr == null ? Value.None.NONE : value(expr, scope);
  }

  Arguments arguments(Expr.CallArguments exprs, Scope scope) {
    if (exprs.equals(Expr.CallArguments.NONE)) {
      return Arguments.NONE;
    }
    budget.elements(2L * exprs.named().size());
    Map<String, Value> named = new LinkedHashMap<>();
    List<Value> positional = values(exprs.positional(), scope);
    if (exprs.rest() != null) {
      List<Value> rest = Items.of(value(exprs.rest(), scope), budget);
      budget.elements(rest.size());
      positional.addAll(rest);
    }
    for (Expr.Named argument : exprs.named()) {
      named.put(argument.name(), value(argument.value(), scope));
    }
    return new Arguments(positional, named);
  }

  static Value call(Value callee, Arguments arguments) {
    if (callee instanceof Function function) {
      return function.body().call(arguments);
    }
    if (callee instanceof Undefined undefined) {
      throw undefined.used();
    }
    throw TemplateException.type("'" + Types.name(callee) + "' object is not callable");
  }

  private static Value negated(Value operand) {
    BigInteger whole = Numbers.whole(operand);
    if (whole != null) {
      return new Value.Int(whole.negate());
    }
    return switch (operand) {
      case Value.Real real -> new Value.Real(-real.value());
      case Undefined undefined -> throw undefined.used();
      default ->
          throw TemplateException.type(
              "bad operand type for unary -: '" + Types.name(operand) + "'");
    };
  }

  private Value concatenated(Expr.Concatenation concatenation, Scope scope) {
    TextBuilder out = new TextBuilder(budget);
    for (Expr part : concatenation.parts()) {
      Printer.print(value(part, scope), out, budget);
    }
    return out.toText();
  }

  private boolean compared(Expr.Compared compared, Scope scope) {
    Value left = value(compared.first(), scope);
    for (Expr.Step step : compared.steps()) {
      Value right = value(step.operand(), scope);
      if (!step.operator().holds(left, right, budget)) {
        return false;
      }
      left = right;
    }
    return true;
  }

  private Value conditional(Expr.Conditional conditional, Scope scope) {
    if (isTrue(conditional.test(), scope)) {
      return value(conditional.then(), scope);
    }
    if (conditional.otherwise() == null) {
      return Undefined.missing(
          "the inline if-expression on line %d evaluated to false and no else section was defined."
              .formatted(conditional.line()));
    }
    return value(conditional.otherwise(), scope);
  }
}
