package io.hunyuan4j.text.template;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Sorts as Python does: stable, by {@code <} alone. A merge sort of our own, because keys may be in
 * no order at all (not a number), which that of the JDK answers with an exception.
 */
final class Sorting {
  private Sorting() {}

  private record Keyed(Value key, Value value) {}

  /** In the order of the keys, texts without regard to case. */
  static List<Value> sort(List<Value> items, UnaryOperator<Value> key, Budget budget) {
    budget.elements(4L * items.size());
    List<Keyed> keyed = new ArrayList<>();
    for (Value item : items) {
      keyed.add(new Keyed(caseless(key.apply(item), budget), item));
    }
    List<Value> sorted = new ArrayList<>();
    merged(keyed, budget).forEach(one -> sorted.add(one.value()));
    return sorted;
  }

  /** A text in lower case; any other value itself. */
  static Value caseless(Value value, Budget budget) {
    return value instanceof Text text ? LetterCase.lower(text, budget) : value;
  }

  private static List<Keyed> merged(List<Keyed> items, Budget budget) {
    if (items.size() < 2) {
      return items;
    }
    int half = items.size() / 2;
    List<Keyed> left = merged(items.subList(0, half), budget);
    List<Keyed> right = merged(items.subList(half, items.size()), budget);
    List<Keyed> all = new ArrayList<>(items.size());
    int l = 0;
    int r = 0;
    while (l < left.size() && r < right.size()) {
      all.add(
          isLess(right.get(r).key(), left.get(l).key(), budget) ? right.get(r++) : left.get(l++));
    }
    all.addAll(left.subList(l, left.size()));
    all.addAll(right.subList(r, right.size()));
    return all;
  }

  /** As Python compares lists of one key: what is equal needs no order, such as two undefined. */
  private static boolean isLess(Value left, Value right, Budget budget) {
    return !Comparison.equal(left, right, budget) && Comparison.LESS.holds(left, right, budget);
  }
}
