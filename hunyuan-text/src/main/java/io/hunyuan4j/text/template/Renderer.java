package io.hunyuan4j.text.template;

import java.util.List;

/** Carries out statements. One object serves one rendering. */
final class Renderer {
  private final Budget budget;
  private final Evaluator evaluator;

  Renderer(Budget budget) {
    this.budget = budget;
    this.evaluator = new Evaluator(budget);
  }

  /** How a body ended. */
  private enum Ending {
    AT_ITS_END,
    BREAK,
    CONTINUE
  }

  /** What the statements print. */
  Text text(List<Node> nodes, Scope scope) {
    TextBuilder out = new TextBuilder(budget);
    run(nodes, scope, out);
    return out.toText();
  }

  private Ending run(List<Node> nodes, Scope scope, TextBuilder out) {
    for (Node node : nodes) {
      Ending ending;
      try {
        budget.enter();
        ending = run(node, scope, out);
        budget.leave();
      } catch (TemplateException e) {
        throw e.at(node.line());
      }
      if (ending != Ending.AT_ITS_END) {
        return ending;
      }
    }
    return Ending.AT_ITS_END;
  }

  private Ending run(Node node, Scope scope, TextBuilder out) {
    switch (node) {
      case Node.Data data -> print(data.text(), out);
      case Node.Print print -> print(evaluator.value(print.value(), scope), out);
      case Node.If branches -> {
        return run(chosen(branches, scope), scope, out);
      }
      case Node.For loop -> {
        return loop(loop, scope, out);
      }
      case Node.Break _ -> {
        return Ending.BREAK;
      }
      case Node.Continue _ -> {
        return Ending.CONTINUE;
      }
      case Node.Set set -> assign(set.target(), evaluator.value(set.value(), scope), scope);
      case Node.SetBlock block ->
          assign(
              block.target(),
              filtered(text(block.body(), scope.inner()), block.filters(), scope),
              scope);
      case Node.MacroDefinition macro ->
          scope.set(macro.name(), function(macro.name(), macro.macro(), scope));
      case Node.CallBlock block -> {
        Function caller = function("caller", block.caller(), scope);
        print(called(block, caller, scope), out);
      }
      case Node.FilterBlock block -> {
        Text text = text(block.body(), scope.inner());
        print(filtered(text, block.filters(), scope), out);
      }
      case Node.Generation generation -> {
        return run(generation.body(), scope.inner(), out);
      }
    }
    return Ending.AT_ITS_END;
  }

  private void print(Value value, TextBuilder out) {
    Printer.print(value, out, budget);
    budget.output(out.length());
  }

  private List<Node> chosen(Node.If branches, Scope scope) {
    for (Node.Branch branch : branches.branches()) {
      if (evaluator.isTrue(branch.test(), scope)) {
        return branch.body();
      }
    }
    return branches.otherwise();
  }

  private Ending loop(Node.For loop, Scope scope, TextBuilder out) {
    List<Value> items = loopItems(loop, scope);
    if (items.isEmpty()) {
      return run(loop.otherwise(), scope.inner(), out); // may leave the loop around this one
    }
    for (int index = 0; index < items.size(); index++) {
      budget.step();
      Scope inner = scope.inner();
      inner.set("loop", new Loop(items, index));
      assign(loop.target(), items.get(index), inner);
      if (run(loop.body(), inner, out) == Ending.BREAK) {
        break;
      }
    }
    return Ending.AT_ITS_END;
  }

  /** The elements that the loop goes over: those that pass its filter. */
  private List<Value> loopItems(Node.For loop, Scope scope) {
    List<Value> items = Items.of(evaluator.value(loop.items(), scope), budget);
    Expr filter = loop.filter();
    if (filter == null) {
      return items;
    }
    budget.elements(items.size());
    return items.stream()
        .filter(
            item -> {
              Scope inner = scope.inner();
              assign(loop.target(), item, inner);
              return evaluator.isTrue(filter, inner);
            })
        .toList();
  }

  private Value filtered(Text text, List<Expr.FilterCall> filters, Scope scope) {
    Value value = text;
    for (Expr.FilterCall filter : filters) {
      value = evaluator.filtered(value, filter, scope);
    }
    return value;
  }

  private void assign(Node.Target target, Value value, Scope scope) {
    budget.elements(1);
    switch (target) {
      case Node.NameTarget name -> scope.set(name.name(), value);
      case Node.NamespaceTarget attribute -> {
        if (!(scope.get(attribute.name()) instanceof Namespace namespace)) {
          throw TemplateException.runtime("cannot assign attribute on non-namespace object");
        }
        namespace.attributes().put(attribute.attribute(), value);
      }
      case Node.TupleTarget tuple -> unpack(tuple.targets(), value, scope);
    }
  }

  private void unpack(List<Node.Target> targets, Value value, Scope scope) {
    if (!Items.isIterable(value)) {
      throw TemplateException.type("cannot unpack non-iterable " + Types.name(value) + " object");
    }
    List<Value> items = Items.of(value, budget);
    if (items.size() < targets.size()) {
      throw TemplateException.value(
          "not enough values to unpack (expected %d, got %d)"
              .formatted(targets.size(), items.size()));
    }
    if (items.size() > targets.size()) {
      throw TemplateException.value(
          "too many values to unpack (expected %d)".formatted(targets.size()));
    }
    for (int i = 0; i < items.size(); i++) {
      assign(targets.get(i), items.get(i), scope);
    }
  }

  private Value called(Node.CallBlock block, Function caller, Scope scope) {
    Arguments arguments = evaluator.arguments(block.call().arguments(), scope);
    budget.elements(2L * arguments.named().size());
    return Evaluator.call(
        evaluator.value(block.call().callee(), scope), arguments.with("caller", caller));
  }

  /** A macro as a value; it sees the names of the place where it stands. */
  private Function function(String name, Node.MacroBody macro, Scope scope) {
    return new Function(
        name,
        arguments -> {
          budget.enter();
          Scope inner = scope.inner();
          new MacroCall(name, macro, arguments, budget)
              .bind(inner, otherwise -> evaluator.value(otherwise, inner));
          Text text = text(macro.body(), inner);
          budget.leave();
          return text;
        });
  }
}
