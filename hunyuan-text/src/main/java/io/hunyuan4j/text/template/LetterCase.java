package io.hunyuan4j.text.template;

import java.util.Locale;
import java.util.function.IntFunction;

/** Upper and lower case as Python's {@code str} has them; each letter keeps its mark. */
final class LetterCase {
  private static final char SIGMA = 'Σ';
  private static final String FINAL_SIGMA = "ς";

  private LetterCase() {}

  static Text upper(Text text, Budget budget) {
    return mapped(text, at -> upper(Character.toString(text.chars().codePointAt(at))), budget);
  }

  static Text lower(Text text, Budget budget) {
    return mapped(
        text,
        at ->
            isFinalSigma(text.chars(), at)
                ? FINAL_SIGMA
                : lower(Character.toString(text.chars().codePointAt(at))),
        budget);
  }

  private static String upper(String letter) {
    return letter.toUpperCase(Locale.ROOT);
  }

  private static String lower(String letter) {
    return letter.toLowerCase(Locale.ROOT);
  }

  /**
   * Letter by letter, so that each keeps its mark. (The JDK takes quadratic time for a whole text
   * of letters that become longer, such as ß.)
   *
   * @param letterAt what stands for the code point at an index
   */
  private static Text mapped(Text text, IntFunction<String> letterAt, Budget budget) {
    budget.read(text.length());
    TextBuilder out = new TextBuilder(budget);
    for (int at = 0; at < text.length(); ) {
      out.append(letterAt.apply(at), text, at);
      at += Character.charCount(text.chars().codePointAt(at));
    }
    return out.toText();
  }

  /** Whether a capital sigma ends a word: the one letter whose mapping depends on others. */
  private static boolean isFinalSigma(String text, int at) {
    if (text.charAt(at) != SIGMA) {
      return false;
    }
    int before = at;
    while (before > 0 && Characters.isCaseIgnorable(text.codePointBefore(before))) {
      before -= Character.charCount(text.codePointBefore(before));
    }
    int after = at + 1;
    while (after < text.length() && Characters.isCaseIgnorable(text.codePointAt(after))) {
      after += Character.charCount(text.codePointAt(after));
    }
    return before > 0
        && Characters.isCased(text.codePointBefore(before))
        && (after == text.length() || !Characters.isCased(text.codePointAt(after)));
  }

  /** The first letter as in a title, the rest lower. */
  static Text capitalize(Text text, Budget budget) {
    if (text.length() == 0) {
      return text;
    }
    int first = text.indexOf(1);
    budget.characters(text.length());
    TextBuilder out = new TextBuilder(budget);
    out.append(titled(text.chars().codePointAt(0)), text, 0);
    return out.append(lower(text.slice(first, text.length()), budget)).toText();
  }

  /** Each first letter of a row of letters as in a title, the rest lower: {@code str.title}. */
  static Text title(Text text, Budget budget) {
    Text lower = lower(text, budget);
    if (lower.length() != text.length()) {
      throw TemplateException.notSupported("the title case of letters that change their length");
    }
    TextBuilder out = new TextBuilder(budget);
    boolean inWord = false;
    for (int at = 0; at < text.length(); ) {
      int codePoint = text.chars().codePointAt(at);
      int end = at + Character.charCount(codePoint);
      if (inWord) {
        out.append(lower, at, end);
      } else {
        out.append(titled(codePoint), text, at);
      }
      inWord = Characters.isCased(codePoint);
      at = end;
    }
    return out.toText();
  }

  private static String titled(int codePoint) {
    int title = Character.toTitleCase(codePoint);
    String upper = upper(Character.toString(codePoint));
    if (title != codePoint || upper.length() == Character.charCount(codePoint)) {
      return Character.toString(title);
    }
    int first = upper.offsetByCodePoints(0, 1); // ß is Ss, ﬁ is Fi
    return upper.substring(0, first) + lower(upper.substring(first));
  }
}
