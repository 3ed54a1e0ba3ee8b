package io.hunyuan4j.text.template;

/** The escapes of a string in a template, which are those of Python. */
final class StringLiteral {
  private final String body;
  private final int line;
  private final StringBuilder text = new StringBuilder();
  private int at;

  private StringLiteral(String body, int line) {
    this.body = body;
    this.line = line;
  }

  /**
   * What a literal spells.
   *
   * @param body without the quotes
   */
  static String unescape(String body, int line) {
    if (body.indexOf('\\') < 0) {
      return body;
    }
    StringLiteral literal = new StringLiteral(body, line);
    while (literal.at < body.length()) {
      char c = body.charAt(literal.at++);
      if (c == '\\') {
        literal.escape();
      } else {
        literal.text.append(c);
      }
    }
    return literal.text.toString();
  }

  private void escape() {
    char c = body.charAt(at++);
    switch (c) {
      case '\n' -> {}
      case '\\', '\'', '"' -> text.append(c);
      case 'n' -> text.append('\n');
      case 'r' -> text.append('\r');
      case 't' -> text.append('\t');
      case 'x' -> hexadecimal(2);
      case 'u' -> hexadecimal(4);
      case 'U' -> hexadecimal(8);
      case 'a', 'b', 'f', 'v', 'N', '0', '1', '2', '3', '4', '5', '6', '7' ->
          throw TemplateException.notSupported(line, "\\" + c + " in a string");
      default -> text.append('\\').append(c);
    }
  }

  private void hexadecimal(int digits) {
    int value = 0;
    for (int i = 0; i < digits; i++) {
      int digit = at < body.length() ? hexadecimalDigit(body.charAt(at)) : -1;
      if (digit < 0 || value > Character.MAX_CODE_POINT >> 4) {
        throw TemplateException.syntax(
            line, "a string has a \\x, \\u or \\U without a character's number");
      }
      value = 16 * value + digit;
      at++;
    }
    if (value > Character.MAX_CODE_POINT) {
      throw TemplateException.syntax(line, "a string has a \\U beyond the last character");
    }
    text.appendCodePoint(value);
  }

  private static int hexadecimalDigit(char c) {
    return c < 0x80 ? Character.digit(c, 16) : -1;
  }
}
