package io.hunyuan4j.kernels.scalar;

import io.hunyuan4j.kernels.AttentionInputs;
import io.hunyuan4j.kernels.AttentionRound;
import io.hunyuan4j.kernels.BlockMatrix;
import io.hunyuan4j.kernels.FloatMatrix;
import io.hunyuan4j.kernels.Matrix;
import io.hunyuan4j.kernels.Q8Matrix;
import io.hunyuan4j.kernels.QuantizedRows;
import io.hunyuan4j.kernels.RangeKernels;
import io.hunyuan4j.kernels.RowMatrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Every operation as a plain loop: what the vector kernels must equal bit for bit. */
public final class ScalarKernels implements RangeKernels {

  @Override
  public int vectorBits() {
    return 0;
  }

  @Override
  public void gatherRows(FloatMatrix out, Matrix table, int[] ids, int from, int to) {
    for (int t = from; t < to; t++) {
      Decode.row(table, ids[t], out.data(), out.rowOffset(t));
    }
  }

  @Override
  public int packedLength(int rows, int cols) {
    return 0;
  }

  @Override
  public void pack(float[] packed, FloatMatrix x, int from, int to) {
    // Nothing to rearrange: every product reads x as it lies.
  }

  @Override
  public void matvec(
      FloatMatrix out, FloatMatrix x, float[] packed, RowMatrix weights, int from, int to) {
    matmul(out, x, packed, weights, from, to);
  }

  @Override
  public void matmul(
      FloatMatrix out, FloatMatrix x, float[] packed, RowMatrix weights, int from, int to) {
    int cols = weights.cols();
    float[] row = new float[cols];
    for (int r = from; r < to; r++) {
      Decode.row(weights, r, row, 0);
      for (int t = 0; t < x.rows(); t++) {
        out.data()[out.rowOffset(t) + r] = SixteenSums.dot(row, 0, x.data(), x.rowOffset(t), cols);
      }
    }
  }

  @Override
  public void quantize(QuantizedRows out, FloatMatrix x, int from, int to) {
    Blocks.quantize(out, x, from, to);
  }

  @Override
  public void blockDots(FloatMatrix out, QuantizedRows x, BlockMatrix weights, int from, int to) {
    Blocks.products(out, x, weights, from, to);
  }

  @Override
  public int blockPackedLength(int rows, int blocks) {
    return 0;
  }

  @Override
  public void blockPack(float[] packed, QuantizedRows x, int from, int to) {
    // Nothing to rearrange here either.
  }

  @Override
  public void blockPanels(
      FloatMatrix out, QuantizedRows x, float[] packed, Q8Matrix weights, int from, int to) {
    blockDots(out, x, weights, from, to);
  }

  @Override
  public void q4Losses(float[] rows, float[] weights) {
    Q4Losses.compute(rows, weights);
  }

  @Override
  public void rmsNorm(FloatMatrix out, FloatMatrix x, float[] weight, float eps, int from, int to) {
    int dim = weight.length;
    for (int t = from; t < to; t++) {
      for (int group = 0; group < x.cols(); group += dim) {
        int xAt = x.rowOffset(t) + group;
        int outAt = out.rowOffset(t) + group;
        float factor = inverseRms(SixteenSums.dot(x.data(), xAt, x.data(), xAt, dim), dim, eps);
        for (int i = 0; i < dim; i++) {
          out.data()[outAt + i] = x.data()[xAt + i] * factor * weight[i];
        }
      }
    }
  }

  /** {@code 1 / √(sumOfSquares / n + eps)}, every step rounded to float. */
  public static float inverseRms(float sumOfSquares, int n, float eps) {
    return 1f / (float) Math.sqrt(sumOfSquares / n + eps);
  }

  @Override
  public void rotate(FloatMatrix x, FloatMatrix cos, FloatMatrix sin, int from, int to) {
    int half = cos.cols();
    float[] data = x.data();
    for (int t = from; t < to; t++) {
      for (int head = 0; head < x.cols(); head += 2 * half) {
        for (int i = 0; i < half; i++) {
          int at = x.rowOffset(t) + head + i;
          float c = cos.data()[cos.rowOffset(t) + i];
          float s = sin.data()[sin.rowOffset(t) + i];
          float a = data[at];
          float b = data[at + half];
          data[at] = Math.fma(a, c, -(b * s));
          data[at + half] = Math.fma(b, c, a * s);
        }
      }
    }
  }

  @Override
  public void siluMultiply(FloatMatrix out, FloatMatrix gate, FloatMatrix up, int from, int to) {
    for (int t = from; t < to; t++) {
      for (int i = 0; i < out.cols(); i++) {
        float g = gate.data()[gate.rowOffset(t) + i];
        out.data()[out.rowOffset(t) + i] = g / (1f + Exp.exp(-g)) * up.data()[up.rowOffset(t) + i];
      }
    }
  }

  @Override
  public void softmax(FloatMatrix out, FloatMatrix x, int from, int to) {
    int n = x.cols();
    for (int t = from; t < to; t++) {
      int outAt = out.rowOffset(t);
      System.arraycopy(x.data(), x.rowOffset(t), out.data(), outAt, n);
      exponentials(out.data(), outAt, n);
      float sum = SixteenSums.sum(out.data(), outAt, n);
      for (int i = 0; i < n; i++) {
        out.data()[outAt + i] /= sum;
      }
    }
  }

  /** Replaces {@code n} values by {@code exp(x − max)} and returns the maximum. */
  static float exponentials(float[] x, int at, int n) {
    float max = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < n; i++) {
      max = Math.max(max, x[at + i]);
    }
    for (int i = 0; i < n; i++) {
      x[at + i] = Exp.exp(x[at + i] - max);
    }
    return max;
  }

  @Override
  public void add(FloatMatrix x, FloatMatrix y, int from, int to) {
    for (int t = from; t < to; t++) {
      for (int i = 0; i < x.cols(); i++) {
        x.data()[x.rowOffset(t) + i] += y.data()[y.rowOffset(t) + i];
      }
    }
  }

  @Override
  public void addRow(FloatMatrix x, float[] row, int from, int to) {
    for (int t = from; t < to; t++) {
      for (int i = 0; i < x.cols(); i++) {
        x.data()[x.rowOffset(t) + i] += row[i];
      }
    }
  }

  @Override
  public void addWeightedRows(
      FloatMatrix x, FloatMatrix y, int[] rows, float[] weights, int from, int to) {
    int choices = x.rows() == 0 ? 0 : rows.length / x.rows();
    for (int t = from; t < to; t++) {
      for (int c = t * choices; c < (t + 1) * choices; c++) {
        if (rows[c] < 0) {
          continue;
        }
        for (int i = 0; i < x.cols(); i++) {
          int at = x.rowOffset(t) + i;
          x.data()[at] = Math.fma(weights[c], y.data()[y.rowOffset(rows[c]) + i], x.data()[at]);
        }
      }
    }
  }

  @Override
  public long checksum(MemorySegment memory, long from, long to, boolean inStreams) {
    long sum = 0;
    for (long at = from; at < to; at += Long.BYTES) {
      sum ^= memory.get(ValueLayout.JAVA_LONG_UNALIGNED, at);
    }
    return sum;
  }

  @Override
  public float fmaChains(int steps) {
    float[] sums = new float[FMA_CHAINS];
    for (int step = 0; step < steps; step++) {
      for (int i = 0; i < FMA_CHAINS; i++) {
        sums[i] = Math.fma(sums[i], 0.5f, i);
      }
    }
    float sum = 0;
    for (float s : sums) {
      sum += s;
    }
    return sum;
  }

  @Override
  public void attention(AttentionInputs inputs, int from, int to) {
    ScalarAttention attention = new ScalarAttention(inputs);
    for (int tile = from; tile < to; tile++) {
      attention.attendTile(tile);
    }
  }

  @Override
  public void attendBlocks(AttentionRound round, int from, int to) {
    ScalarAttention attention = new ScalarAttention(round.inputs());
    for (int unit = from; unit < to; unit++) {
      attention.attendRun(round, unit);
    }
  }

  @Override
  public void mergeBlocks(AttentionRound round, int from, int to) {
    ScalarAttention attention = new ScalarAttention(round.inputs());
    int heads = round.inputs().keyValues().numKeyValueHeads();
    for (int unit = from; unit < to; unit++) {
      attention.mergeRound(round, unit / heads, unit % heads);
    }
  }
}
