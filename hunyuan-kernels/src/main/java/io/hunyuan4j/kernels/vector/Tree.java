package io.hunyuan4j.kernels.vector;

import static io.hunyuan4j.kernels.vector.Lanes.FLOAT;
import static io.hunyuan4j.kernels.vector.Lanes.N;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;

/** The tree {@code + 8, + 4, + 2, + 1} over sixteen sums. */
final class Tree {
  private Tree() {}

  /** The sum of the sixteen floats at {@code at}. */
  static float sum(float[] sums, int at) {
    FloatVector v = FloatVector.fromArray(FLOAT, sums, at);
    if (N == 16) {
      v = v.add(v.rearrange(Transposition.FLIP_HALF));
    } else if (N == 8) {
      v = v.add(FloatVector.fromArray(FLOAT, sums, at + 8));
    } else {
      v = v.add(FloatVector.fromArray(FLOAT, sums, at + 8));
      FloatVector w = FloatVector.fromArray(FLOAT, sums, at + 4);
      v = v.add(w.add(FloatVector.fromArray(FLOAT, sums, at + 12)));
    }
    if (N > 4) {
      v = v.add(v.rearrange(Transposition.FLIP_4));
    }
    v = v.add(v.rearrange(Transposition.FLIP_2));
    return v.add(v.rearrange(Transposition.FLIP_1)).lane(0);
  }

  /**
   * Leaves the sums of the lanes of {@code n} vectors, which begin at {@code at} and are
   * overwritten, in as many floats at {@code at}; {@code n} is a multiple of the lanes. Every step
   * adds two halves of two vectors at once.
   */
  static void sums(float[] s, int at, int n) {
    for (int first = 0; first < n; first += N) {
      int v = at + first * N;
      if (N == 16) {
        addAll(s, v, 8, Transposition.FLIP_HALF, Transposition.UPPER_HALF);
      }
      if (N > 4) {
        addAll(s, v, 4, Transposition.FLIP_4, Transposition.UPPER_4);
      }
      addAll(s, v, 2, Transposition.FLIP_2, Transposition.UPPER_2);
      addAll(s, v, 1, Transposition.FLIP_1, Transposition.UPPER_1);
      System.arraycopy(s, v, s, at + first, N);
    }
  }

  /** Adds each of {@code n} vectors to the one {@code n} vectors on. */
  private static void addAll(
      float[] s, int at, int n, VectorShuffle<Float> flip, VectorMask<Float> upper) {
    for (int i = 0; i < n; i++) {
      add(s, at + N * i, at + N * (i + n), flip, upper);
    }
  }

  /** Adds the lower to the upper half of each block of lanes, of both vectors, into the first. */
  private static void add(
      float[] s, int a, int b, VectorShuffle<Float> flip, VectorMask<Float> upper) {
    FloatVector va = FloatVector.fromArray(FLOAT, s, a);
    FloatVector vb = FloatVector.fromArray(FLOAT, s, b);
    va.blend(vb.rearrange(flip), upper).add(va.rearrange(flip).blend(vb, upper)).intoArray(s, a);
  }
}
