package io.hunyuan4j.kernels.vector;

import static io.hunyuan4j.kernels.vector.Lanes.FLOAT;
import static io.hunyuan4j.kernels.vector.Lanes.N;

import jdk.incubator.vector.FloatVector;

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
}
