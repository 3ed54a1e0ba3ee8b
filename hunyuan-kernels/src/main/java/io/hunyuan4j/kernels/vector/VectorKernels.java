package io.hunyuan4j.kernels.vector;

import static io.hunyuan4j.kernels.vector.Lanes.ROWS;

import io.hunyuan4j.kernels.AttentionInputs;
import io.hunyuan4j.kernels.AttentionRound;
import io.hunyuan4j.kernels.BlockMatrix;
import io.hunyuan4j.kernels.F16Matrix;
import io.hunyuan4j.kernels.FloatBuffers;
import io.hunyuan4j.kernels.FloatMatrix;
import io.hunyuan4j.kernels.Matrix;
import io.hunyuan4j.kernels.Q8Matrix;
import io.hunyuan4j.kernels.QuantizedRows;
import io.hunyuan4j.kernels.RangeKernels;
import io.hunyuan4j.kernels.RowMatrix;
import io.hunyuan4j.kernels.scalar.ScalarKernels;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;

/** Dispatch only: which rows, which loop. The loops are in this package's other files. */
public final class VectorKernels implements RangeKernels {
  private final ScalarKernels scalar = new ScalarKernels();
  private final FloatBuffers buffers = new FloatBuffers();
  private final ArrayDeque<TileScratch> idle = new ArrayDeque<>(); // as many as threads at most

  /** The kernels of this copy of the package; called reflectively by {@code KernelFactory}. */
  public VectorKernels() {}

  @Override
  public int vectorBits() {
    return Lanes.BITS;
  }

  @Override
  public void gatherRows(FloatMatrix out, Matrix table, int[] ids, int from, int to) {
    switch (table) {
      case RowMatrix m -> {
        for (int t = from; t < to; t++) {
          Rows.decode(m, ids[t] * m.rowBytes(), m.cols(), out.data(), out.rowOffset(t));
        }
      }
      case BlockMatrix m ->
          scalar.gatherRows(out, m, ids, from, to); // one row of a tile: no vectors
    }
  }

  @Override
  public void matvec(
      FloatMatrix out, FloatMatrix x, float[] packed, RowMatrix weights, int from, int to) {
    if (RowTiles.suit(x.rows())) {
      tiles(out, x, packed, weights, from, to);
      return;
    }
    if (to - from < ROWS) {
      scalar.matvec(out, x, packed, weights, from, to);
      return;
    }
    float[] scratch = buffers.borrow(Rows.scratchLength(weights));
    if (weights instanceof F16Matrix) {
      int length = x.rows() * x.cols();
      float[] lifted = buffers.borrow(length);
      if (F16Rows.lift(lifted, packed, length)) {
        rows(out, x, lifted, weights, from, to, scratch);
      } else {
        scalar.matvec(out, x, packed, weights, from, to);
      }
      buffers.giveBack(lifted);
    } else {
      rows(out, x, packed, weights, from, to, scratch);
    }
    buffers.giveBack(scratch);
  }

  private static void rows(
      FloatMatrix out,
      FloatMatrix x,
      float[] packed,
      RowMatrix weights,
      int from,
      int to,
      float[] scratch) {
    // Rows far apart: neighbours share sets of the cache and start their pages at the same time.
    int step = (to - from) / ROWS;
    for (int row = from; row < from + step; row++) {
      dots(out, x, packed, weights, row, step, scratch);
    }
    if ((to - from) % ROWS != 0) {
      dots(out, x, packed, weights, to - ROWS, 1, scratch); // repeats some
    }
  }

  /** Some rows of the weights with the row of x, if there is one: more go over tiles. */
  private static void dots(
      FloatMatrix out,
      FloatMatrix x,
      float[] packed,
      RowMatrix weights,
      int row,
      int step,
      float[] scratch) {
    for (int t = 0; t < x.rows(); t++) {
      Rows.dots(out, x, packed, t, weights, row, step, scratch);
    }
  }

  @Override
  public int packedLength(int rows, int cols) {
    if (rows <= 1) {
      return Math.multiplyExact(rows, cols);
    }
    if (RowTiles.suit(rows)) {
      return RowTiles.packedLength(rows, cols);
    }
    return Panels.packedLength(rows, cols);
  }

  @Override
  public void pack(float[] packed, FloatMatrix x, int from, int to) {
    if (x.rows() <= 1) {
      Pairs.pack(packed, x, from, to);
    } else if (RowTiles.suit(x.rows())) {
      RowTiles.pack(packed, x, from, to);
    } else {
      Panels.pack(packed, x, from, to);
    }
  }

  @Override
  public void matmul(
      FloatMatrix out, FloatMatrix x, float[] packed, RowMatrix weights, int from, int to) {
    if (RowTiles.suit(x.rows())) {
      tiles(out, x, packed, weights, from, to);
      return;
    }
    float[] scratch = buffers.borrow(Panels.scratchLength(weights.cols()));
    Panels.multiply(out, packed, weights, from, to, scratch);
    buffers.giveBack(scratch);
  }

  private void tiles(
      FloatMatrix out, FloatMatrix x, float[] packed, RowMatrix weights, int from, int to) {
    if (to - from < RowTiles.LEAST_OUTPUTS) {
      scalar.matmul(out, x, packed, weights, from, to);
      return;
    }
    float[] scratch = buffers.borrow(RowTiles.scratchLength(weights));
    RowTiles.multiply(out, x, packed, weights, from, to, scratch);
    buffers.giveBack(scratch);
  }

  @Override
  public void quantize(QuantizedRows out, FloatMatrix x, int from, int to) {
    for (int t = from; t < to; t++) {
      Quantization.row(out, t, x.data(), x.rowOffset(t), x.cols());
    }
  }

  @Override
  public void blockDots(FloatMatrix out, QuantizedRows x, BlockMatrix weights, int from, int to) {
    float[] scratch = buffers.borrow(TileDots.scratchLength(weights.blocks()));
    TileDots.multiply(out, x, weights, from, to, scratch);
    buffers.giveBack(scratch);
  }

  @Override
  public int blockPackedLength(int rows, int blocks) {
    return Q8Panels.packedLength(rows, blocks);
  }

  @Override
  public void blockPack(float[] packed, QuantizedRows x, int from, int to) {
    Q8Panels.pack(packed, x, from, to);
  }

  @Override
  public void blockPanels(
      FloatMatrix out, QuantizedRows x, float[] packed, Q8Matrix weights, int from, int to) {
    float[] scratch = buffers.borrow(Q8Panels.scratchLength(weights.blocks()));
    Q8Panels.multiply(out, packed, weights, from, to, scratch);
    buffers.giveBack(scratch);
  }

  @Override
  public void q4Losses(float[] rows, float[] weights) {
    Quantization.q4Losses(rows, weights);
  }

  @Override
  public void rmsNorm(FloatMatrix out, FloatMatrix x, float[] weight, float eps, int from, int to) {
    float[] sums = buffers.borrow(16);
    for (int t = from; t < to; t++) {
      for (int group = 0; group < x.cols(); group += weight.length) {
        Elementwise.rmsNorm(
            out.data(),
            out.rowOffset(t) + group,
            x.data(),
            x.rowOffset(t) + group,
            weight,
            eps,
            sums);
      }
    }
    buffers.giveBack(sums);
  }

  @Override
  public void rotate(FloatMatrix x, FloatMatrix cos, FloatMatrix sin, int from, int to) {
    int half = cos.cols();
    for (int t = from; t < to; t++) {
      for (int head = 0; head < x.cols(); head += 2 * half) {
        Elementwise.rotate(
            x.data(),
            x.rowOffset(t) + head,
            cos.data(),
            cos.rowOffset(t),
            sin.data(),
            sin.rowOffset(t),
            half);
      }
    }
  }

  @Override
  public void siluMultiply(FloatMatrix out, FloatMatrix gate, FloatMatrix up, int from, int to) {
    for (int t = from; t < to; t++) {
      Activations.siluMultiply(out, gate, up, t);
    }
  }

  @Override
  public void softmax(FloatMatrix out, FloatMatrix x, int from, int to) {
    float[] scratch = buffers.borrow(Activations.softmaxScratchLength(x.cols()));
    for (int t = from; t < to; t++) {
      Activations.softmax(out, x, t, scratch);
    }
    buffers.giveBack(scratch);
  }

  @Override
  public void add(FloatMatrix x, FloatMatrix y, int from, int to) {
    for (int t = from; t < to; t++) {
      Elementwise.add(x.data(), x.rowOffset(t), y.data(), y.rowOffset(t), x.cols());
    }
  }

  @Override
  public void addRow(FloatMatrix x, float[] row, int from, int to) {
    for (int t = from; t < to; t++) {
      Elementwise.add(x.data(), x.rowOffset(t), row, 0, x.cols());
    }
  }

  @Override
  public void addWeightedRows(
      FloatMatrix x, FloatMatrix y, int[] rows, float[] weights, int from, int to) {
    int choices = x.rows() == 0 ? 0 : rows.length / x.rows();
    for (int t = from; t < to; t++) {
      for (int c = t * choices; c < (t + 1) * choices; c++) {
        if (rows[c] >= 0) {
          int yAt = y.rowOffset(rows[c]);
          Elementwise.addWeighted(x.data(), x.rowOffset(t), y.data(), yAt, x.cols(), weights[c]);
        }
      }
    }
  }

  @Override
  public long checksum(MemorySegment memory, long from, long to, boolean inStreams) {
    return Probes.checksum(memory, from, to, inStreams);
  }

  @Override
  public float fmaChains(int steps) {
    return Probes.fmaChains(steps);
  }

  @Override
  public void attention(AttentionInputs inputs, int from, int to) {
    TileScratch scratch = borrowScratch();
    scratch.open(inputs);
    for (int tile = from; tile < to; tile++) {
      TileAttention.attend(inputs, scratch, tile);
    }
    giveBack(scratch);
  }

  @Override
  public void attendBlocks(AttentionRound round, int from, int to) {
    int tiles = round.inputs().tiles();
    TileScratch scratch = borrowScratch();
    scratch.open(round.inputs());
    for (int unit = from; unit < to; unit++) {
      TileAttention.attendRun(round, scratch, unit / tiles, unit % tiles);
    }
    giveBack(scratch);
  }

  private TileScratch borrowScratch() {
    synchronized (idle) {
      TileScratch scratch = idle.pollLast();
      return scratch == null ? new TileScratch() : scratch;
    }
  }

  private void giveBack(TileScratch scratch) {
    synchronized (idle) {
      idle.addLast(scratch);
    }
  }

  @Override
  public void mergeBlocks(AttentionRound round, int from, int to) {
    int heads = round.inputs().keyValues().numKeyValueHeads();
    for (int unit = from; unit < to; unit++) {
      RoundMerge.merge(round, unit / heads, unit % heads);
    }
  }
}
