package io.hunyuan4j.text;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The hand-written scanner against the pattern that defines it. */
class WordScannerTest {
  private static final Pattern SINGLE_DIGITS = compile(WordScanner.SINGLE_DIGITS_PATTERN);
  private static final Pattern THREE_DIGITS = compile(WordScanner.THREE_DIGITS_PATTERN);

  private static Pattern compile(String pattern) {
    return Pattern.compile(pattern, Pattern.UNICODE_CHARACTER_CLASS);
  }

  private static List<String> scanned(int longestNumber, String text) {
    List<String> pieces = new ArrayList<>();
    new WordScanner(longestNumber)
        .cut(text, 0, text.length(), (piece, from, to) -> pieces.add(piece.substring(from, to)));
    return pieces;
  }

  private static List<String> matched(Pattern pattern, String text) {
    List<String> pieces = new ArrayList<>();
    Matcher matcher = pattern.matcher(text);
    while (matcher.find()) {
      pieces.add(matcher.group());
    }
    return pieces;
  }

  @Test
  void cutsRandomTextWhereThePatternDoes() {
    Random random = Fixtures.random("WordScannerTest", 20260);
    for (int i = 0; i < 20_000; i++) {
      String text = Fixtures.randomText(random, 14).replaceAll("[\ud800-\udfff]", "x");
      text =
          text
              + (random.nextBoolean()
                  ? Character.toString(0x1F600 + random.nextInt(64))
                      + Fixtures.randomText(random, 3).replaceAll("\\p{Cs}", "")
                  : "");
      assertEquals(matched(SINGLE_DIGITS, text), scanned(1, text));
      assertEquals(matched(THREE_DIGITS, text), scanned(3, text));
    }
  }

  /**
   * Each code point before and after a letter, a digit, a space, a line break, a mark and an
   * apostrophe.
   */
  @Test
  void putsEveryCodePointInTheClassOfThePattern() {
    for (int codePoint = 0; codePoint <= Character.MAX_CODE_POINT; codePoint++) {
      int type = Character.getType(codePoint);
      boolean vacant = type == Character.UNASSIGNED || type == Character.PRIVATE_USE;
      if (type == Character.SURROGATE || (vacant && codePoint % 97 != 0)) {
        continue; // of the many without a meaning a few will do
      }
      String c = Character.toString(codePoint);
      String text =
          "a" + c + "a1" + c + "1 " + c + " \n" + c + "\n!" + c + "!'" + c + "e'" + c + "l'l" + c
              + "'r" + c + c + c;
      assertEquals(
          matched(SINGLE_DIGITS, text),
          scanned(1, text),
          () -> "around U+" + Integer.toHexString(c.codePointAt(0)));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "  ",
        "   a",
        "   \n  a",
        "\n\n ",
        " \r\n \r\n  x",
        "a\u2003\u2003b",
        "'",
        "''s",
        "'LLama",
        "x'ſt",
        " 's",
        "1234567",
        "a1b22",
        " !\n\n x",
        "\u0301a\u0301\u0301b"
      })
  void cutsShortTextWhereThePatternDoes(String text) {
    assertEquals(matched(SINGLE_DIGITS, text), scanned(1, text));
    assertEquals(matched(THREE_DIGITS, text), scanned(3, text));
  }

  @Test
  void seesNothingBeyondThePartItIsGiven() {
    List<String> pieces = new ArrayList<>();
    new WordScanner(1)
        .cut("xa  bx", 1, 4, (text, from, to) -> pieces.add(text.substring(from, to)));
    assertEquals(List.of("a", "  "), pieces);
  }
}
