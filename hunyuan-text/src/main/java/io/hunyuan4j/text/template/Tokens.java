package io.hunyuan4j.text.template;

import java.util.List;

/** The tokens of a template while they are parsed. */
final class Tokens {
  private final List<Token> tokens; // END is the last
  private int at;

  Tokens(List<Token> tokens) {
    this.tokens = tokens;
  }

  Token current() {
    return tokens.get(at);
  }

  Token following() {
    return tokens.get(Math.min(at + 1, tokens.size() - 1));
  }

  int line() {
    return current().line();
  }

  Token next() {
    Token token = current();
    at = Math.min(at + 1, tokens.size() - 1);
    return token;
  }

  boolean is(Token.Type type) {
    return current().type() == type;
  }

  boolean skipOperator(String operator) {
    return skipIf(current().isOperator(operator));
  }

  boolean skipName(String name) {
    return skipIf(current().isName(name));
  }

  private boolean skipIf(boolean holds) {
    if (holds) {
      next();
    }
    return holds;
  }

  void expectOperator(String operator) {
    if (!skipOperator(operator)) {
      throw unexpected("'" + operator + "'");
    }
  }

  void expectName(String name) {
    if (!skipName(name)) {
      throw unexpected("'" + name + "'");
    }
  }

  /** A name of any spelling. */
  String expectName() {
    return expect(Token.Type.NAME, "a name").text();
  }

  Token expect(Token.Type type, String what) {
    if (!is(type)) {
      throw unexpected(what);
    }
    return next();
  }

  TemplateException unexpected(String expected) {
    return TemplateException.syntax(
        line(), "expected " + expected + ", found " + current().shown());
  }
}
