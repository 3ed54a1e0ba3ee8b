package io.hunyuan4j.core.block;

import io.hunyuan4j.kernels.FloatMatrix;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Views of a scratch memory's arrays that were asked for before, so that a decode step, which asks
 * for the same ones as the step before, makes none.
 */
final class Views {
  private static final int MOST = 1024;

  private @Nullable FloatMatrix[] table = new @Nullable FloatMatrix[64]; // open addressing
  private int count;

  /** The view with these components. */
  FloatMatrix of(float[] data, int offset, int rows, int cols, int stride) {
    if (count == MOST) {
      clear();
    } else if (2 * count == table.length) {
      grow();
    }
    int at = home(data, offset, rows, cols, stride);
    for (FloatMatrix view; (view = table[at]) != null; at = (at + 1) & (table.length - 1)) {
      if (view.data() == data
          && view.offset() == offset
          && view.rows() == rows
          && view.cols() == cols
          && view.stride() == stride) {
        return view;
      }
    }
    FloatMatrix view = new FloatMatrix(data, offset, rows, cols, stride);
    table[at] = view;
    count++;
    return view;
  }

  /** Forgets all views; the arrays that they hold may be old ones. */
  void clear() {
    Arrays.fill(table, null);
    count = 0;
  }

  private void grow() {
    @Nullable FloatMatrix[] old = table;
    table = new @Nullable FloatMatrix[2 * old.length];
    for (FloatMatrix view : old) {
      if (view != null) {
        int at = home(view.data(), view.offset(), view.rows(), view.cols(), view.stride());
        while (table[at] != null) {
          at = (at + 1) & (table.length - 1);
        }
        table[at] = view;
      }
    }
  }

  private int home(float[] data, int offset, int rows, int cols, int stride) {
    int hash = System.identityHashCode(data);
    hash = 31 * (31 * (31 * (31 * hash + offset) + rows) + cols) + stride;
    hash *= 0x9E3779B9;
    return (hash ^ hash >>> 16) & (table.length - 1);
  }
}
