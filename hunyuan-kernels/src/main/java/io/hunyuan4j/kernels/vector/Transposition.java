package io.hunyuan4j.kernels.vector;

import static io.hunyuan4j.kernels.vector.Lanes.FLOAT;
import static io.hunyuan4j.kernels.vector.Lanes.N;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;

/**
 * Transposes squares with sides of one vector: {@code log2 N} steps, each of which exchanges two
 * quarters of ever smaller squares.
 */
final class Transposition {
  /** Floats of a square. */
  static final int SQUARE = N * N;

  private static final int HALF = N / 2;
  static final VectorShuffle<Float> FLIP_HALF = flip(HALF);
  static final VectorShuffle<Float> FLIP_4 = flip(4);
  static final VectorShuffle<Float> FLIP_2 = flip(2);
  static final VectorShuffle<Float> FLIP_1 = flip(1);
  static final VectorMask<Float> UPPER_HALF = upper(HALF);
  static final VectorMask<Float> UPPER_4 = upper(4);
  static final VectorMask<Float> UPPER_2 = upper(2);
  static final VectorMask<Float> UPPER_1 = upper(1);

  private Transposition() {}

  /** Lane {@code i} takes lane {@code i xor width}; itself where vectors are too short for that. */
  private static VectorShuffle<Float> flip(int width) {
    return VectorShuffle.fromOp(FLOAT, i -> i ^ width % N);
  }

  /** Lanes whose number has the bit {@code width}. */
  private static VectorMask<Float> upper(int width) {
    boolean[] lanes = new boolean[N];
    for (int i = 0; i < N; i++) {
      lanes[i] = (i & width) != 0;
    }
    return VectorMask.fromArray(FLOAT, lanes, 0);
  }

  /**
   * Writes column {@code c} of the square at {@code at}, whose rows are {@code stride} apart, to
   * {@code s[to + places[place + c] …]}; {@code work} is room for a square.
   */
  static void columns(float[] s, int at, int stride, int work, int to, int[] places, int place) {
    for (int row = 0; row < HALF; row++) {
      int a = at + row * stride;
      int b = a + HALF * stride;
      exchange(s, a, b, work + row * N, work + (row + HALF) * N, FLIP_HALF, UPPER_HALF);
    }
    middle(s, work);
    for (int c = 0; c < N; c += 2) {
      int a = work + c * N;
      int toA = to + places[place + c];
      int toB = to + places[place + c + 1];
      exchange(s, a, a + N, toA, toB, FLIP_1, UPPER_1);
    }
  }

  /** All steps of a square but the first and the last. */
  static void middle(float[] s, int square) {
    if (N > 8) {
      exchange(s, square, 4, FLIP_4, UPPER_4);
    }
    if (N > 4) {
      exchange(s, square, 2, FLIP_2, UPPER_2);
    }
  }

  private static void exchange(
      float[] s, int square, int width, VectorShuffle<Float> flip, VectorMask<Float> upper) {
    for (int first = 0; first < N; first += 2 * width) {
      for (int row = first; row < first + width; row++) {
        int a = square + row * N;
        int b = a + width * N;
        exchange(s, a, b, a, b, flip, upper);
      }
    }
  }

  /** The upper lanes of one vector against the lower ones of another. */
  private static void exchange(
      float[] s,
      int a,
      int b,
      int toA,
      int toB,
      VectorShuffle<Float> flip,
      VectorMask<Float> upper) {
    FloatVector va = FloatVector.fromArray(FLOAT, s, a);
    FloatVector vb = FloatVector.fromArray(FLOAT, s, b);
    lower(va, vb, flip, upper).intoArray(s, toA);
    upper(va, vb, flip, upper).intoArray(s, toB);
  }

  /** The lower halves of the blocks of lanes of two vectors, side by side. */
  static FloatVector lower(
      FloatVector a, FloatVector b, VectorShuffle<Float> flip, VectorMask<Float> upper) {
    return a.blend(b.rearrange(flip), upper);
  }

  /** The upper halves. */
  static FloatVector upper(
      FloatVector a, FloatVector b, VectorShuffle<Float> flip, VectorMask<Float> upper) {
    return a.rearrange(flip).blend(b, upper);
  }
}
