package io.hunyuan4j.text;

/**
 * A hash map from a pair of small ints to a small int: (left token, right token) → rank of the
 * merge, or (state, char) → state. Not thread-safe while it is filled; safe for readers afterwards.
 *
 * <p>Open addressing with one {@code long} a slot, so that a look-up touches one cache line: 20
 * bits left, 20 bits right, 24 bits value + 1; a slot of 0 is free.
 */
final class IntPairMap {
  /** One more than the greatest left or right. */
  static final int KEY_LIMIT = 1 << 20;

  /** One more than the greatest value. */
  static final int VALUE_LIMIT = (1 << 24) - 1;

  /** What {@link #get} returns for a pair that is not there. */
  static final int ABSENT = -1;

  private static final int VALUE_BITS = 24;
  private static final long VALUE_MASK = (1L << VALUE_BITS) - 1;

  private long[] slots = new long[64];
  private int shift = 64 - 6;
  private int size;

  /** The value of the pair, or {@link #ABSENT}. Both ints must be within 0…{@link #KEY_LIMIT}. */
  int get(int left, int right) {
    long key = key(left, right);
    long slot = slots[find(key)];
    // An empty slot holds value 0, which is ABSENT once the 1 is taken off.
    return (int) (slot & VALUE_MASK) - 1;
  }

  /** Maps the pair to the value, in place of an earlier one. */
  void put(int left, int right, int value) {
    if ((left | right) < 0
        || left >= KEY_LIMIT
        || right >= KEY_LIMIT
        || value < 0
        || value >= VALUE_LIMIT) {
      throw new IllegalArgumentException(
          "the pair (" + left + ", " + right + ") → " + value + " is out of range");
    }
    long key = key(left, right);
    int index = find(key);
    if (slots[index] == 0 && ++size > (slots.length >> 2) * 3) {
      grow();
      index = find(key);
    }
    slots[index] = (key << VALUE_BITS) | (value + 1);
  }

  private static long key(int left, int right) {
    return ((long) left << 20) | right;
  }

  private int find(long key) {
    int mask = slots.length - 1;
    int index = (int) ((key * 0x9E3779B97F4A7C15L) >>> shift);
    while (slots[index] != 0 && slots[index] >>> VALUE_BITS != key) {
      index = (index + 1) & mask;
    }
    return index;
  }

  private void grow() {
    long[] old = slots;
    slots = new long[old.length * 2];
    shift--;
    for (long slot : old) {
      if (slot != 0) {
        slots[find(slot >>> VALUE_BITS)] = slot;
      }
    }
  }
}
