package io.hunyuan4j.text.template;

/**
 * A piece of a template's source.
 *
 * @param text of a string what it spells, without quotes and escapes
 * @param line from 1
 */
record Token(Type type, String text, int line) {
  /** What a piece is. */
  enum Type {
    /** What is printed as it is. */
    DATA,
    TAG_BEGIN,
    TAG_END,
    PRINT_BEGIN,
    PRINT_END,
    NAME,
    STRING,
    INTEGER,
    FLOAT,
    OPERATOR,
    END
  }

  boolean isOperator(String operator) {
    return type == Type.OPERATOR && text.equals(operator);
  }

  boolean isName(String name) {
    return type == Type.NAME && text.equals(name);
  }

  /** The token as an error shows it. */
  String shown() {
    return switch (type) {
      case DATA -> "text";
      case TAG_BEGIN -> "'{%'";
      case TAG_END -> "end of statement block";
      case PRINT_BEGIN -> "'{{'";
      case PRINT_END -> "end of print statement";
      case NAME, INTEGER, FLOAT, OPERATOR -> "'" + text + "'";
      case STRING -> "a string";
      case END -> "end of template";
    };
  }
}
