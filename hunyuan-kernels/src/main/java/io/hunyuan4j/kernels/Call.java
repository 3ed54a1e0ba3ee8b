package io.hunyuan4j.kernels;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * One running operation of {@link Kernels}: its operands in fields, and the loop that runs a piece
 * of it.
 *
 * <p>Borrowed from {@link Calls} and given back, and its loops capture nothing, so that an
 * operation allocates nothing: a decode step has hundreds of them. Which fields mean something is
 * up to the operation.
 */
final class Call implements RangeBody {
  private static final FloatMatrix NO_ROWS = FloatMatrix.zeros(0, 0);
  private static final Matrix NO_WEIGHTS = new F32Matrix(MemorySegment.NULL, 0, 0);
  private static final float[] NO_FLOATS = new float[0];
  private static final QuantizedRows NO_QUANTIZED = new QuantizedRows();
  private static final int[] NO_INTS = new int[0];
  private static final KvView NO_CACHE = new KvView(KvFormat.F32, 1, 1, List.of());
  private static final AttentionInputs NO_ATTENTION =
      new AttentionInputs(NO_ROWS, NO_ROWS, NO_CACHE, 0, 0f);
  private static final AttentionRound NO_ROUND = new AttentionRound(NO_ATTENTION, NO_FLOATS, 0, 0);
  private static final Loop NO_LOOP = (_, _, _, _) -> {};

  /** Runs units {@code from … to} of a call. Written as a lambda that captures nothing. */
  @FunctionalInterface
  interface Loop {
    void run(RangeKernels loops, Call call, int from, int to);
  }

  private final RangeKernels loops;
  private Loop loop = NO_LOOP;
  FloatMatrix out = NO_ROWS;
  FloatMatrix x = NO_ROWS;
  FloatMatrix y = NO_ROWS;
  Matrix weights = NO_WEIGHTS;
  float[] floats = NO_FLOATS;
  float[] packedBlocks = NO_FLOATS; // of products
  QuantizedRows rounded = NO_QUANTIZED; // of products
  int units; // of a piece of products
  int[] ints = NO_INTS;
  float number;
  AttentionInputs attention = NO_ATTENTION;
  AttentionRound round = NO_ROUND;
  KvView cache = NO_CACHE;
  int position;
  final List<FloatMatrix> outs = new ArrayList<>(); // of products
  final List<Matrix> matrices = new ArrayList<>(); // of products, one an out

  Call(RangeKernels loops) {
    this.loops = loops;
  }

  Call begin(Loop newLoop) {
    loop = newLoop;
    return this;
  }

  @Override
  public void run(int from, int to) {
    loop.run(loops, this, from, to);
  }

  /** Forgets the operands, whose memory must not live as long as the kernels. */
  void end() {
    loop = NO_LOOP;
    out = NO_ROWS;
    x = NO_ROWS;
    y = NO_ROWS;
    weights = NO_WEIGHTS;
    floats = NO_FLOATS;
    packedBlocks = NO_FLOATS;
    rounded = NO_QUANTIZED;
    ints = NO_INTS;
    attention = NO_ATTENTION;
    round = NO_ROUND;
    cache = NO_CACHE;
    outs.clear();
    matrices.clear();
  }
}
