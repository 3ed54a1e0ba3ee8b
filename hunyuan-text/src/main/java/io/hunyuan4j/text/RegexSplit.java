package io.hunyuan4j.text;

import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Cuts a text at the matches of a pattern: each match is a piece, and so is what lies between
 * ("Isolated" in tokenizer.json).
 *
 * <p>The pattern has passed {@link RegexDialect}, so it means here what it means to Hugging Face's
 * library and does not recurse in the text. It may still backtrack too much; so the chars it looks
 * at are counted, and too many are an error instead of a hang.
 *
 * @param file and {@code place} where the pattern stands, for errors
 */
record RegexSplit(Pattern pattern, Path file, String place) implements PreTokenizer {
  /** Many times what a pattern of a real vocabulary looks at, for a char of text. */
  private static final long MAX_LOOKS_PER_CHAR = 500;

  /**
   * The pattern in {@code regex}, a string in a tokenizer.json. One that can match no text is
   * refused.
   */
  static RegexSplit of(JsonCursor regex) {
    String pattern = regex.string();
    RegexDialect.check(regex);
    try {
      int flags =
          Pattern.UNICODE_CHARACTER_CLASS
              | Pattern.UNIX_LINES; // UNIX_LINES: a dot stops at \n alone
      Pattern compiled = Pattern.compile(pattern, flags);
      if (compiled.matcher("").find()) {
        throw regex.expected("a pattern that matches at least one character");
      }
      return new RegexSplit(compiled, regex.file(), regex.place().toString());
    } catch (PatternSyntaxException e) {
      throw regex.broken(
          "expected a regular expression, but: " + e.getDescription() + " at " + e.getIndex());
    }
  }

  @Override
  public void cut(String text, int start, int end, PieceSink pieces) {
    CountedText counted = new CountedText(text, start, end, this);
    Matcher matcher = pattern.matcher(counted);
    int cut = start;
    while (matcher.find()) {
      int from = start + matcher.start();
      int to = start + matcher.end();
      if (from == to) {
        throw new VocabularyFormatException(
            file, place, "the pattern matches no text at char " + from + ", which cuts nothing");
      }
      if (cut < from) {
        pieces.piece(text, cut, from);
      }
      pieces.piece(text, from, to);
      cut = to;
    }
    if (cut < end) {
      pieces.piece(text, cut, end);
    }
  }

  private static final class CountedText implements CharSequence {
    private final String text;
    private final int start;
    private final int end;
    private final RegexSplit split;
    private long looksLeft;

    CountedText(String text, int start, int end, RegexSplit split) {
      this.text = text;
      this.start = start;
      this.end = end;
      this.split = split;
      looksLeft = (end - start + 16) * MAX_LOOKS_PER_CHAR;
    }

    @Override
    public char charAt(int index) {
      if (--looksLeft < 0) {
        throw new VocabularyFormatException(
            split.file,
            split.place,
            "the pattern looks at a text of "
                + length()
                + " chars more than "
                + MAX_LOOKS_PER_CHAR
                + " times");
      }
      return text.charAt(start + index);
    }

    @Override
    public int length() {
      return end - start;
    }

    @Override
    public CharSequence subSequence(int from, int to) {
      return text.subSequence(start + from, start + to);
    }

    @Override
    public String toString() {
      return text.substring(start, end);
    }
  }
}
