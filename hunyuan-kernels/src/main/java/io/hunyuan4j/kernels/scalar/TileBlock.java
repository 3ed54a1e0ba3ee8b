package io.hunyuan4j.kernels.scalar;

import static io.hunyuan4j.kernels.BlockMatrix.BLOCK_COLS;
import static io.hunyuan4j.kernels.BlockMatrix.TILE_ROWS;

import io.hunyuan4j.kernels.RangeKernels;
import java.util.Arrays;

/**
 * Rounds one block of a tile, 32 columns of 32 rows, to few bits: the search for the scales that
 * lose least.
 *
 * <p>What is minimised is {@code Σ (w − decoded)²} over the 32 weights of a row, each row for
 * itself. All steps are elementary float32 operations, row by row, so that the same weights give
 * the same bytes everywhere. Belongs to one thread.
 */
final class TileBlock {
  /** Weights {@code [32 columns][32 rows]}, filled by the caller. */
  final float[] weights = new float[BLOCK_COLS * TILE_ROWS];

  /** The nine bits of every row's scale. */
  final int[] scaleCodes = new int[TILE_ROWS];

  /** {@code z} of every row, for Q4. */
  final int[] zeros = new int[TILE_ROWS];

  /** The stored numbers {@code [32 columns][32 rows]}: {@code u} or {@code q}. */
  final int[] numbers = new int[BLOCK_COLS * TILE_ROWS];

  private final float[] lowest = new float[TILE_ROWS];
  private final float[] highest = new float[TILE_ROWS];
  private final float[] bestError = new float[TILE_ROWS];
  private final int[] tried = new int[TILE_ROWS];
  private final float[] rows = new float[Q4Losses.LENGTH];
  private final RangeKernels loops;

  /** Scales of Q4 to try, counted from the one that spreads the range over all 15 steps. */
  private static final int Q4_FIRST_SCALE = -4;

  private static final int Q4_LAST_SCALE = 1;

  /**
   * Zeros to begin with: 0 lets the lowest weight have number 0, 1 the highest number 15, and a
   * half cuts both ends alike.
   */
  private static final float[] Q4_STARTS = {0f, 0.5f, 1f};

  /** Rounds of Q4 for each: round the weights, then move the zero to where they lie best. */
  private static final int Q4_ROUNDS = 2;

  /** Scales of Q8 to try: the smallest that holds the largest weight, and smaller ones. */
  private static final int Q8_SCALES = 3;

  private static final int LAST_SCALE = 511;

  /** A block that searches with the given loops. */
  TileBlock(RangeKernels loops) {
    this.loops = loops;
  }

  /** Finds {@link #scaleCodes} and {@link #numbers} of Q8. */
  void encodeQ8() {
    findRange();
    for (int r = 0; r < TILE_ROWS; r++) {
      float largest = Math.max(highest[r], -lowest[r]);
      int first = scaleCode(largest / 127f);
      while (first < LAST_SCALE && Blocks.scale(first) * 127f < largest) {
        first++;
      }
      bestError[r] = Float.POSITIVE_INFINITY;
      for (int code = first; code > first - Q8_SCALES && code >= 0; code--) {
        float loss = lossQ8(r, Blocks.scale(code));
        if (loss < bestError[r]) {
          bestError[r] = loss;
          scaleCodes[r] = code;
        }
      }
      float factor = 1f / Blocks.scale(scaleCodes[r]);
      for (int i = r; i < weights.length; i += TILE_ROWS) {
        numbers[i] = 128 + (int) numberQ8(weights[i], factor);
      }
    }
  }

  private float lossQ8(int row, float scale) {
    float factor = 1f / scale;
    float loss = 0f;
    for (int i = row; i < weights.length; i += TILE_ROWS) {
      float lost = weights[i] - scale * numberQ8(weights[i], factor);
      loss = Math.fma(lost, lost, loss);
    }
    return loss;
  }

  private static float numberQ8(float weight, float factor) {
    return round(Math.clamp(weight * factor, -127f, 127f));
  }

  /** Finds {@link #scaleCodes}, {@link #zeros} and {@link #numbers} of Q4. */
  void encodeQ4() {
    findRange();
    Arrays.fill(bestError, Float.POSITIVE_INFINITY);
    for (int step = Q4_FIRST_SCALE; step <= Q4_LAST_SCALE; step++) {
      for (float start : Q4_STARTS) {
        for (int r = 0; r < TILE_ROWS; r++) {
          tried[r] = Math.clamp(scaleCode((highest[r] - lowest[r]) / 15f) + step, 0, LAST_SCALE);
          float factor = 1f / Blocks.scale(tried[r]);
          float first = -lowest[r] * factor;
          rows[Q4Losses.FACTOR + r] = factor;
          rows[Q4Losses.ZERO + r] = first + start * (15f - highest[r] * factor - first);
        }
        for (int round = 0; round < Q4_ROUNDS; round++) {
          tryQ4();
        }
      }
    }
    for (int r = 0; r < TILE_ROWS; r++) {
      float factor = 1f / Blocks.scale(scaleCodes[r]);
      float eighths = zeros[r] / 8f;
      for (int i = r; i < weights.length; i += TILE_ROWS) {
        numbers[i] = (int) Q4Losses.number(weights[i] * factor, eighths);
      }
    }
  }

  /** The range of every row, zero included. */
  private void findRange() {
    Arrays.fill(lowest, 0f);
    Arrays.fill(highest, 0f);
    for (int at = 0; at < weights.length; at += TILE_ROWS) {
      for (int r = 0; r < TILE_ROWS; r++) {
        lowest[r] = Math.min(lowest[r], weights[at + r]);
        highest[r] = Math.max(highest[r], weights[at + r]);
      }
    }
  }

  /**
   * Rounds with {@code w ≈ scale · (q − zero)}, the zero to eighths, keeps the result where it is
   * the best so far, and moves the zero to where the numbers found lie best.
   */
  private void tryQ4() {
    for (int r = 0; r < TILE_ROWS; r++) {
      int at = Q4Losses.ZERO + r;
      rows[at] = Math.max(0f, Math.min(127f, round(8f * rows[at]))) / 8f;
    }
    loops.q4Losses(rows, weights);
    for (int r = 0; r < TILE_ROWS; r++) {
      float scale = Blocks.scale(tried[r]);
      float error = rows[Q4Losses.ERROR + r] * scale * scale;
      if (error < bestError[r]) {
        bestError[r] = error;
        scaleCodes[r] = tried[r];
        zeros[r] = (int) (8f * rows[Q4Losses.ZERO + r]);
      }
      rows[Q4Losses.ZERO + r] = rows[Q4Losses.SHIFT + r] / BLOCK_COLS;
    }
  }

  /** To the nearest whole number, halves to even; magnitudes below 2²². */
  private static float round(float x) {
    return x + Blocks.ROUNDER - Blocks.ROUNDER;
  }

  /** The code of the scale nearest to a positive number; 0 for anything smaller or not positive. */
  static int scaleCode(float scale) {
    if (!(scale > Blocks.scale(0))) {
      return 0;
    }
    int bits = Float.floatToRawIntBits(scale) + (1 << 18) >> 19; // rounded to five bits
    return Math.min(LAST_SCALE, bits - (127 + Blocks.SMALLEST_EXPONENT << 4));
  }
}
