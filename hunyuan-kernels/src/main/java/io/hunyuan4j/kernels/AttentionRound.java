package io.hunyuan4j.kernels;

/**
 * Some blocks of a long context whose results are computed side by side and merged afterwards in
 * ascending order: the same sums as block after block, by as many threads as there are.
 *
 * <p>A <em>part</em> is what one query makes of one block: its weighted values {@code [headDim]}
 * and, {@link #rowStride} − 16 elements behind their beginning, maximum and sum. {@link
 * RangeKernels#attendBlocks} leaves the parts of all queries and blocks in {@code memory}, {@link
 * RangeKernels#mergeBlocks} takes them from there. What is merged so far stands in out, not yet
 * divided, and its maxima and sums behind the parts.
 *
 * @param inputs the operands
 * @param memory at least {@link #length} elements
 * @param firstBlock first block of this round
 * @param endBlock block after the last one
 */
public record AttentionRound(AttentionInputs inputs, float[] memory, int firstBlock, int endBlock) {
  /** Blocks that one piece of work takes, at fixed boundaries. */
  public static final int RUN = 8;

  /** Queries that are computed together, if a tile has few: as many as a token of most models. */
  public static final int FEW_TOGETHER = 4;

  /** Queries that are computed together otherwise. */
  public static final int MANY_TOGETHER = 6;

  private static final int FEW = 8;

  /** Elements of memory that a round should not exceed, so that parts stay in a cache. */
  private static final int LENGTH = 1 << 18;

  /** The values of a part have room for a multiple of this: of every panel of vectors. */
  private static final int PANEL = 32;

  /** Room for maximum and sum; a multiple of a line of the cache. */
  private static final int ENDS = 16;

  /** Blocks that a round takes, a multiple of {@link #RUN}. */
  public static int blocks(AttentionInputs inputs) {
    long blockLength = (long) inputs.tiles() * tileLength(inputs);
    return Math.max(RUN, (int) (LENGTH / blockLength) / RUN * RUN);
  }

  /** Elements that rounds of {@code blocks} blocks need. */
  public static int length(AttentionInputs inputs, int blocks) {
    int parts = Math.multiplyExact(Math.multiplyExact(blocks, inputs.tiles()), tileLength(inputs));
    return Math.addExact(parts, 2 * inputs.tiles() * rows(inputs));
  }

  /**
   * How many of a tile's queries are computed together; the tile is filled up to a multiple. The
   * loops for a few need all of the sixteen sums.
   */
  public static int rowsTogether(int rows, int headDim) {
    return rows <= FEW && headDim >= 16 ? FEW_TOGETHER : MANY_TOGETHER;
  }

  /** Queries that a tile has room for. */
  public static int rows(AttentionInputs inputs) {
    int tokens = Math.min(inputs.query().rows(), inputs.tileTokens());
    int rows = tokens * inputs.headsPerGroup();
    int together = rowsTogether(rows, inputs.keyValues().headDim());
    return (rows + together - 1) / together * together;
  }

  /** Distance of the parts of a tile's queries. */
  public static int rowStride(int headDim) {
    return (headDim + PANEL - 1 & -PANEL) + ENDS;
  }

  private static int tileLength(AttentionInputs inputs) {
    return rows(inputs) * rowStride(inputs.keyValues().headDim());
  }

  /** Where the maximum of a part stands behind the beginning of its values; the sum follows. */
  public static int endsAt(int headDim) {
    return rowStride(headDim) - ENDS;
  }

  /** Whether no round follows. */
  public boolean isLast() {
    return endBlock == inputs.blocks();
  }

  /** Runs of blocks in this round. */
  public int runs() {
    return (endBlock - firstBlock + RUN - 1) / RUN;
  }

  /** Where the part of the first query of a tile begins for a block. */
  public int partsAt(int block, int tile) {
    return ((block - firstBlock) * inputs.tiles() + tile) * tileLength(inputs);
  }

  /**
   * Where maximum and sum of what is merged so far stand for a query of a tile: at the same place
   * in all rounds of a call.
   */
  public int stateAt(int tile, int row) {
    return memory.length - 2 * (tile * rows(inputs) + row + 1);
  }
}
