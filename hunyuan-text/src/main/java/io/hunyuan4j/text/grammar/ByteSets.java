package io.hunyuan4j.text.grammar;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.BitSet;

/** Sets of bytes of which some include others, to be grown until they do. */
final class ByteSets {
  private static final int WORDS = 4;
  private static final int NONE = -1;

  private final long[] words; // [sets * WORDS]
  private final int[] firstIncluder; // by set: a number of an inclusion
  private final IntList includers = new IntList(); // by inclusion
  private final IntList furtherIncluders = new IntList(); // by inclusion: the next one

  ByteSets(int sets) {
    words = new long[sets * WORDS];
    firstIncluder = new int[sets];
    Arrays.fill(firstIncluder, NONE);
  }

  /** Adds bytes from {@code low} to {@code high}. */
  void add(int set, int low, int high) {
    for (int value = low; value <= high; value++) {
      words[set * WORDS + (value >> 6)] |= 1L << value;
    }
  }

  /** Demands that {@code set} includes {@code other}. */
  void include(int other, int set) {
    includers.add(set);
    furtherIncluders.add(firstIncluder[other]);
    firstIncluder[other] = includers.size() - 1;
  }

  /** Makes the least sets that meet all demands. */
  void settle() {
    ArrayDeque<Integer> pending = new ArrayDeque<>();
    BitSet queued = new BitSet();
    for (int set = 0; set < firstIncluder.length; set++) {
      pending.add(set);
      queued.set(set);
    }
    while (!pending.isEmpty()) {
      int set = pending.remove();
      queued.clear(set);
      for (int i = firstIncluder[set]; i != NONE; i = furtherIncluders.get(i)) {
        int includer = includers.get(i);
        if (grew(includer, set) && !queued.get(includer)) {
          pending.add(includer);
          queued.set(includer);
        }
      }
    }
  }

  private boolean grew(int set, int by) {
    boolean grew = false;
    for (int i = 0; i < WORDS; i++) {
      long all = words[set * WORDS + i] | words[by * WORDS + i];
      grew |= all != words[set * WORDS + i];
      words[set * WORDS + i] = all;
    }
    return grew;
  }

  /** What a set holds now. */
  BitSet get(int set) {
    return BitSet.valueOf(Arrays.copyOfRange(words, set * WORDS, (set + 1) * WORDS));
  }
}
