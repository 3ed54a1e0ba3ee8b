package io.hunyuan4j.kernels;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * Starts on plain loops and changes to vector loops operation by operation, as the JVM gets them
 * compiled.
 *
 * <p>Until C2 has compiled it, vector code is some hundred times slower than a plain loop, which
 * costs seconds before the first token. Both give the same bits, so nobody can tell when the change
 * happens. {@link Training} runs the vector loops in the background until they win; where they
 * never do, as in a JVM without C2, the plain loops stay.
 */
final class WarmingKernels implements RangeKernels {

  /** What changes over by itself: an operation, or one in one format. */
  enum Operation {
    MATVEC_BF16,
    MATVEC_F32,
    MATMUL_BF16,
    MATMUL_F32,
    ATTENTION_BF16,
    GATHER_ROWS,
    RMS_NORM,
    SILU_MULTIPLY,
    ROTATE,
    ADD,
    ADD_ROW,
    ADD_WEIGHTED_ROWS,
    SOFTMAX,
    MATVEC_F16,
    MATMUL_F16,
    ATTENTION_F32,
    ATTENTION_F16,
    ATTENTION_Q8,
    QUANTIZE,
    Q4_LOSSES,
    DOTS_Q8,
    DOTS_Q4,
    PANELS_Q8
  }

  private final RangeKernels plain;
  private final RangeKernels vector;
  private final AtomicIntegerArray ready = new AtomicIntegerArray(Operation.values().length);

  WarmingKernels(RangeKernels plain, RangeKernels vector) {
    this.plain = plain;
    this.vector = vector;
  }

  /** From now on the operation uses vectors. */
  void changeOver(Operation operation) {
    ready.set(operation.ordinal(), 1);
  }

  /** Whether the operation uses vectors by now. */
  boolean usesVectors(Operation operation) {
    return ready.get(operation.ordinal()) == 1;
  }

  /** The vector loops it changes over to. */
  RangeKernels vector() {
    return vector;
  }

  private RangeKernels loops(Operation operation) {
    return usesVectors(operation) ? vector : plain;
  }

  private static Operation dotsIn(BlockMatrix weights) {
    return switch (weights) {
      case Q8Matrix _ -> Operation.DOTS_Q8;
      case Q4Matrix _ -> Operation.DOTS_Q4;
    };
  }

  private static Operation matvecIn(RowMatrix weights) {
    return switch (weights) {
      case F32Matrix _ -> Operation.MATVEC_F32;
      case Bf16Matrix _ -> Operation.MATVEC_BF16;
      case F16Matrix _ -> Operation.MATVEC_F16;
    };
  }

  private static Operation matmulIn(RowMatrix weights) {
    return switch (weights) {
      case F32Matrix _ -> Operation.MATMUL_F32;
      case Bf16Matrix _ -> Operation.MATMUL_BF16;
      case F16Matrix _ -> Operation.MATMUL_F16;
    };
  }

  @Override
  public int vectorBits() {
    return vector.vectorBits();
  }

  @Override
  public void gatherRows(FloatMatrix out, Matrix table, int[] ids, int from, int to) {
    loops(Operation.GATHER_ROWS).gatherRows(out, table, ids, from, to);
  }

  @Override
  public int packedLength(int rows, int cols) {
    return vector.packedLength(rows, cols);
  }

  @Override
  public void pack(float[] packed, FloatMatrix x, int from, int to) {
    vector.pack(packed, x, from, to); // needed if the change comes between this and the product
  }

  @Override
  public void matvec(
      FloatMatrix out, FloatMatrix x, float[] packed, RowMatrix weights, int from, int to) {
    loops(matvecIn(weights)).matvec(out, x, packed, weights, from, to);
  }

  @Override
  public void matmul(
      FloatMatrix out, FloatMatrix x, float[] packed, RowMatrix weights, int from, int to) {
    loops(matmulIn(weights)).matmul(out, x, packed, weights, from, to);
  }

  @Override
  public void quantize(QuantizedRows out, FloatMatrix x, int from, int to) {
    loops(Operation.QUANTIZE).quantize(out, x, from, to);
  }

  @Override
  public void blockDots(FloatMatrix out, QuantizedRows x, BlockMatrix weights, int from, int to) {
    loops(dotsIn(weights)).blockDots(out, x, weights, from, to);
  }

  @Override
  public int blockPackedLength(int rows, int blocks) {
    return vector.blockPackedLength(rows, blocks);
  }

  @Override
  public void blockPack(float[] packed, QuantizedRows x, int from, int to) {
    vector.blockPack(packed, x, from, to);
  }

  @Override
  public void blockPanels(
      FloatMatrix out, QuantizedRows x, float[] packed, Q8Matrix weights, int from, int to) {
    loops(Operation.PANELS_Q8).blockPanels(out, x, packed, weights, from, to);
  }

  @Override
  public void q4Losses(float[] rows, float[] weights) {
    loops(Operation.Q4_LOSSES).q4Losses(rows, weights);
  }

  @Override
  public void rmsNorm(FloatMatrix out, FloatMatrix x, float[] weight, float eps, int from, int to) {
    loops(Operation.RMS_NORM).rmsNorm(out, x, weight, eps, from, to);
  }

  @Override
  public void rotate(FloatMatrix x, FloatMatrix cos, FloatMatrix sin, int from, int to) {
    loops(Operation.ROTATE).rotate(x, cos, sin, from, to);
  }

  @Override
  public void siluMultiply(FloatMatrix out, FloatMatrix gate, FloatMatrix up, int from, int to) {
    loops(Operation.SILU_MULTIPLY).siluMultiply(out, gate, up, from, to);
  }

  @Override
  public void softmax(FloatMatrix out, FloatMatrix x, int from, int to) {
    loops(Operation.SOFTMAX).softmax(out, x, from, to);
  }

  @Override
  public void add(FloatMatrix x, FloatMatrix y, int from, int to) {
    loops(Operation.ADD).add(x, y, from, to);
  }

  @Override
  public void addRow(FloatMatrix x, float[] row, int from, int to) {
    loops(Operation.ADD_ROW).addRow(x, row, from, to);
  }

  @Override
  public void addWeightedRows(
      FloatMatrix x, FloatMatrix y, int[] rows, float[] weights, int from, int to) {
    loops(Operation.ADD_WEIGHTED_ROWS).addWeightedRows(x, y, rows, weights, from, to);
  }

  @Override
  public long checksum(MemorySegment memory, long from, long to, boolean inStreams) {
    return vector.checksum(memory, from, to, inStreams);
  }

  @Override
  public float fmaChains(int steps) {
    return vector.fmaChains(steps);
  }

  private static Operation attentionIn(AttentionInputs inputs) {
    return switch (inputs.keyValues().format()) {
      case F32 -> Operation.ATTENTION_F32;
      case BF16 -> Operation.ATTENTION_BF16;
      case F16 -> Operation.ATTENTION_F16;
      case Q8 -> Operation.ATTENTION_Q8;
    };
  }

  @Override
  public void attention(AttentionInputs inputs, int from, int to) {
    loops(attentionIn(inputs)).attention(inputs, from, to);
  }

  @Override
  public void attendBlocks(AttentionRound round, int from, int to) {
    loops(attentionIn(round.inputs())).attendBlocks(round, from, to);
  }

  @Override
  public void mergeBlocks(AttentionRound round, int from, int to) {
    loops(attentionIn(round.inputs())).mergeBlocks(round, from, to);
  }
}
