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

  /** Of one number. */
  private static final int MAX_DIGITS = 1000;

  /** Of one name; those of published templates stay below 50. */
  private static final int MAX_NAME = 200;

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
    if (kind == '#') {
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
        if (end - at > MAX_NAME) { // names are looked up and shown again and again
          throw TemplateException.syntax(line, "a name has more than " + MAX_NAME + " characters");
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

    /** Digits, perhaps with a point and more digits. */
    private void number() {
      int end = endOfDigits(at);
      int fraction = source.startsWith(".", end) ? endOfDigits(end + 1) : end;
      boolean real = fraction > end + 1;
      end = real ? fraction : end;
      if (end < source.length() && isNamePart(source.charAt(end))) {
        throw TemplateException.notSupported(line, "a number with other characters than digits");
      }
      if (end - at > MAX_DIGITS) {
        throw TemplateException.syntax(line, "a number has more than " + MAX_DIGITS + " digits");
      }
      addAndMove(real ? Token.Type.FLOAT : Token.Type.INTEGER, end);
    }

    private int endOfDigits(int from) {
      int end = from;
      while (end < source.length() && source.charAt(end) >= '0' && source.charAt(end) <= '9') {
        end++;
      }
      return end;
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
