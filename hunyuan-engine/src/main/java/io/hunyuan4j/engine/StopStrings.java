package io.hunyuan4j.engine;

import java.util.List;

/**
 * Cuts a growing text at the stop string that is complete first, and holds back what may become
 * one. Belongs to one generation.
 */
final class StopStrings {
  private final List<String> stops;
  private final StringBuilder held = new StringBuilder();
  private boolean found;

  StopStrings(List<String> stops) {
    this.stops = stops;
  }

  /**
   * What can be shown after {@code piece}. Once a stop string is found, that is what came before
   * it, and then nothing.
   */
  String append(String piece) {
    if (found) {
      return "";
    }
    held.append(piece);
    int cut = -1;
    for (String stop : stops) {
      int at = held.indexOf(stop);
      if (at >= 0 && (cut < 0 || at < cut)) {
        cut = at;
      }
    }
    found = cut >= 0;
    int shown = found ? cut : held.length() - heldBack();
    String result = held.substring(0, shown);
    held.delete(0, shown);
    return result;
  }

  /** What is left at the end: text that began like a stop string and did not become one. */
  String finish() {
    String rest = found ? "" : held.toString();
    held.setLength(0);
    return rest;
  }

  boolean isFound() {
    return found;
  }

  /** Length of the longest end of the text that begins a stop string. */
  private int heldBack() {
    int longest = 0;
    for (String stop : stops) {
      for (int n = Math.min(stop.length() - 1, held.length()); n > longest; n--) {
        if (stop.startsWith(held.substring(held.length() - n))) {
          longest = n;
        }
      }
    }
    return longest;
  }
}
