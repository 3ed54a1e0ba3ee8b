package io.hunyuan4j.text.grammar;

import io.hunyuan4j.text.grammar.Node.ByteRange;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Bytes in classes: those of one class lead to the same target in every node of a program, so that
 * nothing is lost if one of them stands for all.
 */
final class ByteClasses {
  private static final int BYTES = 256;

  private final int[] classOf = new int[BYTES];
  private int count = 1;
  private final int[] first;
  private final BitSet read = new BitSet();

  private ByteClasses(Program program) {
    for (BitSet set : sets(program)) {
      read.or(set);
      if (count < BYTES) {
        cut(set);
      }
    }
    first = new int[count];
    for (int value = BYTES - 1; value >= 0; value--) {
      first[classOf[value]] = value;
    }
  }

  static ByteClasses of(Program program) {
    return new ByteClasses(program);
  }

  /** What leads from any one node to any one target. */
  private static Set<BitSet> sets(Program program) {
    Set<BitSet> sets = new HashSet<>();
    Map<Integer, BitSet> byTarget = new HashMap<>();
    for (Node node : program.nodes()) {
      if (node instanceof Node.Bytes reading) {
        for (ByteRange range : reading.ranges()) {
          byTarget
              .computeIfAbsent(range.target(), target -> new BitSet(BYTES))
              .set(range.low(), range.high() + 1);
        }
        sets.addAll(byTarget.values());
        byTarget.clear();
      }
    }
    return sets;
  }

  /** Makes two classes of each that lies only partly in the set. */
  private void cut(BitSet set) {
    int[] inside = new int[count];
    int[] outside = new int[count];
    Arrays.fill(inside, -1);
    Arrays.fill(outside, -1);
    int next = 0;
    for (int value = 0; value < BYTES; value++) {
      int[] renamed = set.get(value) ? inside : outside;
      if (renamed[classOf[value]] < 0) {
        renamed[classOf[value]] = next++;
      }
      classOf[value] = renamed[classOf[value]];
    }
    count = next;
  }

  /** How many classes there are. */
  int count() {
    return count;
  }

  /** The class of a byte. */
  int of(int value) {
    return classOf[value];
  }

  /** The lowest byte of the class of a byte. */
  int first(int value) {
    return first[classOf[value]];
  }

  /** Whether any node reads the byte. */
  boolean isRead(int value) {
    return read.get(value);
  }
}
