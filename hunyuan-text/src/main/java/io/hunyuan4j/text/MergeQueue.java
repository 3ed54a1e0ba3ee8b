package io.hunyuan4j.text;

import java.util.Arrays;

/**
 * Merges one long piece in O(n log n): the parts are a linked list, and the pairs that can merge
 * wait in a binary heap ordered by rank, then place. Used once.
 *
 * <p>A heap entry is outdated when its left part is gone or now has another rank with its right
 * neighbour; it is dropped when it comes up.
 */
final class MergeQueue {
  private static final int GONE = -1;

  private final Merges merges;
  private final int[] parts; // token at each place; a merged pair stays at the left place
  private final int[]
      ranks; // of the pair that begins at each place; GONE where the part was merged away
  private final int[] next; // place of the right neighbour; parts.length at the end
  private final int[] previous; // place of the left neighbour; -1 at the front
  private long[] heap; // rank << 32 | place
  private int heapSize;

  /** Takes over {@code parts}, at least one. */
  MergeQueue(int[] parts, Merges merges) {
    this.parts = parts;
    this.merges = merges;
    ranks = new int[parts.length];
    next = new int[parts.length];
    previous = new int[parts.length];
    heap = new long[parts.length];
  }

  /** Merges until no pair is left and adds the tokens to {@code out}. */
  void mergeInto(IntList out) {
    for (int place = 0; place < parts.length; place++) {
      next[place] = place + 1;
      previous[place] = place - 1;
    }
    for (int place = 0; place < parts.length; place++) {
      rankAgain(place);
    }
    while (heapSize > 0) {
      long top = pop();
      int place = (int) top;
      int rank = (int) (top >>> 32);
      if (ranks[place] == rank) {
        merge(place, rank);
      }
    }
    for (int place = 0; place < parts.length; place = next[place]) {
      out.add(parts[place]);
    }
  }

  private void merge(int place, int rank) {
    int right = next[place];
    parts[place] = merges.merged(rank);
    ranks[right] = GONE;
    next[place] = next[right];
    if (next[place] < parts.length) {
      previous[next[place]] = place;
    }
    rankAgain(place);
    if (previous[place] >= 0) {
      rankAgain(previous[place]);
    }
  }

  private void rankAgain(int place) {
    int right = next[place];
    ranks[place] = right < parts.length ? merges.rank(parts[place], parts[right]) : Merges.NEVER;
    if (ranks[place] != Merges.NEVER) {
      push(((long) ranks[place] << 32) | place);
    }
  }

  private void push(long entry) {
    if (heapSize == heap.length) {
      heap = Arrays.copyOf(heap, heapSize + (heapSize >> 1) + 1);
    }
    int child = heapSize++;
    while (child > 0) {
      int parent = (child - 1) >>> 1;
      if (heap[parent] <= entry) {
        break;
      }
      heap[child] = heap[parent];
      child = parent;
    }
    heap[child] = entry;
  }

  private long pop() {
    long top = heap[0];
    long last = heap[--heapSize];
    int parent = 0;
    for (int child = 1; child < heapSize; child = 2 * parent + 1) {
      if (child + 1 < heapSize && heap[child + 1] < heap[child]) {
        child++;
      }
      if (heap[child] >= last) {
        break;
      }
      heap[parent] = heap[child];
      parent = child;
    }
    heap[parent] = last;
    return top;
  }
}
