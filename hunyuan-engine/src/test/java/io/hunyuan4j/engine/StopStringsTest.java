package io.hunyuan4j.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class StopStringsTest {

  private static String feed(StopStrings stops, String text, int piece) {
    StringBuilder shown = new StringBuilder();
    for (int i = 0; i < text.length(); i += piece) {
      shown.append(stops.append(text.substring(i, Math.min(text.length(), i + piece))));
    }
    return shown.append(stops.finish()).toString();
  }

  @Test
  void stopString_inPiecesOfAnySize_cutsBeforeTheFirst() {
    for (int piece = 1; piece <= 7; piece++) {
      StopStrings stops = new StopStrings(List.of("END", "\n\n"));
      assertEquals("a EN b", feed(stops, "a EN b\n\nc END d", piece));
      assertTrue(stops.isFound());
    }
  }

  @Test
  void noStopString_losesNothing() {
    for (int piece = 1; piece <= 7; piece++) {
      StopStrings stops = new StopStrings(List.of("abab", "bb"));
      assertEquals("aba ab aba", feed(stops, "aba ab aba", piece));
      assertFalse(stops.isFound());
    }
  }

  @Test
  void textThatMayBecomeAStopString_isHeldBackAndNoMore() {
    StopStrings stops = new StopStrings(List.of("abc"));
    assertEquals("x", stops.append("xab"));
    assertEquals("ab", stops.append("ab"));
    assertEquals("", stops.append("c"));
    assertTrue(stops.isFound());
    assertEquals("", stops.append("more"));
    assertEquals("", stops.finish());
  }

  @Test
  void earlierOfTwo_winsAlsoWhenItIsLonger() {
    StopStrings stops = new StopStrings(List.of("c", "abcd"));
    assertEquals("x", feed(stops, "xabcd", 5));
  }
}
