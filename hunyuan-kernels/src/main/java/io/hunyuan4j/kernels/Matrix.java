package io.hunyuan4j.kernels;

import java.lang.foreign.MemorySegment;

/**
 * Weights: {@code rows × cols} numbers in native memory, in one of the formats below.
 *
 * <p>Read-only and a view: nothing is copied, and the memory belongs to whoever mapped it. A format
 * is an exact rule from bytes to float; {@code docs/weight-formats.md} lists them. A new format is
 * one more record here; the compiler then names every switch that lacks it.
 */
public sealed interface Matrix permits RowMatrix, BlockMatrix {

  /** The bytes, little-endian, at any alignment. */
  MemorySegment data();

  /** Number of rows: the outputs of a product with this matrix. */
  int rows();

  /** Number of columns: the inputs of a product with this matrix. */
  int cols();

  /** The format's name as {@code inspect} spells it, for example {@code BF16}. */
  String format();

  /** Rows {@code from} (inclusive) to {@code to} (exclusive), sharing the memory. */
  Matrix rows(int from, int to);
}
