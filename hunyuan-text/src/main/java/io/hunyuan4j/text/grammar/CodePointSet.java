package io.hunyuan4j.text.grammar;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A set of Unicode code points without surrogates, as sorted ranges that do not touch.
 *
 * @param ranges ascending
 */
record CodePointSet(List<Range> ranges) {
  /** Both ends belong to it. */
  record Range(int low, int high) {}

  /** Every code point that UTF-8 can encode. */
  static final CodePointSet ALL = of(0, Character.MAX_CODE_POINT);

  static final CodePointSet NONE = new CodePointSet(List.of());

  /** What a JSON string may hold as it is: neither quote, backslash nor control character. */
  static final CodePointSet PLAIN =
      of(0, 0x1F).with(of('"', '"')).with(of('\\', '\\')).complement();

  /** Brings any ranges into the form of this record. */
  CodePointSet {
    List<Range> sorted = new ArrayList<>();
    for (Range range : ranges) {
      addWithoutSurrogates(sorted, range);
    }
    sorted.sort(Comparator.comparingInt(Range::low));
    List<Range> merged = new ArrayList<>();
    for (Range range : sorted) {
      int last = merged.size() - 1;
      if (last >= 0 && range.low() <= merged.get(last).high() + 1) {
        int high = Math.max(merged.get(last).high(), range.high());
        merged.set(last, new Range(merged.get(last).low(), high));
      } else {
        merged.add(range);
      }
    }
    ranges = List.copyOf(merged);
  }

  private static void addWithoutSurrogates(List<Range> ranges, Range range) {
    int below = Math.min(range.high(), Character.MIN_SURROGATE - 1);
    int above = Math.max(range.low(), Character.MAX_SURROGATE + 1);
    if (range.low() <= below) {
      ranges.add(new Range(range.low(), below));
    }
    if (above <= range.high()) {
      ranges.add(new Range(above, range.high()));
    }
  }

  static CodePointSet of(int low, int high) {
    return new CodePointSet(List.of(new Range(low, high)));
  }

  static CodePointSet of(int codePoint) {
    return of(codePoint, codePoint);
  }

  CodePointSet with(CodePointSet other) {
    List<Range> all = new ArrayList<>(ranges);
    all.addAll(other.ranges);
    return new CodePointSet(all);
  }

  /** The code points that are not in it. */
  CodePointSet complement() {
    List<Range> gaps = new ArrayList<>();
    int next = 0;
    for (Range range : ranges) {
      if (range.low() > next) {
        gaps.add(new Range(next, range.low() - 1));
      }
      next = range.high() + 1;
    }
    if (next <= Character.MAX_CODE_POINT) {
      gaps.add(new Range(next, Character.MAX_CODE_POINT));
    }
    return new CodePointSet(gaps);
  }

  CodePointSet without(CodePointSet other) {
    return complement().with(other).complement();
  }

  boolean isEmpty() {
    return ranges.isEmpty();
  }
}
