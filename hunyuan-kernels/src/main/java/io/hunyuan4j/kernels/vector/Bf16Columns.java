package io.hunyuan4j.kernels.vector;

import static io.hunyuan4j.kernels.vector.Bf16Rows.even;
import static io.hunyuan4j.kernels.vector.Bf16Rows.odd;
import static io.hunyuan4j.kernels.vector.Lanes.FLOAT;
import static io.hunyuan4j.kernels.vector.Lanes.INT;
import static io.hunyuan4j.kernels.vector.Lanes.N;
import static io.hunyuan4j.kernels.vector.Lanes.PANEL;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * Columns of bfloat16 weights for {@link Panels}: two neighbours are an int, and squares of ints
 * are transposed before they are taken apart, which is half of the steps. The ints travel as floats
 * that are only moved, also where they happen to be no numbers.
 */
final class Bf16Columns {
  /** Columns of a square. */
  static final int COLS = 2 * N;

  private static final int HALF = N / 2;

  private Bf16Columns() {}

  /**
   * Writes the columns of a square of {@code N} rows: column {@code c} of the matrix to {@code s[to
   * + places[c % 16] + c / 16 · PANEL …]}.
   *
   * @param offset of the square in bytes
   * @param stride bytes from row to row
   * @param work room for a {@link Transposition#SQUARE}
   * @param first column of the square, a multiple of {@link #COLS}
   */
  static void write(
      MemorySegment data,
      long offset,
      long stride,
      float[] s,
      int work,
      int to,
      int[] places,
      int first) {
    for (int row = 0; row < HALF; row++) {
      FloatVector a = Pairs.ints(data, offset + row * stride).reinterpretAsFloats();
      FloatVector b = Pairs.ints(data, offset + (row + HALF) * stride).reinterpretAsFloats();
      Transposition.lower(a, b, Transposition.FLIP_HALF, Transposition.UPPER_HALF)
          .intoArray(s, work + row * N);
      Transposition.upper(a, b, Transposition.FLIP_HALF, Transposition.UPPER_HALF)
          .intoArray(s, work + (row + HALF) * N);
    }
    Transposition.middle(s, work);
    IntVector upperHalf = IntVector.fromArray(INT, Pairs.UPPER_HALF, 0);
    for (int pair = 0; pair < N; pair += 2) {
      FloatVector a = FloatVector.fromArray(FLOAT, s, work + pair * N);
      FloatVector b = FloatVector.fromArray(FLOAT, s, work + pair * N + N);
      IntVector p =
          Transposition.lower(a, b, Transposition.FLIP_1, Transposition.UPPER_1)
              .reinterpretAsInts();
      IntVector q =
          Transposition.upper(a, b, Transposition.FLIP_1, Transposition.UPPER_1)
              .reinterpretAsInts();
      int c = first + 2 * pair;
      int at = to + c / 16 * PANEL;
      even(p).intoArray(s, at + places[c % 16]);
      odd(p, upperHalf).intoArray(s, at + places[c % 16 + 1]);
      even(q).intoArray(s, at + places[c % 16 + 2]);
      odd(q, upperHalf).intoArray(s, at + places[c % 16 + 3]);
    }
  }
}
