package io.hunyuan4j.text.template;

import static io.hunyuan4j.text.template.Token.Type;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Parses expressions, with the precedence they have in Jinja ({@code parser.py}). */
final class ExpressionParser {
  /** Of brackets, operators in front and conditions in each other. */
  private static final int MAX_NESTING = 100;

  private final Tokens tokens;
  private final PostfixParser postfixes;
  private int nesting;

  ExpressionParser(Tokens tokens) {
    this.tokens = tokens;
    this.postfixes = new PostfixParser(tokens, this);
  }

  /** An expression, or several with commas between: a tuple. */
  Expr tuple() {
    return tuple(this::expression);
  }

  /** The same where a condition would not belong to it, as before the {@code if} of a loop. */
  Expr tupleWithoutConditions() {
    return tuple(this::or);
  }

  private Expr tuple(Supplier<Expr> item) {
    Expr first = item.get();
    if (!tokens.current().isOperator(",")) {
      return first;
    }
    List<Expr> items = new ArrayList<>(List.of(first));
    while (tokens.skipOperator(",")) {
      if (endsTuple()) {
        break;
      }
      items.add(item.get());
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
        Expr right = concatenation();
        left =
            Markup.isMarked(left) || Markup.isMarked(right)
                ? new Expr.MarkedSum(left, right)
                : new Expr.Binary(Arithmetic.ADD, left, right);
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
    Expr left = postfixes.filtersAndTests(signed());
    while (true) {
      Arithmetic operator =
          switch (tokens.is(Type.OPERATOR) ? tokens.current().text() : "") {
            case "*" -> Arithmetic.MULTIPLY;
            case "/" -> Arithmetic.DIVIDE;
            case "//" -> Arithmetic.FLOOR_DIVIDE;
            case "%" -> Arithmetic.MODULO;
            case "**" -> throw TemplateException.notSupported(tokens.line(), "the operator '**'");
            default -> null;
          };
      if (operator == null) {
        return left;
      }
      int line = tokens.next().line();
      if (operator == Arithmetic.MODULO && left instanceof Expr.Literal(Text _)) {
        throw TemplateException.notSupported(line, "a string before %");
      }
      left = new Expr.Binary(operator, left, postfixes.filtersAndTests(signed()));
    }
  }

  private Expr signed() {
    if (!tokens.skipOperator("-")) {
      return postfixes.accesses(primary());
    }
    enter();
    Expr operand = signed();
    nesting--;
    return new Expr.Negative(operand);
  }

  /** Filters one behind the other, at least one. */
  List<Expr.FilterCall> filters() {
    return postfixes.filters();
  }

  /** A name, a literal or what stands in brackets. */
  Expr primary() {
    Token token = tokens.next();
    return switch (token.type()) {
      case NAME -> nameOrConstant(token);
      case STRING -> {
        StringBuilder text = new StringBuilder(token.text());
        while (tokens.is(Type.STRING)) {
          text.append(tokens.next().text());
        }
        yield new Expr.Literal(Text.own(text.toString()));
      }
      case INTEGER -> integer(token);
      case FLOAT -> new Expr.Literal(new Value.Real(Double.parseDouble(token.text())));
      case OPERATOR -> bracket(token);
      case DATA, TAG_BEGIN, TAG_END, PRINT_BEGIN, PRINT_END, END ->
          throw TemplateException.syntax(token.line(), "unexpected " + token.shown());
    };
  }

  private static Expr nameOrConstant(Token token) {
    String name = token.text();
    return switch (name) {
      case "true", "True" -> new Expr.Literal(Value.Bool.of(true));
      case "false", "False" -> new Expr.Literal(Value.Bool.of(false));
      case "none", "None" -> new Expr.Literal(Value.None.NONE);
      case "varargs", "kwargs" ->
          throw TemplateException.notSupported(token.line(), "the variable '" + name + "'");
      default -> new Expr.Name(name);
    };
  }

  static Expr integer(Token token) {
    try {
      return new Expr.Literal(new Value.Int(new BigInteger(token.text())));
    } catch (TemplateException e) {
      throw e.at(token.line());
    }
  }

  private Expr bracket(Token token) {
    return switch (token.text()) {
      case "(" -> {
        if (tokens.skipOperator(")")) {
          yield new Expr.TupleOf(List.of());
        }
        Expr inner = tuple();
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
}
