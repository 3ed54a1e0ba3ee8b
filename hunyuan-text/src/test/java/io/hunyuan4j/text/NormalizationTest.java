package io.hunyuan4j.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Form C is that of the JDK, also where long runs of marks are put in order first. */
class NormalizationTest {
  private static String nfc(String text) {
    return Normalizer.normalize(text, Normalizer.Form.NFC);
  }

  @Test
  void isTheFormOfTheJdk() {
    Random random = Fixtures.random("NormalizationTest", 310);
    for (int i = 0; i < 5_000; i++) {
      String text = Fixtures.randomText(random, 10);
      assertEquals(nfc(text), Normalization.NFC.apply(text));
      assertEquals(text, Normalization.NONE.apply(text));
    }
  }

  @Test
  void ordersLongRunsOfMarksAsTheJdkDoes() {
    List<String> marks = new ArrayList<>();
    for (int codePoint = 0x300; codePoint <= 0x1FFFF; codePoint++) {
      switch (Character.getType(codePoint)) {
        case Character.NON_SPACING_MARK,
            Character.COMBINING_SPACING_MARK,
            Character.ENCLOSING_MARK ->
            marks.add(Character.toString(codePoint));
        default -> {}
      }
    }
    Random random = Fixtures.random("NormalizationTest.marks", 311);
    for (int i = 0; i < 300; i++) {
      StringBuilder text = new StringBuilder("a");
      int different = 2 + random.nextInt(marks.size());
      for (int length = 60 + random.nextInt(300); length > 0; length--) {
        // Mostly from the blocks of diacritics, where most combining classes are.
        text.append(
            marks.get(random.nextInt(random.nextBoolean() ? Math.min(112, different) : different)));
      }
      text.append(random.nextBoolean() ? "e\u0301" : "");
      assertEquals(nfc(text.toString()), Normalization.NFC.apply(text.toString()));
    }
  }

  /** By insertion, as the JDK sorts, each of these would take minutes. */
  @ParameterizedTest
  @ValueSource(
      strings = {"\u0301\u0327", "\u0344\u0327", "\u0f73", "\u0345\u0301\u0334", "\u302a\u3099"})
  @Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void takesAMegabyteOfMarks(String marks) {
    String text = marks.repeat(1_000_000 / marks.length());
    String normal = Normalization.NFC.apply(text);
    assertTrue(Normalizer.isNormalized(normal, Normalizer.Form.NFC));
    assertFalse(normal.isEmpty());
    // The same marks, and no others.
    assertEquals(
        counts(Normalizer.normalize(marks, Normalizer.Form.NFD), text.length() / marks.length()),
        counts(Normalizer.normalize(normal, Normalizer.Form.NFD), 1));
  }

  private static Map<Integer, Long> counts(String text, long each) {
    Map<Integer, Long> counts = new TreeMap<>();
    text.codePoints().forEach(mark -> counts.merge(mark, each, Long::sum));
    return counts;
  }
}
