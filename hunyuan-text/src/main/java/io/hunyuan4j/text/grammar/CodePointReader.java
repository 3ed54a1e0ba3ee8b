package io.hunyuan4j.text.grammar;

import java.util.function.Function;

/** Reads a text of a notation by code points. */
final class CodePointReader {
  /** What {@link #peek} returns at the end. */
  static final int END = -1;

  private static final int MAX_COUNT = 1_000_000;

  private final int[] text;
  private final Function<String, GrammarException> broken;
  private int at;
  private int line = 1;
  private int lineCountedTo;

  /**
   * At the start of the text.
   *
   * @param broken the error at the place that has been reached, of a problem
   */
  CodePointReader(String text, Function<String, GrammarException> broken) {
    this.text = text.codePoints().toArray();
    this.broken = broken;
  }

  /** How many code points have been read. */
  int position() {
    return at;
  }

  /** Goes back to a position, or on. */
  void moveTo(int position) {
    at = position;
  }

  boolean isAtEnd() {
    return at == text.length;
  }

  /** The next code point, or {@link #END}. */
  int peek() {
    return peek(0);
  }

  /** The code point after so many others, or {@link #END}. */
  int peek(int further) {
    return at + further < text.length ? text[at + further] : END;
  }

  /** Reads the next code point; there must be one. */
  int next() {
    return text[at++];
  }

  /** Reads a character if it is the next. */
  boolean skip(char c) {
    if (peek() == c) {
      at++;
      return true;
    }
    return false;
  }

  /** What has been read since a position. */
  String since(int position) {
    return new String(text, position, at - position);
  }

  /** Reads how often something is repeated. */
  int count() {
    int start = at;
    long value = 0;
    while (peek() >= '0' && peek() <= '9') {
      value = Math.min(Integer.MAX_VALUE, value * 10 + (next() - '0'));
    }
    if (at == start || value > MAX_COUNT) {
      throw broken.apply("expected a number up to " + MAX_COUNT);
    }
    return (int) value;
  }

  /** Reads so many hexadecimal digits of a code point. */
  int hexadecimal(int digits) {
    long value = 0;
    for (int i = 0; i < digits; i++) {
      int digit = isAtEnd() ? -1 : Character.digit(peek(), 16);
      if (digit < 0) {
        throw broken.apply("expected a hexadecimal digit");
      }
      value = value * 16 + digit;
      at++;
    }
    if (value > Character.MAX_CODE_POINT) {
      throw broken.apply("the escape is past the last code point");
    }
    return (int) value;
  }

  /** A code point that is a character. */
  int character(int codePoint) {
    if (codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE) {
      throw broken.apply("a lone surrogate is no character");
    }
    return codePoint;
  }

  /** The number of the line, from 1. Asked for at rising positions, it costs no more than once. */
  int line() {
    if (at < lineCountedTo) {
      line = 1;
      lineCountedTo = 0;
    }
    for (; lineCountedTo < at && lineCountedTo < text.length; lineCountedTo++) {
      line += text[lineCountedTo] == '\n' ? 1 : 0;
    }
    return line;
  }
}
