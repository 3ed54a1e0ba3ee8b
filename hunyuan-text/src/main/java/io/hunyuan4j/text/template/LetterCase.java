package io.hunyuan4j.text.template;

import java.util.Locale;
import java.util.function.UnaryOperator;

/** Upper and lower case as Python's {@code str} has them; each letter keeps its mark. */
final class LetterCase {
  private LetterCase() {}

  static Text upper(Text text, Budget budget) {
    return map(text, LetterCase::upper, budget);
  }

  static Text lower(Text text, Budget budget) {
    return map(text, LetterCase::lower, budget);
  }

  private static String upper(String text) {
    return text.toUpperCase(Locale.ROOT);
  }

  private static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }

  /**
   * The text mapped as a whole, because a final sigma depends on its neighbours; the marks go by
   * code points, whose mappings have the same lengths.
   */
  private static Text map(Text text, UnaryOperator<String> mapping, Budget budget) {
    String mapped = mapping.apply(text.chars());
    TextBuilder out = new TextBuilder(budget);
    int done = 0;
    for (int at = 0; at < text.length(); ) {
      String letter = Character.toString(text.chars().codePointAt(at));
      int end = Math.min(mapped.length(), done + mapping.apply(letter).length());
      out.append(mapped.substring(done, end), text, at);
      done = end;
      at += letter.length();
    }
    return out.toText();
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

  static boolean isUpper(Text text, Budget budget) {
    budget.read(text.length());
    return text.chars().codePoints().anyMatch(Character::isUpperCase)
        && text.chars()
            .codePoints()
            .noneMatch(c -> Character.isLowerCase(c) || Character.isTitleCase(c));
  }

  static boolean isLower(Text text, Budget budget) {
    budget.read(text.length());
    return text.chars().codePoints().anyMatch(Character::isLowerCase)
        && text.chars()
            .codePoints()
            .noneMatch(c -> Character.isUpperCase(c) || Character.isTitleCase(c));
  }
}
