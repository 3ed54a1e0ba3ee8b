package io.hunyuan4j.text;

import io.hunyuan4j.text.template.Text;
import java.util.BitSet;

/**
 * A text of which some chars are the template's own, the only ones that may spell a special token.
 *
 * @param own indices of these chars
 */
record OwnChars(String text, BitSet own) {
  /** Hangul vowels and final consonants, which join the consonant before them. */
  private static final int FIRST_JAMO_VOWEL = 0x1161;

  private static final int LAST_JAMO_VOWEL = 0x1175;
  private static final int FIRST_JAMO_FINAL = 0x11A8;
  private static final int LAST_JAMO_FINAL = 0x11C2;

  /** Since Unicode 16 a letter that joins the one before it. */
  private static final int KIRAT_RAI_VOWEL_SIGN_E = 0x16D67;

  /**
   * The marks of {@code marked} on its chars, or on others that stand for them one by one.
   *
   * @param chars as many
   */
  static OwnChars of(Text marked, String chars) {
    BitSet own = new BitSet(chars.length());
    for (int at = 0; at < chars.length(); at++) {
      own.set(at, marked.isOwn(at));
    }
    return new OwnChars(chars, own);
  }

  /** Whether the template wrote all chars from {@code start} to {@code end}, exclusive. */
  boolean isOwn(int start, int end) {
    return own.nextClearBit(start) >= end;
  }

  OwnChars part(int start, int end) {
    return start == 0 && end == text.length()
        ? this
        : new OwnChars(text.substring(start, end), own.get(start, end));
  }

  /**
   * The text normalised. A character that came of several is own if all of them were; one that
   * stayed keeps its mark.
   */
  OwnChars normalized(Normalization normalization) {
    String whole = normalization.apply(text);
    if (whole.equals(text)) {
      return this;
    }
    StringBuilder joined = new StringBuilder(whole.length());
    BitSet marks = new BitSet(whole.length());
    for (int start = 0; start < text.length(); ) {
      int end = start + Character.charCount(text.codePointAt(start));
      int rest = end;
      while (end < text.length() && joinsItsPredecessor(text.codePointAt(end))) {
        end += Character.charCount(text.codePointAt(end));
      }
      String segment = text.substring(start, end);
      String normal = normalization.apply(segment);
      int at = joined.length();
      joined.append(normal);
      if (normal.equals(segment)) {
        for (int i = start; i < end; i++) {
          marks.set(at + i - start, own.get(i));
        }
      } else {
        int kept = normal.startsWith(text.substring(start, rest)) ? rest - start : 0;
        marks.set(at, at + kept, isOwn(start, rest));
        marks.set(at + kept, joined.length(), isOwn(start + kept, end));
      }
      start = end;
    }
    // Should a newer Unicode join more than this knows, nothing is taken for own.
    return joined.toString().equals(whole)
        ? new OwnChars(whole, marks)
        : new OwnChars(whole, new BitSet());
  }

  /** Whether normalisation can make one character of this one and the one before it. */
  static boolean joinsItsPredecessor(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.NON_SPACING_MARK, Character.COMBINING_SPACING_MARK, Character.ENCLOSING_MARK ->
          true;
      default ->
          codePoint == KIRAT_RAI_VOWEL_SIGN_E
              || (codePoint >= FIRST_JAMO_VOWEL && codePoint <= LAST_JAMO_VOWEL)
              || (codePoint >= FIRST_JAMO_FINAL && codePoint <= LAST_JAMO_FINAL);
    };
  }
}
