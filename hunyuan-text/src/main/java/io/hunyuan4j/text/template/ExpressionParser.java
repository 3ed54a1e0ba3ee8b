package io.hunyuan4j.text.template;

import static io.hunyuan4j.text.template.Token.Type;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Parses expressions, with the precedence they have in Jinja ({@code parser.py}). */
final class ExpressionParser {
  /** Of brackets, operators in front and conditions in each other. */
  private static final int MAX_NESTING = 100;

  private static final Set<String> UNSUPPORTED_FUNCTIONS = Set.of("cycler", "joiner", "lipsum");

  private final Tokens tokens;
  private int nesting;
  private Set<String> names = new HashSet<>(); // all that were read since the last exchange

  ExpressionParser(Tokens tokens) {
    this.tokens = tokens;
  }

  /** The names read so far; those to come go into {@code next}. */
  Set<String> exchangeNames(Set<String> next) {
    Set<String> old = names;
    names = next;
    return old;
  }

  /** An expression, or several with commas between: a tuple. */
  Expr tuple(boolean conditions) {
    Expr first = conditions ? expression() : or();
    if (!tokens.current().isOperator(",")) {
      return first;
    }
    List<Expr> items = new ArrayList<>(List.of(first));
    while (tokens.skipOperator(",")) {
      if (endsTuple()) {
        break;
      }
      items.add(conditions ? expression() : or());
    }
    return new Expr.TupleOf(items);
  }

  private boolean endsTuple() {
    return tokens.is(Type.TAG_END)
        || tokens.is(Type.PRINT_END)
        || tokens.current().isOperator(")")
        || tokens.current().isOperator("]")
        || tokens.current().isOperator("=")
        || tokens.current().isName("if");
  }

  Expr expression() {
    enter();
    Expr expr = or();
    for (int line = tokens.line(); tokens.skipName("if"); line = tokens.line()) {
      Expr test = or();
      Expr otherwise = tokens.skipName("else") ? expression() : null;
      expr = new Expr.Conditional(line, test, expr, otherwise);
    }
    nesting--;
    return expr;
  }

  private void enter() {
    if (++nesting > MAX_NESTING) {
      throw TemplateException.syntax(
          tokens.line(), "an expression is nested more than " + MAX_NESTING + " deep");
    }
  }

  private Expr or() {
    Expr left = and();
    while (tokens.skipName("or")) {
      left = new Expr.Or(left, and());
    }
    return left;
  }

  private Expr and() {
    Expr left = not();
    while (tokens.skipName("and")) {
      left = new Expr.And(left, not());
    }
    return left;
  }

  private Expr not() {
    if (!tokens.skipName("not")) {
      return comparison();
    }
    enter();
    Expr operand = not();
    nesting--;
    return new Expr.Not(operand);
  }

  private Expr comparison() {
    Expr first = sum();
    List<Expr.Step> steps = new ArrayList<>();
    for (Comparison operator = comparisonOperator();
        operator != null;
        operator = comparisonOperator()) {
      steps.add(new Expr.Step(operator, sum()));
    }
    return steps.isEmpty() ? first : new Expr.Compared(first, steps);
  }

  private @Nullable Comparison comparisonOperator() {
    Token token = tokens.current();
    if (token.isName("not") && tokens.following().isName("in")) {
      tokens.next();
      tokens.next();
      return Comparison.NOT_IN;
    }
    boolean possible = token.type() == Type.OPERATOR || token.isName("in");
    Comparison operator = possible ? Comparison.ofSymbol(token.text()) : null;
    if (operator != null) {
      tokens.next();
    }
    return operator;
  }

  private Expr sum() {
    Expr left = concatenation();
    while (true) {
      if (tokens.skipOperator("+")) {
        left = new Expr.Binary(Arithmetic.ADD, left, concatenation());
      } else if (tokens.skipOperator("-")) {
        left = new Expr.Binary(Arithmetic.SUBTRACT, left, concatenation());
      } else {
        return left;
      }
    }
  }

  private Expr concatenation() {
    Expr first = product();
    if (!tokens.current().isOperator("~")) {
      return first;
    }
    List<Expr> parts = new ArrayList<>(List.of(first));
    while (tokens.skipOperator("~")) {
      parts.add(product());
    }
    return new Expr.Concatenation(parts);
  }

  private Expr product() {
    Expr left = power();
    while (true) {
      Arithmetic operator =
          switch (tokens.is(Type.OPERATOR) ? tokens.current().text() : "") {
            case "*" -> Arithmetic.MULTIPLY;
            case "/" -> Arithmetic.DIVIDE;
            case "//" -> Arithmetic.FLOOR_DIVIDE;
            case "%" -> Arithmetic.MODULO;
            default -> null;
          };
      if (operator == null) {
        return left;
      }
      tokens.next();
      left = new Expr.Binary(operator, left, power());
    }
  }

  /** From left to right, unlike Python. */
  private Expr power() {
    Expr left = unary(true);
    while (tokens.skipOperator("**")) {
      left = new Expr.Binary(Arithmetic.POWER, left, unary(true));
    }
    return left;
  }

  private Expr unary(boolean filters) {
    Expr expr;
    boolean minus = tokens.current().isOperator("-");
    if (minus || tokens.current().isOperator("+")) {
      enter();
      tokens.next();
      Expr operand = unary(false);
      nesting--;
      expr = minus ? new Expr.Negative(operand) : new Expr.Positive(operand);
    } else {
      expr = primary();
    }
    expr = postfix(expr);
    return filters ? filtersAndTests(expr) : expr;
  }

  private Expr primary() {
    Token token = tokens.next();
    return switch (token.type()) {
      case NAME -> nameOrConstant(token.text());
      case STRING -> {
        StringBuilder text = new StringBuilder(token.text());
        while (tokens.is(Type.STRING)) {
          text.append(tokens.next().text());
        }
        yield new Expr.Literal(Text.own(text.toString()));
      }
      case INTEGER -> new Expr.Literal(NumberLiteral.integer(token.text(), token.line()));
      case FLOAT -> new Expr.Literal(NumberLiteral.real(token.text()));
      case OPERATOR -> bracket(token);
      case DATA, TAG_BEGIN, TAG_END, PRINT_BEGIN, PRINT_END, END ->
          throw TemplateException.syntax(token.line(), "unexpected " + token.shown());
    };
  }

  private Expr nameOrConstant(String name) {
    return switch (name) {
      case "true", "True" -> new Expr.Literal(Value.Bool.of(true));
      case "false", "False" -> new Expr.Literal(Value.Bool.of(false));
      case "none", "None" -> new Expr.Literal(Value.None.NONE);
      default -> {
        names.add(name);
        yield new Expr.Name(name);
      }
    };
  }

  private Expr bracket(Token token) {
    return switch (token.text()) {
      case "(" -> {
        if (tokens.skipOperator(")")) {
          yield new Expr.TupleOf(List.of());
        }
        Expr inner = tuple(true);
        tokens.expectOperator(")");
        yield inner;
      }
      case "[" -> {
        List<Expr> items = new ArrayList<>();
        while (!tokens.skipOperator("]")) {
          items.add(expression());
          if (!tokens.current().isOperator("]")) {
            tokens.expectOperator(",");
          }
        }
        yield new Expr.ListOf(items);
      }
      case "{" -> {
        List<Expr.Pair> pairs = new ArrayList<>();
        while (!tokens.skipOperator("}")) {
          Expr key = expression();
          tokens.expectOperator(":");
          pairs.add(new Expr.Pair(key, expression()));
          if (!tokens.current().isOperator("}")) {
            tokens.expectOperator(",");
          }
        }
        yield new Expr.DictOf(pairs);
      }
      default -> throw TemplateException.syntax(token.line(), "unexpected " + token.shown());
    };
  }

  private Expr postfix(Expr target) {
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
      Token index = tokens.next();
      return new Expr.Item(
          target, new Expr.Literal(NumberLiteral.integer(index.text(), index.line())));
    }
    return new Expr.Attribute(target, tokens.expectName());
  }

  private Expr subscript(Expr target) {
    Expr start = tokens.current().isOperator(":") ? null : expression();
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
        : expression();
  }

  private Expr.Call call(Expr callee) {
    int line = tokens.line();
    if (callee instanceof Expr.Attribute method && Methods.isUnsupported(method.name())) {
      throw TemplateException.notSupported(line, "the method '" + method.name() + "'");
    }
    if (callee instanceof Expr.Name function && UNSUPPORTED_FUNCTIONS.contains(function.name())) {
      throw TemplateException.notSupported(line, "the function '" + function.name() + "'");
    }
    return new Expr.Call(callee, arguments());
  }

  private Expr.CallArguments arguments() {
    tokens.expectOperator("(");
    List<Expr> positional = new ArrayList<>();
    List<Expr.Named> named = new ArrayList<>();
    while (!tokens.skipOperator(")")) {
      if (tokens.current().isOperator("*") || tokens.current().isOperator("**")) {
        throw TemplateException.notSupported(tokens.line(), "arguments with * or **");
      }
      if (tokens.is(Type.NAME) && tokens.following().isOperator("=")) {
        String name = tokens.expectName();
        tokens.next();
        if (named.stream().anyMatch(argument -> argument.name().equals(name))) {
          throw TemplateException.syntax(tokens.line(), "the argument '" + name + "' stands twice");
        }
        named.add(new Expr.Named(name, expression()));
      } else if (named.isEmpty()) {
        positional.add(expression());
      } else {
        throw tokens.unexpected("an argument with a name");
      }
      if (!tokens.current().isOperator(")")) {
        tokens.expectOperator(",");
      }
    }
    return new Expr.CallArguments(positional, named);
  }

  private Expr filtersAndTests(Expr input) {
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
    String name = dottedName();
    Filter filter = Filters.find(name);
    if (filter == null) {
      throw Filters.isUnsupported(name)
          ? TemplateException.notSupported(line, "the filter '" + name + "'")
          : TemplateException.syntax(line, "No filter named '" + name + "'.");
    }
    Expr.CallArguments arguments =
        tokens.current().isOperator("(") ? arguments() : Expr.CallArguments.NONE;
    requireKnownNames(name, arguments, line);
    return new Expr.FilterCall(filter, arguments);
  }

  /** What {@code map}, {@code select} and their like are told to use must be known. */
  private static void requireKnownNames(String name, Expr.CallArguments arguments, int line) {
    int at =
        switch (name) {
          case "map", "select", "reject" -> 0;
          case "selectattr", "rejectattr" -> 1;
          default -> Integer.MAX_VALUE;
        };
    if (at < arguments.positional().size()
        && arguments.positional().get(at) instanceof Expr.Literal(Text used)) {
      boolean filter = name.equals("map");
      boolean known = filter ? Filters.find(used.chars()) != null : Test.find(used.chars()) != null;
      if (!known) {
        throw TemplateException.syntax(
            line, "No " + (filter ? "filter" : "test") + " named '" + used + "'.");
      }
    }
  }

  private String dottedName() {
    StringBuilder name = new StringBuilder(tokens.expectName());
    while (tokens.skipOperator(".")) {
      name.append('.').append(tokens.expectName());
    }
    return name.toString();
  }

  private Expr test(Expr input) {
    boolean negated = tokens.skipName("not");
    int line = tokens.line();
    String name = dottedName();
    Test test = Test.find(name);
    if (test == null) {
      throw TemplateException.syntax(line, "No test named '" + name + "'.");
    }
    Expr.CallArguments arguments = Expr.CallArguments.NONE;
    if (tokens.current().isOperator("(")) {
      arguments = arguments();
    } else if (beginsArgument()) {
      if (tokens.current().isName("is")) {
        throw TemplateException.syntax(line, "You cannot chain multiple tests with is");
      }
      arguments = new Expr.CallArguments(List.of(postfix(primary())), List.of());
    }
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
