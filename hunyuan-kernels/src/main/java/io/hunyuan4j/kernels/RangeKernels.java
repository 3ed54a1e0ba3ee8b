package io.hunyuan4j.kernels;

import java.lang.foreign.MemorySegment;

/**
 * The loops behind {@link Kernels}, each on a part of its units: one thread, shapes already
 * checked. Implemented twice, as plain loops that define the result and as vector loops that equal
 * them bit for bit. The formulas stand at {@link Kernels}.
 */
public interface RangeKernels {

  /** Bits of a vector register as used here; 0 for plain loops. */
  int vectorBits();

  /** Rows {@code from … to} of out. */
  void gatherRows(FloatMatrix out, Matrix table, int[] ids, int from, int to);

  /** Up to as many rows of x take {@link #matvec}, which one thread packs them for. */
  int FEW_ROWS = 16;

  /** More take panels of decoded weights in any case; shorter vectors take them sooner. */
  int SOME_ROWS = 48;

  /** Outputs of a piece of a product. */
  int OUTPUTS = 32;

  /** Elements that {@link #pack} needs for x of this shape; 0 if it needs no packing. */
  int packedLength(int rows, int cols);

  /** Rearranges the rows {@code from … to} of x for {@link #matvec} or {@link #matmul}. */
  void pack(float[] packed, FloatMatrix x, int from, int to);

  /**
   * Outputs {@code from … to} (rows of the weights) for up to {@value #FEW_ROWS} rows of x, which
   * also lies packed in {@code packed}; weights are read as they lie.
   */
  void matvec(FloatMatrix out, FloatMatrix x, float[] packed, RowMatrix weights, int from, int to);

  /** Outputs {@code from … to} for more rows of x, which also lies packed in {@code packed}. */
  void matmul(FloatMatrix out, FloatMatrix x, float[] packed, RowMatrix weights, int from, int to);

  /** Rows {@code from … to} of x, rounded to eight bits. */
  void quantize(QuantizedRows out, FloatMatrix x, int from, int to);

  /** Outputs {@code from … to}, with weights as they lie: with Q8 for a few rows of x. */
  void blockDots(FloatMatrix out, QuantizedRows x, BlockMatrix weights, int from, int to);

  /** Elements that {@link #blockPack} needs; 0 if nothing is packed. */
  int blockPackedLength(int rows, int blocks);

  /** Rearranges the rows {@code from … to} of x for {@link #blockPanels}. */
  void blockPack(float[] packed, QuantizedRows x, int from, int to);

  /**
   * Outputs {@code from … to} for many rows of x, which also lies packed in {@code packed}; weights
   * are decoded to panels first.
   */
  void blockPanels(
      FloatMatrix out, QuantizedRows x, float[] packed, Q8Matrix weights, int from, int to);

  /** See {@code Q4Losses}: the inner loop of converting weights to Q4. */
  void q4Losses(float[] rows, float[] weights);

  /** Rows {@code from … to}. */
  void rmsNorm(FloatMatrix out, FloatMatrix x, float[] weight, float eps, int from, int to);

  /** Rows {@code from … to}. */
  void rotate(FloatMatrix x, FloatMatrix cos, FloatMatrix sin, int from, int to);

  /** Rows {@code from … to}. */
  void siluMultiply(FloatMatrix out, FloatMatrix gate, FloatMatrix up, int from, int to);

  /** Rows {@code from … to}. */
  void softmax(FloatMatrix out, FloatMatrix x, int from, int to);

  /** Rows {@code from … to}. */
  void add(FloatMatrix x, FloatMatrix y, int from, int to);

  /** Rows {@code from … to}. */
  void addRow(FloatMatrix x, float[] row, int from, int to);

  /** Rows {@code from … to} of x. */
  void addWeightedRows(FloatMatrix x, FloatMatrix y, int[] rows, float[] weights, int from, int to);

  /** Independent chains that {@link #fmaChains} runs: enough to hide the latency of an fma. */
  int FMA_CHAINS = 12;

  /**
   * Exclusive or of all 64-bit words of the bytes {@code from … to}, multiples of 512: a pure read
   * of memory, from beginning to end or, where {@code inStreams}, as four streams a quarter apart.
   */
  long checksum(MemorySegment memory, long from, long to, boolean inStreams);

  /**
   * {@code steps} steps of {@link #FMA_CHAINS} chains of fma on whole registers; returns a sum that
   * depends on all of them.
   */
  float fmaChains(int steps);

  /** Tiles {@code from … to}, each over all blocks that it sees. */
  void attention(AttentionInputs inputs, int from, int to);

  /**
   * Units {@code from … to} of a round; unit {@code run · tiles + tile} leaves the parts of that
   * tile and of the blocks of that run.
   */
  void attendBlocks(AttentionRound round, int from, int to);

  /**
   * Units {@code from … to} of a round; unit {@code token · numKeyValueHeads + head} merges the
   * parts of that token's query heads of that group into out, and divides after the last round.
   */
  void mergeBlocks(AttentionRound round, int from, int to);
}
