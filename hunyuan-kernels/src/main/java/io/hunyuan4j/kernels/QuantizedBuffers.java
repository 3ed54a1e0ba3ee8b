package io.hunyuan4j.kernels;

import java.util.ArrayDeque;

/** Rounded rows lent for the time of one product, so that a warm product allocates none. */
final class QuantizedBuffers {
  private static final int KEPT = 8;

  private final ArrayDeque<QuantizedRows> free = new ArrayDeque<>();

  /** Rows of that shape, with arbitrary contents, to be given back by {@link #giveBack}. */
  synchronized QuantizedRows borrow(int rows, int cols) {
    QuantizedRows lent = free.isEmpty() ? new QuantizedRows() : free.removeLast();
    lent.reshape(rows, cols);
    return lent;
  }

  /** Takes rows back. */
  synchronized void giveBack(QuantizedRows rows) {
    if (free.size() < KEPT) {
      free.addLast(rows);
    }
  }
}
