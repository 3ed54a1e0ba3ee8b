package io.hunyuan4j.text.template;

import static io.hunyuan4j.text.template.Token.Type;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Parses a template into its statements. */
final class StatementParser {
  /** Of blocks in each other. */
  private static final int MAX_NESTING = 100;

  private final Tokens tokens;
  private final ExpressionParser expressions;
  private int nesting;
  private int loops; // around this place, in the same macro

  private StatementParser(Tokens tokens) {
    this.tokens = tokens;
    this.expressions = new ExpressionParser(tokens);
  }

  static List<Node> parse(String source) {
    StatementParser parser = new StatementParser(new Tokens(Lexer.tokens(source)));
    List<Node> nodes = parser.bodyUntil();
    parser.tokens.expect(Type.END, "the end of the template");
    return nodes;
  }

  /** Statements up to a tag that begins with one of these names, or to the end. */
  private List<Node> bodyUntil(String... ends) {
    if (++nesting > MAX_NESTING) {
      throw TemplateException.syntax(
          tokens.line(), "blocks are nested more than " + MAX_NESTING + " deep");
    }
    List<Node> nodes = new ArrayList<>();
    while (!tokens.is(Type.END)) {
      Token token = tokens.current();
      if (token.type() == Type.TAG_BEGIN && isOneOf(tokens.following(), ends)) {
        tokens.next();
        nesting--;
        return nodes;
      }
      nodes.add(node(tokens.next()));
    }
    if (ends.length > 0) {
      throw tokens.unexpected("the tag '" + ends[ends.length - 1] + "'");
    }
    nesting--;
    return nodes;
  }

  private static boolean isOneOf(Token token, String... names) {
    for (String name : names) {
      if (token.isName(name)) {
        return true;
      }
    }
    return false;
  }

  private Node node(Token begin) {
    return switch (begin.type()) {
      case DATA -> new Node.Data(begin.line(), Text.own(begin.text()));
      case PRINT_BEGIN -> {
        Expr value = expressions.tuple();
        tokens.expect(Type.PRINT_END, "'}}'");
        yield new Node.Print(begin.line(), value);
      }
      case TAG_BEGIN -> {
        Token tag = tokens.expect(Type.NAME, "the name of a tag");
        Node node = statement(tag.text(), begin.line());
        endOfTag();
        yield node;
      }
      case TAG_END, PRINT_END, NAME, STRING, INTEGER, FLOAT, OPERATOR, END ->
          throw TemplateException.syntax(begin.line(), "unexpected " + begin.shown());
    };
  }

  private void endOfTag() {
    tokens.expect(Type.TAG_END, "'%}'");
  }

  private Node statement(String tag, int line) {
    return switch (tag) {
      case "if" -> conditional(line);
      case "for" -> loop(line);
      case "break", "continue" -> {
        if (loops == 0) {
          throw TemplateException.syntax(line, "'" + tag + "' outside of a loop");
        }
        yield tag.equals("break") ? new Node.Break(line) : new Node.Continue(line);
      }
      case "set" -> assignment(line);
      case "macro" -> macro(line);
      case "call" -> callBlock(line);
      case "filter" -> {
        List<Expr.FilterCall> filters = expressions.filters();
        yield new Node.FilterBlock(line, filters, block("endfilter"));
      }
      case "generation" -> new Node.Generation(line, macroBody("endgeneration"));
      case "autoescape",
          "block",
          "debug",
          "do",
          "extends",
          "from",
          "import",
          "include",
          "raw",
          "trans",
          "with" ->
          throw TemplateException.notSupported(line, "the tag '" + tag + "'");
      default -> throw TemplateException.syntax(line, "Encountered unknown tag '" + tag + "'.");
    };
  }

  /** The rest of this tag, and all up to the end tag, whose own end is left. */
  private List<Node> block(String end) {
    endOfTag();
    List<Node> body = bodyUntil(end);
    tokens.expectName(end);
    return body;
  }

  private Node conditional(int line) {
    List<Node.Branch> branches = new ArrayList<>();
    do {
      Expr test = expressions.tupleWithoutConditions();
      endOfTag();
      branches.add(new Node.Branch(test, bodyUntil("elif", "else", "endif")));
    } while (tokens.skipName("elif"));
    List<Node> otherwise = List.of();
    if (tokens.skipName("else")) {
      endOfTag();
      otherwise = bodyUntil("endif");
    }
    tokens.expectName("endif");
    return new Node.If(line, branches, otherwise);
  }

  private Node loop(int line) {
    Node.Target target = targets();
    tokens.expectName("in");
    Expr items = expressions.tupleWithoutConditions();
    Expr filter = tokens.skipName("if") ? expressions.expression() : null;
    if (tokens.current().isName("recursive")) {
      throw TemplateException.notSupported(line, "a recursive loop");
    }
    endOfTag();
    loops++;
    List<Node> body = bodyUntil("endfor", "else");
    loops--;
    List<Node> otherwise = List.of();
    if (tokens.skipName("else")) {
      endOfTag();
      otherwise = bodyUntil("endfor");
    }
    tokens.expectName("endfor");
    return new Node.For(line, target, items, filter, body, otherwise);
  }

  private Node assignment(int line) {
    Node.Target target = targets();
    if (tokens.skipOperator("=")) {
      return new Node.Set(line, target, expressions.tuple());
    }
    List<Expr.FilterCall> filters = tokens.skipOperator("|") ? expressions.filters() : List.of();
    return new Node.SetBlock(line, target, filters, block("endset"));
  }

  /** One target, or several with commas between. */
  private Node.Target targets() {
    Node.Target first = target();
    if (!tokens.current().isOperator(",")) {
      return first;
    }
    List<Node.Target> targets = new ArrayList<>(List.of(first));
    while (tokens.skipOperator(",")) {
      if (!tokens.is(Type.NAME) && !tokens.current().isOperator("(")) {
        break;
      }
      targets.add(target());
    }
    return new Node.TupleTarget(targets);
  }

  private Node.Target target() {
    if (tokens.skipOperator("(")) {
      if (++nesting > MAX_NESTING) {
        throw TemplateException.syntax(tokens.line(), "targets are nested too deep");
      }
      Node.Target inner = targets();
      nesting--;
      tokens.expectOperator(")");
      return inner;
    }
    int line = tokens.line();
    String name = tokens.expectName();
    if (tokens.skipOperator(".")) {
      return new Node.NamespaceTarget(name, tokens.expectName());
    }
    if (Set.of("true", "True", "false", "False", "none", "None").contains(name)) {
      throw TemplateException.syntax(line, "can't assign to '" + name + "'");
    }
    return new Node.NameTarget(name);
  }

  private Node macro(int line) {
    String name = tokens.expectName();
    List<Node.Parameter> parameters = parameters();
    return new Node.MacroDefinition(
        line, name, new Node.MacroBody(parameters, macroBody("endmacro")));
  }

  private Node callBlock(int line) {
    List<Node.Parameter> parameters = tokens.current().isOperator("(") ? parameters() : List.of();
    if (!(expressions.expression() instanceof Expr.Call call)) {
      throw TemplateException.syntax(line, "expected call");
    }
    List<Node> body = macroBody("endcall");
    return new Node.CallBlock(line, new Node.MacroBody(parameters, body), call);
  }

  /** A body that is called, so that no loop outside can be left from it. */
  private List<Node> macroBody(String end) {
    int outerLoops = loops;
    loops = 0;
    List<Node> body = block(end);
    loops = outerLoops;
    return body;
  }

  private List<Node.Parameter> parameters() {
    tokens.expectOperator("(");
    List<Node.Parameter> parameters = new ArrayList<>();
    while (!tokens.skipOperator(")")) {
      String name = tokens.expectName();
      if (tokens.skipOperator("=")) {
        parameters.add(new Node.Parameter(name, expressions.expression()));
      } else if (parameters.isEmpty() || parameters.getLast().otherwise() == null) {
        parameters.add(new Node.Parameter(name, null));
      } else {
        throw TemplateException.syntax(
            tokens.line(), "non-default argument follows default argument");
      }
      if (!tokens.current().isOperator(")")) {
        tokens.expectOperator(",");
      }
    }
    return parameters;
  }
}
