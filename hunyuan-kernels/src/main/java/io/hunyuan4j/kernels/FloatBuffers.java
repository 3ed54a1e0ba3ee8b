package io.hunyuan4j.kernels;

/**
 * Arrays lent for the time of one call, so that kernels allocate nothing once they are warm.
 * Contents are arbitrary.
 */
public final class FloatBuffers {
  private static final int KEPT = 64;
  private static final float[] NONE = new float[0];

  private final float[][] free = new float[KEPT][]; // the first `count`
  private int count;

  /** An array of at least {@code length} elements, to be given back by {@link #giveBack}. */
  public synchronized float[] borrow(int length) {
    int best = -1;
    for (int i = 0; i < count; i++) {
      if (free[i].length >= length && (best < 0 || free[i].length < free[best].length)) {
        best = i;
      }
    }
    if (best < 0) {
      return new float[length];
    }
    float[] buffer = free[best];
    free[best] = free[--count];
    free[count] = NONE;
    return buffer;
  }

  /** Takes an array back, or leaves the smallest one to the collector if there are many. */
  public synchronized void giveBack(float[] buffer) {
    if (count < KEPT) {
      free[count++] = buffer;
      return;
    }
    int smallest = 0;
    for (int i = 1; i < KEPT; i++) {
      smallest = free[i].length < free[smallest].length ? i : smallest;
    }
    if (free[smallest].length < buffer.length) {
      free[smallest] = buffer;
    }
  }
}
