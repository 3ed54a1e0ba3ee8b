package io.hunyuan4j.kernels;

import java.util.ArrayDeque;

/**
 * Arrays lent for the time of one call, so that kernels allocate no large arrays once they are
 * warm. Contents are arbitrary.
 */
public final class FloatBuffers {
  private static final int KEPT = 64;

  private final ArrayDeque<float[]> free = new ArrayDeque<>();

  /** An array of at least {@code length} elements, to be given back by {@link #giveBack}. */
  public synchronized float[] borrow(int length) {
    float[] best = null;
    for (float[] buffer : free) {
      if (buffer.length >= length && (best == null || buffer.length < best.length)) {
        best = buffer;
      }
    }
    if (best == null) {
      return new float[length];
    }
    free.remove(best); // arrays compare by identity
    return best;
  }

  /** Takes an array back. */
  public synchronized void giveBack(float[] buffer) {
    if (free.size() == KEPT) {
      free.removeFirst();
    }
    free.addLast(buffer);
  }
}
