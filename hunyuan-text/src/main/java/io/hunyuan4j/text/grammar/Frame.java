package io.hunyuan4j.text.grammar;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where a rule returns to: a persistent stack, of which equal ones are the same object within a
 * {@link Recognizer}. Guarded by the recognizer's owner.
 */
final class Frame {
  /** The node to go on at; −1 for the bottom. */
  final int node;

  /** Rounds done where the node is a loop, including the one being run. */
  final int count;

  /** The rest of the stack; null for the bottom. */
  final @Nullable Frame parent;

  /** The least number of bytes that all returns still need. */
  final long leastBytes;

  final int depth;
  final int id;

  /** {@link Endings} keeps here what it knows: tokens by the suffix read in advance. */
  final Map<Integer, Integer> fewestTokens = new HashMap<>();

  /** What {@link Recognizer#clamped} made of it. */
  @Nullable Frame clamped;

  Frame(int node, int count, @Nullable Frame parent, long leastBytes, int id) {
    this.node = node;
    this.count = count;
    this.parent = parent;
    this.leastBytes = leastBytes;
    this.depth = parent == null ? 0 : parent.depth + 1;
    this.id = id;
  }

  /** The stack below. */
  Frame below() {
    if (parent == null) {
      throw new IllegalStateException("the bottom of the stack returns nowhere");
    }
    return parent;
  }
}
