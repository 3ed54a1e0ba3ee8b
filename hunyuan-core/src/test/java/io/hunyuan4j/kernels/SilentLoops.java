package io.hunyuan4j.kernels;

import java.lang.foreign.MemorySegment;

/**
 * Loops that compute nothing: what a forward pass does besides arithmetic. In this package for the
 * constructor of {@link Kernels}.
 */
public final class SilentLoops implements RangeKernels {
  private SilentLoops() {}

  /** Kernels that check and split as always, and leave every result as it was. */
  public static Kernels on(Parallel parallel) {
    return new Kernels(new SilentLoops(), parallel);
  }

  @Override
  public int vectorBits() {
    return 0;
  }

  @Override
  public void gatherRows(FloatMatrix out, Matrix table, int[] ids, int from, int to) {}

  @Override
  public void matvec(
      FloatMatrix out, FloatMatrix x, float[] packed, RowMatrix weights, int from, int to) {}

  @Override
  public int packedLength(int rows, int cols) {
    return rows * cols;
  }

  @Override
  public void pack(float[] packed, FloatMatrix x, int from, int to) {}

  @Override
  public void matmul(
      FloatMatrix out, FloatMatrix x, float[] packed, RowMatrix weights, int from, int to) {}

  @Override
  public void rmsNorm(
      FloatMatrix out, FloatMatrix x, float[] weight, float eps, int from, int to) {}

  @Override
  public void rotate(FloatMatrix x, FloatMatrix cos, FloatMatrix sin, int from, int to) {}

  @Override
  public void siluMultiply(FloatMatrix out, FloatMatrix gate, FloatMatrix up, int from, int to) {}

  @Override
  public void softmax(FloatMatrix out, FloatMatrix x, int from, int to) {}

  @Override
  public void add(FloatMatrix x, FloatMatrix y, int from, int to) {}

  @Override
  public void addRow(FloatMatrix x, float[] row, int from, int to) {}

  @Override
  public void addWeightedRows(
      FloatMatrix x, FloatMatrix y, int[] rows, float[] weights, int from, int to) {}

  @Override
  public long checksum(MemorySegment memory, long from, long to, boolean inStreams) {
    return 0;
  }

  @Override
  public float fmaChains(int steps) {
    return 0;
  }

  @Override
  public void attention(AttentionInputs inputs, int from, int to) {}

  @Override
  public void quantize(QuantizedRows out, FloatMatrix x, int from, int to) {}

  @Override
  public void blockDots(FloatMatrix out, QuantizedRows x, BlockMatrix weights, int from, int to) {}

  @Override
  public int blockPackedLength(int rows, int blocks) {
    return 0;
  }

  @Override
  public void blockPack(float[] packed, QuantizedRows x, int from, int to) {}

  @Override
  public void blockPanels(
      FloatMatrix out, QuantizedRows x, float[] packed, Q8Matrix weights, int from, int to) {}

  @Override
  public void q4Losses(float[] rows, float[] weights) {}

  @Override
  public void attendBlocks(AttentionRound round, int from, int to) {}

  @Override
  public void mergeBlocks(AttentionRound round, int from, int to) {}
}
