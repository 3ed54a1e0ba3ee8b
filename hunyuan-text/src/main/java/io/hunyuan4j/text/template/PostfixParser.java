package io.hunyuan4j.text.template;

import io.hunyuan4j.text.template.Token.Type;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Parses what may follow a value: attributes, elements, calls, filters and tests. */
final class PostfixParser {
  private static final Set<String> UNSUPPORTED_OF_LOOPS =
      Set.of("changed", "cycle", "depth", "depth0");

  private final Tokens tokens;
  private final ExpressionParser expressions; // for arguments and keys

  PostfixParser(Tokens tokens, ExpressionParser expressions) {
    this.tokens = tokens;
    this.expressions = expressions;
  }

  /** Attributes, elements and calls, as many as there are. */
  Expr accesses(Expr target) {
    Expr expr = target;
    while (true) {
      if (tokens.skipOperator(".")) {
        expr = attribute(expr);
      } else if (tokens.skipOperator("[")) {
        expr = subscript(expr);
      } else if (tokens.current().isOperator("(")) {
        expr = call(expr);
      } else {
        return expr;
      }
    }
  }

  private Expr attribute(Expr target) {
    if (tokens.is(Type.INTEGER)) {
      return new Expr.Item(target, ExpressionParser.integer(tokens.next()));
    }
    Token name = tokens.expect(Type.NAME, "a name");
    if (target instanceof Expr.Name(String of)
        && of.equals("loop")
        && UNSUPPORTED_OF_LOOPS.contains(name.text())) {
      throw TemplateException.notSupported(name.line(), "loop." + name.text());
    }
    return new Expr.Attribute(target, name.text());
  }

  private Expr subscript(Expr target) {
    Expr start = tokens.current().isOperator(":") ? null : expressions.expression();
    if (start != null && tokens.skipOperator("]")) {
      return new Expr.Item(target, start);
    }
    if (start != null && tokens.current().isOperator(",")) {
      throw TemplateException.notSupported(tokens.line(), "a tuple as an index");
    }
    tokens.expectOperator(":");
    Expr stop = slicePart();
    Expr step = tokens.skipOperator(":") ? slicePart() : null;
    tokens.expectOperator("]");
    return new Expr.Slice(target, start, stop, step);
  }

  private @Nullable Expr slicePart() {
    return tokens.current().isOperator(":") || tokens.current().isOperator("]")
        ? null
        : expressions.expression();
  }

  private Expr.Call call(Expr callee) {
    int line = tokens.line();
    if (callee instanceof Expr.Attribute method && Methods.isUnsupported(method.name())) {
      throw TemplateException.notSupported(line, "the method '" + method.name() + "'");
    }
    Expr.CallArguments arguments = arguments();
    if (callee instanceof Expr.Name(String function)) {
      Globals.check(function, arguments, line);
    }
    return new Expr.Call(callee, arguments);
  }

  private Expr.CallArguments arguments() {
    tokens.expectOperator("(");
    List<Expr> positional = new ArrayList<>();
    Expr rest = null;
    List<Expr.Named> named = new ArrayList<>();
    Set<String> names = new HashSet<>();
    while (!tokens.skipOperator(")")) {
      if (tokens.current().isOperator("**")) {
        throw TemplateException.notSupported(tokens.line(), "arguments with **");
      }
      if (rest == null && tokens.skipOperator("*")) {
        rest = expressions.expression();
      } else if (tokens.is(Type.NAME) && tokens.following().isOperator("=")) {
        String name = tokens.expectName();
        tokens.next();
        if (!names.add(name)) {
          throw TemplateException.syntax(tokens.line(), "the argument '" + name + "' stands twice");
        }
        named.add(new Expr.Named(name, expressions.expression()));
      } else if (named.isEmpty() && rest == null) {
        positional.add(expressions.expression());
      } else {
        throw tokens.unexpected("an argument with a name");
      }
      if (!tokens.current().isOperator(")")) {
        tokens.expectOperator(",");
      }
    }
    return new Expr.CallArguments(positional, rest, named);
  }

  Expr filtersAndTests(Expr input) {
    Expr expr = input;
    while (true) {
      if (tokens.skipOperator("|")) {
        expr = new Expr.Filtered(expr, filterCall());
      } else if (tokens.skipName("is")) {
        expr = test(expr);
      } else if (tokens.current().isOperator("(")) {
        expr = call(expr);
      } else {
        return expr;
      }
    }
  }

  /** Filters one behind the other, at least one. */
  List<Expr.FilterCall> filters() {
    List<Expr.FilterCall> filters = new ArrayList<>();
    do {
      filters.add(filterCall());
    } while (tokens.skipOperator("|"));
    return filters;
  }

  private Expr.FilterCall filterCall() {
    int line = tokens.line();
    Filter filter = Filters.get(tokens.expectName(), line);
    Expr.CallArguments arguments =
        tokens.current().isOperator("(") ? arguments() : Expr.CallArguments.NONE;
    filter.signature().check("filter", arguments, line);
    SelectionFilters.check(filter, arguments, line);
    return new Expr.FilterCall(filter, arguments);
  }

  private Expr test(Expr input) {
    boolean negated = tokens.skipName("not");
    int line = tokens.line();
    Test test = Test.get(tokens.expectName(), line);
    Expr.CallArguments arguments = Expr.CallArguments.NONE;
    if (tokens.current().isOperator("(")) {
      arguments = arguments();
    } else if (beginsArgument()) {
      if (tokens.current().isName("is")) {
        throw TemplateException.syntax(line, "You cannot chain multiple tests with is");
      }
      arguments = new Expr.CallArguments(List.of(accesses(expressions.primary())), null, List.of());
    }
    test.signature().check("test", arguments, line);
    Expr tested = new Expr.Tested(input, test, arguments);
    return negated ? new Expr.Not(tested) : tested;
  }

  /** Whether a test's one argument stands here without brackets. */
  private boolean beginsArgument() {
    Token token = tokens.current();
    return switch (token.type()) {
      case STRING, INTEGER, FLOAT -> true;
      case OPERATOR -> token.isOperator("[") || token.isOperator("{");
      case NAME -> !token.isName("else") && !token.isName("or") && !token.isName("and");
      case DATA, TAG_BEGIN, TAG_END, PRINT_BEGIN, PRINT_END, END -> false;
    };
  }
}
