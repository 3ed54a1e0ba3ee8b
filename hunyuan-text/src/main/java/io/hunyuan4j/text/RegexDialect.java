package io.hunyuan4j.text;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The regular expressions of tokenizer.json that {@code java.util.regex} takes in the same sense as
 * Oniguruma, in which they are written, and that cannot overflow the stack. All patterns of known
 * byte-level tokenizers are among them: GPT-2, cl100k, o200k, Llama 3, Qwen 2, DeepSeek V3,
 * Hunyuan.
 *
 * <p>Refused for meaning something else there: {@code \w \b \h \R \X} and other letters after a
 * backslash, {@code ^} and {@code $}, classes inside classes, {@code &&}, look-behind,
 * back-references, flags other than {@code i}, {@code {n}+}. Refused because Java would recurse
 * once a repetition: a repeated group, a count without end or above {@value #MAX_REPEATS}. What is
 * left is still checked by {@link Pattern#compile}.
 */
final class RegexDialect {
  private static final int MAX_CHARS = 4096;
  private static final int MAX_NESTING = 16;
  private static final int MAX_REPEATS = 1000;

  private final JsonCursor regex;
  private final String pattern;
  private int at;
  private int nesting;

  private RegexDialect(JsonCursor regex) {
    this.regex = regex;
    pattern = regex.string();
  }

  /** Fails unless {@code regex}, a string, is in the dialect. */
  static void check(JsonCursor regex) {
    if (regex.string().length() > MAX_CHARS) {
      throw regex.broken(
          "expected a pattern of at most "
              + MAX_CHARS
              + " chars, found "
              + regex.string().length());
    }
    new RegexDialect(regex).check();
  }

  private void check() {
    while (at < pattern.length()) {
      char c = pattern.charAt(at++);
      switch (c) {
        case '\\' -> escape();
        case '[' -> characterClass();
        case '(' -> openGroup();
        case ')' -> closeGroup();
        case '{' -> count();
        case '^', '$' -> throw unsupported("an anchor");
        default -> {}
      }
    }
  }

  /** After a backslash. */
  private void escape() {
    char c = at < pattern.length() ? pattern.charAt(at++) : ' ';
    if (c == 'p' || c == 'P') {
      // Only general categories have the same names on both sides.
      if (!matches("\\{[CLMNPSZ][a-z]?}")) {
        throw unsupported("a property that is not a general category such as \\p{L}");
      }
    } else if ("rnftsSdDux".indexOf(c) < 0 && (Character.isLetterOrDigit(c) || c == ' ')) {
      throw unsupported("the escape \\" + c);
    }
  }

  private boolean matches(String next) {
    Matcher matcher = Pattern.compile(next).matcher(pattern).region(at, pattern.length());
    boolean found = matcher.lookingAt();
    at = found ? matcher.end() : at;
    return found;
  }

  /** After an opening bracket. */
  private void characterClass() {
    int first = at;
    while (at < pattern.length()) {
      char c = pattern.charAt(at++);
      if (c == ']' && at - 1 > first) {
        return;
      } else if (c == '\\') {
        escape();
      } else if (c == '[' || c == ']' || (c == '&' && pattern.startsWith("&", at))) {
        throw unsupported("a class inside a class");
      }
    }
  }

  /** After an opening parenthesis. */
  private void openGroup() {
    if (++nesting > MAX_NESTING) {
      throw unsupported("more than " + MAX_NESTING + " nested groups");
    }
    if (pattern.startsWith("?", at) && !matches("\\?(:|i:|=|!|>)")) {
      throw unsupported("a group other than (…), (?:…), (?i:…), (?=…), (?!…), (?>…)");
    }
  }

  /** After a closing parenthesis. */
  private void closeGroup() {
    nesting--;
    if (at < pattern.length() && "*+{".indexOf(pattern.charAt(at)) >= 0) {
      throw unsupported("a repeated group");
    }
  }

  /** After an opening brace that is not part of a property. */
  private void count() {
    int start = at;
    if (!matches("\\d{1,4}(,\\d{1,4})?}") || matches("[+]")) {
      throw unsupported("a repetition other than {n} and {n,m}");
    }
    String bounds = pattern.substring(start, at - 1);
    if (Integer.parseInt(bounds.substring(bounds.indexOf(',') + 1)) > MAX_REPEATS) {
      throw unsupported("more than " + MAX_REPEATS + " repetitions");
    }
  }

  private VocabularyFormatException unsupported(String what) {
    return regex.broken(
        "the pattern has "
            + what
            + " (before char "
            + at
            + "), which is not supported: "
            + VocabularyFormatException.quoted(pattern));
  }
}
