package io.hunyuan4j.text.template;

import java.util.ArrayList;
import java.util.List;

/**
 * Cuts the source of a template into tokens, with {@code trim_blocks} and {@code lstrip_blocks} as
 * transformers sets them: a line break after a tag or comment goes, and blanks between the start of
 * a line and a tag or comment go. {@code -} beside a delimiter takes all whitespace there, {@code
 * +} keeps it. One line break at the very end goes too. Source: Jinja's {@code lexer.py}.
 */
final class Lexer {
  private static final int NONE = -1;

  private final String source;
  private final List<Token> tokens = new ArrayList<>();
  private int at;
  private int line = 1;
  private boolean lineStarting = true; // whether what was last read ended a line

  private Lexer(String source) {
    String unix = source.replace("\r\n", "\n").replace('\r', '\n');
    this.source = unix.endsWith("\n") ? unix.substring(0, unix.length() - 1) : unix;
  }

  static List<Token> tokens(String source) {
    Lexer lexer = new Lexer(source);
    while (lexer.at < lexer.source.length()) {
      lexer.next();
    }
    lexer.add(Token.Type.END, "");
    return lexer.tokens;
  }

  /** Text up to the next delimiter, and what begins there. */
  private void next() {
    int open = nextOpening(at);
    if (open == NONE) {
      data(source.substring(at));
      moveTo(source.length());
      return;
    }
    char kind = source.charAt(open + 1);
    int inner = open + 2;
    char sign = inner < source.length() ? source.charAt(inner) : ' ';
    if (sign == '-' || sign == '+') {
      inner++;
    }
    textBefore(open, kind, sign);
    moveTo(open);
    int rawBody = kind == '%' ? endOfRawTag(inner) : NONE;
    if (rawBody != NONE) {
      raw(rawBody);
    } else if (kind == '#') {
      comment(inner);
    } else {
      boolean tag = kind == '%';
      add(tag ? Token.Type.TAG_BEGIN : Token.Type.PRINT_BEGIN, "");
      moveTo(inner);
      new CodeLexer(tag).run();
    }
  }

  private int nextOpening(int from) {
    for (int open = source.indexOf('{', from);
        open >= 0 && open + 1 < source.length();
        open = source.indexOf('{', open + 1)) {
      char kind = source.charAt(open + 1);
      if (kind == '%' || kind == '{' || kind == '#') {
        return open;
      }
    }
    return NONE;
  }

  /** Adds the text from here to an opening delimiter, without what that takes of it. */
  private void textBefore(int open, char kind, char sign) {
    int end = open;
    if (sign == '-') {
      while (end > at && Characters.isSpace(source.charAt(end - 1))) {
        end--;
      }
    } else if (sign != '+' && kind != '{') {
      int blank = open;
      while (blank > at
          && source.charAt(blank - 1) != '\n'
          && Characters.isSpace(source.charAt(blank - 1))) {
        blank--;
      }
      boolean startsLine = blank > at ? source.charAt(blank - 1) == '\n' : lineStarting;
      end = startsLine ? blank : open;
    }
    data(source.substring(at, end));
  }

  private void data(String text) {
    if (!text.isEmpty()) {
      add(Token.Type.DATA, text);
    }
  }

  private void add(Token.Type type, String text) {
    tokens.add(new Token(type, text, line));
  }

  private void moveTo(int to) {
    for (int i = at; i < to; i++) {
      line += source.charAt(i) == '\n' ? 1 : 0;
    }
    if (to > at) {
      lineStarting = source.charAt(to - 1) == '\n';
    }
    at = to;
  }

  private int skipSpace(int from) {
    int to = from;
    while (to < source.length() && Characters.isSpace(source.charAt(to))) {
      to++;
    }
    return to;
  }

  /**
   * Where the tag that begins here ends, if its only word is {@code word}: the index behind its
   * {@code %}}, before what that takes.
   */
  private int endOfTag(int inner, String word) {
    int start = skipSpace(inner);
    if (!source.startsWith(word, start)) {
      return NONE;
    }
    int close = skipSpace(start + word.length());
    if (close < source.length() && "-+".indexOf(source.charAt(close)) >= 0) {
      close++;
    }
    return source.startsWith("%}", close) ? close + 2 : NONE;
  }

  /** Where the text behind {@code {% raw %}} begins, if this tag is one. */
  private int endOfRawTag(int inner) {
    int end = endOfTag(inner, "raw");
    if (end == NONE || source.charAt(end - 3) == '+') {
      return NONE;
    }
    return source.charAt(end - 3) == '-' ? skipSpace(end) : end;
  }

  private void raw(int body) {
    moveTo(body);
    for (int open = source.indexOf("{%", at); open >= 0; open = source.indexOf("{%", open + 1)) {
      char sign = open + 2 < source.length() ? source.charAt(open + 2) : ' ';
      int end = endOfTag(sign == '-' || sign == '+' ? open + 3 : open + 2, "endraw");
      if (end != NONE) {
        textBefore(open, '%', sign);
        moveTo(afterClosing(end, true));
        return;
      }
    }
    throw TemplateException.syntax(line, "missing end of raw directive");
  }

  private void comment(int inner) {
    int close = source.indexOf("#}", inner);
    if (close < 0) {
      throw TemplateException.syntax(line, "missing end of comment tag");
    }
    // The sign that opened the comment does not close it too.
    boolean signed = close > inner;
    moveTo(signed ? afterClosing(close + 2, true) : afterNewline(close + 2));
  }

  /**
   * What follows a closing delimiter that ends at {@code end}, without what that takes.
   *
   * @param trims whether a line break goes where there is no sign
   */
  private int afterClosing(int end, boolean trims) {
    return switch (source.charAt(end - 3)) {
      case '-' -> skipSpace(end);
      case '+' -> end;
      default -> trims ? afterNewline(end) : end;
    };
  }

  private int afterNewline(int end) {
    return end < source.length() && source.charAt(end) == '\n' ? end + 1 : end;
  }

  /** The tokens of one tag, or of one print. */
  private final class CodeLexer {
    private final boolean tag;
    private final StringBuilder open = new StringBuilder(); // brackets that are not closed yet

    CodeLexer(boolean tag) {
      this.tag = tag;
    }

    void run() {
      while (true) {
        if (at >= source.length()) {
          throw TemplateException.syntax(
              line, "unexpected end of template, expected '" + closing() + "'");
        }
        if (open.isEmpty() && closes()) {
          return;
        }
        token();
      }
    }

    private String closing() {
      return tag ? "%}" : "}}";
    }

    private boolean closes() {
      boolean signed = source.charAt(at) == '-' || (tag && source.charAt(at) == '+');
      int close = signed ? at + 1 : at;
      if (!source.startsWith(closing(), close)) {
        return false;
      }
      add(tag ? Token.Type.TAG_END : Token.Type.PRINT_END, "");
      int end = close + 2;
      moveTo(signed ? afterClosing(end, tag) : tag ? afterNewline(end) : end);
      return true;
    }

    private void token() {
      char c = source.charAt(at);
      if (Characters.isSpace(c)) {
        moveTo(skipSpace(at));
      } else if (c == '\'' || c == '"') {
        string(c);
      } else if (c >= '0' && c <= '9') {
        number();
      } else if (Character.isLetter(c) || c == '_') {
        int end = at + 1;
        while (end < source.length() && isNamePart(source.charAt(end))) {
          end++;
        }
        addAndMove(Token.Type.NAME, end);
      } else {
        operator(c);
      }
    }

    private static boolean isNamePart(char c) {
      return Character.isLetterOrDigit(c) || c == '_';
    }

    private void addAndMove(Token.Type type, int end) {
      add(type, source.substring(at, end));
      moveTo(end);
    }

    private void string(char quote) {
      int end = at + 1;
      while (end < source.length() && source.charAt(end) != quote) {
        end += source.charAt(end) == '\\' ? 2 : 1;
      }
      if (end >= source.length()) {
        throw TemplateException.syntax(line, "a string does not end");
      }
      add(Token.Type.STRING, StringLiteral.unescape(source.substring(at + 1, end), line));
      moveTo(end + 1);
    }

    private void number() {
      int end = NumberLiteral.endOfFloat(source, at);
      if (end > at) {
        addAndMove(Token.Type.FLOAT, end);
      } else {
        addAndMove(Token.Type.INTEGER, NumberLiteral.endOfInteger(source, at));
      }
    }

    private void operator(char c) {
      String two = at + 1 < source.length() ? source.substring(at, at + 2) : "";
      String operator =
          switch (two) {
            case "//", "**", "==", "!=", ">=", "<=" -> two;
            default -> String.valueOf(c);
          };
      if ("+-/*%~[](){}><=.:|,;".indexOf(c) < 0 && operator.length() == 1) {
        throw TemplateException.syntax(line, "unexpected char '" + c + "'");
      }
      if ("([{".indexOf(c) >= 0) {
        open.append(c);
      } else if (")]}".indexOf(c) >= 0) {
        close(c);
      }
      addAndMove(Token.Type.OPERATOR, at + operator.length());
    }

    private void close(char c) {
      int last = open.length() - 1;
      if (last < 0 || "([{".indexOf(open.charAt(last)) != ")]}".indexOf(c)) {
        throw TemplateException.syntax(line, "unexpected '" + c + "'");
      }
      open.setLength(last);
    }
  }
}
