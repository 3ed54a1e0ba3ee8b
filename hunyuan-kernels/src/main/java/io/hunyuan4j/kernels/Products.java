package io.hunyuan4j.kernels;

/**
 * Matrix products of one x with one or more matrices: what x must be made into first, and how the
 * outputs are cut into pieces.
 *
 * <p>A piece is a tile of blocks or {@value RangeKernels#OUTPUTS} outputs of a matrix in rows; up
 * to {@value #MOST_UNITS} such units for blocks and for one row of x. Few rows of x run through the
 * weights as they lie, and any number through those of Q4; more are packed, and run along the
 * columns of weights or over panels of decoded ones.
 */
final class Products {
  /**
   * Units of a piece, if there are pieces enough for all threads: tiles are faster side by side,
   * and rows of weights are read in streams through a piece, which processors foresee the better
   * the longer they are.
   */
  private static final int MOST_UNITS = 4;

  private static final int PIECES_A_THREAD = 8;

  /**
   * The most rows of x that a thread packs at a time: a tile at 512 bits, which is packed faster as
   * a whole.
   */
  private static final int PACKED_TOGETHER = 12;

  /** The most rows of x that run through Q8 as it lies: its panels cost less. */
  private static final int FEW_Q8_ROWS = 4;

  private final RangeKernels loops;
  private final Parallel parallel;
  private final Calls calls;
  private final FloatBuffers buffers = new FloatBuffers();
  private final QuantizedBuffers quantized = new QuantizedBuffers();

  Products(RangeKernels loops, Parallel parallel, Calls calls) {
    this.loops = loops;
    this.parallel = parallel;
    this.calls = calls;
  }

  /** A call whose outs and matrices are to be added. */
  Call begin() {
    return calls.begin(Products::pieces);
  }

  /** Runs a call of {@link #begin} and ends it. */
  void run(Call call, FloatMatrix x) {
    call.x = x;
    boolean needsRows = false;
    boolean needsBlocks = false;
    boolean needsPackedBlocks = false;
    call.units = 1;
    for (int i = 0; i < call.matrices.size(); i++) {
      Matrix weights = call.matrices.get(i);
      needsRows |= weights instanceof RowMatrix;
      if (weights instanceof BlockMatrix blocks) {
        needsBlocks = true;
        needsPackedBlocks |= blocks instanceof Q8Matrix && x.rows() > FEW_Q8_ROWS;
      }
    }
    int pieces = allPieces(call);
    if (needsBlocks || x.rows() == 1) {
      call.units = Math.clamp(pieces / (PIECES_A_THREAD * parallel.threads()), 1, MOST_UNITS);
      pieces = allPieces(call);
    }
    if (needsRows) {
      call.floats = buffers.borrow(loops.packedLength(x.rows(), x.cols()));
      pack(call);
    }
    if (needsBlocks) {
      round(call, needsPackedBlocks);
    }
    float[] packed = call.floats;
    float[] packedBlocks = call.packedBlocks;
    QuantizedRows rounded = call.rounded;
    try {
      parallel.forRange(pieces, 1, call);
    } finally {
      calls.end(call);
    }
    if (needsRows) {
      buffers.giveBack(packed);
    }
    if (needsBlocks) {
      quantized.giveBack(rounded);
      if (needsPackedBlocks) {
        buffers.giveBack(packedBlocks);
      }
    }
  }

  private void pack(Call call) {
    FloatMatrix x = call.x;
    if (x.rows() <= RangeKernels.FEW_ROWS) { // sooner done than shared
      loops.pack(call.floats, x, 0, x.rows());
      return;
    }
    Call packing = calls.begin((k, c, from, to) -> k.pack(c.floats, c.x, from, to));
    packing.x = x;
    packing.floats = call.floats;
    run(packing, x.rows(), packedTogether(x.rows()));
  }

  /** Runs the rows of x of a call. */
  private void run(Call call, int rows, int grain) {
    try {
      parallel.forRange(rows, grain, call);
    } finally {
      calls.end(call);
    }
  }

  private void round(Call call, boolean packed) {
    FloatMatrix x = call.x;
    call.rounded = quantized.borrow(x.rows(), x.cols());
    Call rounding = calls.begin(packed ? Products::roundAndPack : Products::round);
    rounding.x = x;
    rounding.rounded = call.rounded;
    if (packed) {
      call.packedBlocks = buffers.borrow(loops.blockPackedLength(x.rows(), call.rounded.blocks()));
      rounding.packedBlocks = call.packedBlocks;
    }
    run(rounding, x.rows(), packed ? packedTogether(x.rows()) : 1);
  }

  /** So many that no thread has nothing to do. */
  private int packedTogether(int rows) {
    return Math.clamp(rows / parallel.threads(), 1, PACKED_TOGETHER);
  }

  private static void round(RangeKernels loops, Call call, int from, int to) {
    loops.quantize(call.rounded, call.x, from, to);
  }

  private static void roundAndPack(RangeKernels loops, Call call, int from, int to) {
    round(loops, call, from, to);
    loops.blockPack(call.packedBlocks, call.rounded, from, to);
  }

  private static int allPieces(Call call) {
    int pieces = 0;
    for (int i = 0; i < call.matrices.size(); i++) {
      pieces = Math.addExact(pieces, pieces(call, call.matrices.get(i)));
    }
    return pieces;
  }

  /** Outputs of a piece of products with rows. */
  private static int outputs(Call call) {
    return call.x.rows() == 1 ? call.units * RangeKernels.OUTPUTS : RangeKernels.OUTPUTS;
  }

  private static int pieces(Call call, Matrix weights) {
    return switch (weights) {
      case RowMatrix m -> Math.ceilDiv(m.rows(), outputs(call));
      case BlockMatrix m ->
          Math.ceilDiv(BlockMatrix.tiles(Math.addExact(m.firstRow(), m.rows())), call.units);
    };
  }

  /** Pieces {@code from … to} of the outputs of all matrices: no piece spans two of them. */
  private static void pieces(RangeKernels loops, Call call, int from, int to) {
    for (int piece = from; piece < to; piece++) {
      int i = 0;
      int before = 0; // pieces of the matrices before this one
      while (piece - before >= pieces(call, call.matrices.get(i))) {
        before += pieces(call, call.matrices.get(i++));
      }
      piece(loops, call, call.outs.get(i), call.matrices.get(i), piece - before);
    }
  }

  private static void piece(
      RangeKernels loops, Call call, FloatMatrix out, Matrix weights, int piece) {
    int tokens = call.x.rows();
    switch (weights) {
      case RowMatrix m -> {
        int first = piece * outputs(call);
        int end = Math.min(m.rows() - first, outputs(call)) + first;
        if (tokens <= RangeKernels.FEW_ROWS) {
          loops.matvec(out, call.x, call.floats, m, first, end);
        } else {
          loops.matmul(out, call.x, call.floats, m, first, end);
        }
      }
      case BlockMatrix m -> {
        int outputs = BlockMatrix.TILE_ROWS * call.units;
        int first = piece * outputs - m.firstRow(); // pieces end where tiles end
        int start = Math.max(0, first);
        int end = Math.min(m.rows() - first, outputs) + first;
        if (m instanceof Q8Matrix q8 && tokens > FEW_Q8_ROWS) {
          loops.blockPanels(out, call.rounded, call.packedBlocks, q8, start, end);
        } else {
          loops.blockDots(out, call.rounded, m, start, end);
        }
      }
    }
  }
}
