package io.hunyuan4j.kernels.vector;

import static io.hunyuan4j.kernels.BlockMatrix.BLOCK_COLS;
import static io.hunyuan4j.kernels.BlockMatrix.TILE_ROWS;
import static io.hunyuan4j.kernels.vector.Lanes.FLOAT;
import static io.hunyuan4j.kernels.vector.Lanes.INT;
import static io.hunyuan4j.kernels.vector.Lanes.N;

import io.hunyuan4j.kernels.QuantizedRows;
import io.hunyuan4j.kernels.scalar.Blocks;
import io.hunyuan4j.kernels.scalar.Q4Losses;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;

/** Rounds rows of x to eight bits, see {@link QuantizedRows}, and weights to four. */
final class Quantization {
  /** From every lane but the first of four the one before. */
  private static final VectorShuffle<Integer> BEFORE =
      VectorShuffle.fromOp(INT, i -> i % 4 == 0 ? i : i - 1);

  private static final int[] SECONDS = new int[N];
  private static final int[] NOT_FIRST_OF_FOUR = new int[N];

  static {
    for (int i = 0; i < N; i++) {
      SECONDS[i] = i % 2 == 0 ? 0 : -1;
      NOT_FIRST_OF_FOUR[i] = i % 4 == 0 ? 0 : -1;
    }
  }

  private Quantization() {}

  static void row(QuantizedRows out, int row, float[] x, int xAt, int cols) {
    int block = row * out.blocks();
    int i = 0;
    for (; i + BLOCK_COLS <= cols; i += BLOCK_COLS, block++) {
      block(out, block, x, xAt + i);
    }
    if (i < cols) {
      Blocks.quantizeBlock(out, block, x, xAt + i, cols - i);
    }
  }

  private static void block(QuantizedRows out, int block, float[] x, int xAt) {
    FloatVector most = FloatVector.zero(FLOAT);
    for (int i = 0; i < BLOCK_COLS; i += N) {
      most = most.max(FloatVector.fromArray(FLOAT, x, xAt + i).abs());
    }
    float largest = most.reduceLanes(VectorOperators.MAX);
    boolean nothing = largest < Blocks.NOTHING;
    FloatVector factor = FloatVector.broadcast(FLOAT, nothing ? 0f : Blocks.LARGEST / largest);
    FloatVector rounder = FloatVector.broadcast(FLOAT, Blocks.ROUNDER);
    int to = block * BLOCK_COLS;
    IntVector sum = IntVector.zero(INT);
    for (int i = 0; i < BLOCK_COLS; i += N) {
      FloatVector rounded =
          FloatVector.fromArray(FLOAT, x, xAt + i).mul(factor).add(rounder).sub(rounder);
      IntVector number = (IntVector) rounded.convert(VectorOperators.F2I, 0);
      sum = sum.add(number);
      rounded.intoArray(out.numbers(), to + i);
      IntVector before = number.rearrange(BEFORE);
      IntVector high = before.and(IntVector.fromArray(INT, SECONDS, 0));
      twins(number.sub(high.lanewise(VectorOperators.LSHL, 8))).intoArray(out.factors8(), to + i);
      twins(high.add(number).mul(-128).add(32768)).intoArray(out.offsets(), to + i);
      high = before.and(IntVector.fromArray(INT, NOT_FIRST_OF_FOUR, 0));
      twins(number.sub(high.lanewise(VectorOperators.LSHL, 4))).intoArray(out.factors4(), to + i);
    }
    int sums = sum.reduceLanes(VectorOperators.ADD);
    out.sums()[block] = sums;
    out.eighths()[block] = -0.125f * sums;
    out.scales()[block] = nothing ? 0f : largest / Blocks.LARGEST;
  }

  /** Numbers of 16 bits, each in both halves of an int. */
  private static IntVector twins(IntVector numbers) {
    return numbers.lanewise(VectorOperators.LSHL, 16).or(numbers.and(0xFFFF));
  }

  /** See {@link Q4Losses#compute}. */
  static void q4Losses(float[] rows, float[] weights) {
    FloatVector rounder = FloatVector.broadcast(FLOAT, Blocks.ROUNDER);
    for (int r = 0; r < TILE_ROWS; r += N) {
      FloatVector factor = FloatVector.fromArray(FLOAT, rows, Q4Losses.FACTOR + r);
      FloatVector zero = FloatVector.fromArray(FLOAT, rows, Q4Losses.ZERO + r);
      FloatVector error = FloatVector.zero(FLOAT);
      FloatVector shift = error;
      for (int at = r; at < BLOCK_COLS * TILE_ROWS; at += TILE_ROWS) {
        FloatVector exact = FloatVector.fromArray(FLOAT, weights, at).mul(factor);
        FloatVector q = exact.add(zero).min(15f).max(0f).add(rounder).sub(rounder);
        FloatVector lost = exact.sub(q).add(zero);
        error = lost.fma(lost, error);
        shift = shift.add(q.sub(exact));
      }
      error.intoArray(rows, Q4Losses.ERROR + r);
      shift.intoArray(rows, Q4Losses.SHIFT + r);
    }
  }
}
