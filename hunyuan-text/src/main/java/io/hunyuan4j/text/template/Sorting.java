package io.hunyuan4j.text.template;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Sorts as Python does: stable, by {@code <} alone. A merge sort of our own, because keys may be in
 * no order at all (not a number), which that of the JDK answers with an exception.
 */
final class Sorting {
  private Sorting() {}

  /** What values are compared by: texts in lower case unless their case counts. */
  static Value key(Value value, boolean caseSensitive, Budget budget) {
    return !caseSensitive && value instanceof Text text ? LetterCase.lower(text, budget) : value;
  }

  private record Keyed(Value key, Value value) {}

  static List<Value> sort(
      List<Value> items, UnaryOperator<Value> key, boolean reverse, Budget budget) {
    budget.characters(4L * items.size());
    List<Keyed> keyed = new ArrayList<>();
    for (Value item : items) {
      keyed.add(new Keyed(key.apply(item), item));
    }
    // Equal ones keep their order either way.
    if (reverse) {
      Collections.reverse(keyed);
    }
    List<Value> sorted = new ArrayList<>();
    for (Keyed one : merged(keyed, budget)) {
      sorted.add(one.value());
    }
    if (reverse) {
      Collections.reverse(sorted);
    }
    return sorted;
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
      boolean fromRight = Comparison.LESS.holds(right.get(r).key(), left.get(l).key(), budget);
      all.add(fromRight ? right.get(r++) : left.get(l++));
    }
    all.addAll(left.subList(l, left.size()));
    all.addAll(right.subList(r, right.size()));
    return all;
  }
}
