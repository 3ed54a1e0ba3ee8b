package io.hunyuan4j.text.grammar;

import java.util.List;

/** A node of a {@link Program}. Targets are numbers of nodes. */
sealed interface Node {
  /** A target that is none. */
  int NONE = -1;

  /** Reads a byte of one of the ranges; may also go on at {@code next} without reading. */
  record Bytes(List<ByteRange> ranges, int next) implements Node {}

  /** Goes on at any of the targets. */
  record Split(List<Integer> targets) implements Node {}

  /** Goes on at {@code next} or, where the text is not cut short, at {@code addition}. */
  record Extra(int next, int addition) implements Node {}

  /** Runs a rule, then goes on at {@code next}. */
  record Call(int start, int next) implements Node {}

  /** Runs {@code body} at least {@code min} and at most {@code max} times, then {@code exit}. */
  record Loop(int body, int min, int max, int exit) implements Node {}

  /** The end of a rule. */
  record End() implements Node {}

  /**
   * Bytes, ascending within a node and apart.
   *
   * @param low from 0 to 255
   * @param high from 0 to 255, included
   */
  record ByteRange(int low, int high, int target) {}
}
