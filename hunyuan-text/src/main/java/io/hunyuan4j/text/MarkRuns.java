package io.hunyuan4j.text;

import java.text.Normalizer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Puts long runs of combining marks into canonical order, so that {@link Normalizer} has nothing
 * left to sort there. It sorts by insertion: a megabyte of two alternating marks would take it
 * minutes. The text stays canonically equivalent, so its normal form is the same.
 *
 * <p>The order is that of the canonical combining classes (Unicode, section 3.11). The JDK does not
 * tell them, but shows which of two marks comes first.
 */
final class MarkRuns {
  private static final int FIRST_COMBINING = 0x300;

  /** Shorter runs are sorted fast enough as they are. */
  private static final int LONG_RUN_CHARS = 64;

  /**
   * A mark of class 1, the first after class 0: it moves in front of all marks of other classes.
   */
  private static final int FIRST_MARK = 0x0334;

  /** A mark of class 240, the last: it moves behind all marks of other classes. */
  private static final int LAST_MARK = 0x0345;

  private final Map<Integer, int[]> decompositions = new HashMap<>();
  private final Map<Integer, Integer> classes =
      new HashMap<>(); // 0: is not moved; else equal or ascending as the true classes

  private MarkRuns() {}

  /**
   * A canonically equivalent text in which runs of more than {@value #LONG_RUN_CHARS} chars of
   * marks are decomposed and in order.
   */
  static String order(String text) {
    StringBuilder ordered = null;
    int copied = 0;
    for (int at = 0; at < text.length(); ) {
      int end = endOfMarks(text, at);
      if (end - at > LONG_RUN_CHARS) {
        ordered = ordered == null ? new StringBuilder(text.length()) : ordered;
        ordered.append(text, copied, at);
        new MarkRuns().appendOrdered(text.substring(at, end), ordered);
        copied = end;
      }
      at = end > at ? end : at + 1;
    }
    return ordered == null ? text : ordered.append(text, copied, text.length()).toString();
  }

  private static int endOfMarks(String text, int from) {
    int to = from;
    while (to < text.length()) {
      int codePoint = text.codePointAt(to);
      if (codePoint < FIRST_COMBINING || !isMark(codePoint)) {
        break;
      }
      to += Character.charCount(codePoint);
    }
    return to;
  }

  /** Only marks have a combining class other than 0, or decompose into such. */
  private static boolean isMark(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.NON_SPACING_MARK, Character.COMBINING_SPACING_MARK, Character.ENCLOSING_MARK ->
          true;
      default -> false;
    };
  }

  private void appendOrdered(String run, StringBuilder ordered) {
    int[] marks =
        run.codePoints()
            .flatMap(
                mark ->
                    Arrays.stream(
                        decompositions.computeIfAbsent(
                            mark, m -> decomposed(Character.toString(m)).codePoints().toArray())))
            .toArray();
    classify(marks);
    for (int start = 0; start < marks.length; ) {
      int end = start;
      while (end < marks.length && classes.getOrDefault(marks[end], 0) > 0) {
        end++;
      }
      appendSorted(marks, start, end, ordered);
      if (end < marks.length) {
        ordered.appendCodePoint(marks[end]);
      }
      start = end + 1;
    }
  }

  /** Appends marks that all may move, ascending by class; those of one class keep their order. */
  private void appendSorted(int[] marks, int start, int end, StringBuilder ordered) {
    long[] places = new long[end - start]; // class << 32 | place
    for (int place = start; place < end; place++) {
      places[place - start] = ((long) classes.getOrDefault(marks[place], 0) << 32) | place;
    }
    Arrays.sort(places);
    for (long place : places) {
      ordered.appendCodePoint(marks[(int) place]);
    }
  }

  private void classify(int[] marks) {
    List<Integer> movable =
        Arrays.stream(marks)
            .distinct()
            .filter(mark -> swaps(mark, FIRST_MARK) || swaps(LAST_MARK, mark))
            .boxed()
            .sorted((a, b) -> swaps(a, b) ? 1 : swaps(b, a) ? -1 : 0)
            .toList();
    int combiningClass = 0;
    for (int i = 0; i < movable.size(); i++) {
      if (i == 0 || swaps(movable.get(i), movable.get(i - 1))) {
        combiningClass++;
      }
      classes.put(movable.get(i), combiningClass);
    }
  }

  /** Whether {@code first} must go behind {@code second}. Both are decomposed already. */
  private static boolean swaps(int first, int second) {
    String asWritten = Character.toString(first) + Character.toString(second);
    return !decomposed(asWritten).equals(asWritten);
  }

  private static String decomposed(String text) {
    return Normalizer.normalize(text, Normalizer.Form.NFD);
  }
}
