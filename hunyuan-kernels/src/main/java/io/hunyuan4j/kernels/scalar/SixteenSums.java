package io.hunyuan4j.kernels.scalar;

/**
 * Sums by the sixteen-sum rule: element {@code k} goes to running sum {@code k mod 16} in ascending
 * order, and the sixteen sums are added by the tree {@code + 8, + 4, + 2, + 1}. One 512-bit
 * register, two of 256 or four of 128 hold them.
 */
public final class SixteenSums {
  private SixteenSums() {}

  /** Dot product {@code Σ w[wFrom + k] · x[xFrom + k]}, every step one {@code fma}. */
  public static float dot(float[] w, int wFrom, float[] x, int xFrom, int length) {
    float[] sums = new float[16];
    addProducts(sums, 0, w, wFrom, x, xFrom, 0, length);
    return tree(sums, 0);
  }

  /** Sum {@code Σ x[from + k]}. */
  public static float sum(float[] x, int from, int length) {
    float[] sums = new float[16];
    for (int k = 0; k < length; k++) {
      sums[k & 15] += x[from + k];
    }
    return tree(sums, 0);
  }

  /**
   * Adds the products {@code start … end} to sixteen running sums at {@code at}; {@code start} is a
   * multiple of 16.
   */
  public static void addProducts(
      float[] sums, int at, float[] w, int wFrom, float[] x, int xFrom, int start, int end) {
    int k = start;
    for (; k + 16 <= end; k += 16) {
      for (int j = 0; j < 16; j++) {
        sums[at + j] = Math.fma(w[wFrom + k + j], x[xFrom + k + j], sums[at + j]);
      }
    }
    for (int j = 0; k + j < end; j++) {
      sums[at + j] = Math.fma(w[wFrom + k + j], x[xFrom + k + j], sums[at + j]);
    }
  }

  /** Adds the sixteen sums at {@code at} by the tree, which destroys them. */
  public static float tree(float[] sums, int at) {
    for (int width = 8; width > 0; width >>= 1) {
      for (int j = 0; j < width; j++) {
        sums[at + j] += sums[at + j + width];
      }
    }
    return sums[at];
  }

  /**
   * Which running sum comes at {@code index} when they are done one after the other: 0, 8, 4, 12,
   * 2, 10, … the bit-reversed numbers. In this order the tree adds finished sums like a binary
   * counter carries.
   */
  public static int residue(int index) {
    return Integer.reverse(index) >>> 28;
  }

  /** Elements of {@code length} that the running sum at {@code index} adds. */
  public static int steps(int length, int index) {
    return (length - residue(index) + 15) >> 4;
  }
}
