package io.hunyuan4j.kernels.scalar;

import static io.hunyuan4j.kernels.BlockMatrix.BLOCK_COLS;
import static io.hunyuan4j.kernels.BlockMatrix.TILE_ROWS;

/**
 * What a block of Q4 would lose with given scales and zeros: the inner loop of the search for them.
 *
 * <p>Everything about the 32 rows lies in one array: inputs {@link #FACTOR} (one over the scale),
 * {@link #ZERO}, results {@link #ERROR} and {@link #SHIFT}, each 32 long.
 */
public final class Q4Losses {
  /** Index of the first row's factor: {@code 1 / scale}. */
  public static final int FACTOR = 0;

  /** Index of the first row's zero. */
  public static final int ZERO = TILE_ROWS;

  /** Index of the first row's {@code Σ (w/s − (q − zero))²}. */
  public static final int ERROR = 2 * TILE_ROWS;

  /** Index of the first row's {@code Σ (q − w/s)}. */
  public static final int SHIFT = 3 * TILE_ROWS;

  /** Length of the array. */
  public static final int LENGTH = 4 * TILE_ROWS;

  private Q4Losses() {}

  /** Computes errors and shifts for {@code weights [32 columns][32 rows]}. */
  public static void compute(float[] rows, float[] weights) {
    for (int r = 0; r < TILE_ROWS; r++) {
      float error = 0f;
      float shift = 0f;
      for (int k = 0; k < BLOCK_COLS; k++) {
        float exact = weights[k * TILE_ROWS + r] * rows[FACTOR + r];
        float q = number(exact, rows[ZERO + r]);
        float lost = exact - q + rows[ZERO + r];
        error = Math.fma(lost, lost, error);
        shift += q - exact;
      }
      rows[ERROR + r] = error;
      rows[SHIFT + r] = shift;
    }
  }

  /** The number from 0 to 15 that {@code exact + zero} is nearest to, halves to even. */
  static float number(float exact, float zero) {
    return Math.max(0f, Math.min(15f, exact + zero)) + Blocks.ROUNDER - Blocks.ROUNDER;
  }
}
