package io.hunyuan4j.kernels.vector;

import static io.hunyuan4j.kernels.vector.Lanes.PANEL;

import io.hunyuan4j.kernels.AttentionInputs;
import io.hunyuan4j.kernels.AttentionRound;
import io.hunyuan4j.kernels.KvView;
import io.hunyuan4j.kernels.scalar.SixteenSums;
import java.lang.foreign.MemorySegment;

/**
 * Attention of a tile, the query heads of a group for some tokens: a block of the cache is read
 * once for all of them, as two products of small matrices with a softmax in between.
 *
 * <p>A row is a query of the tile, token by token. A row takes part in a block with the keys that
 * it sees and no other, whatever the others hold: a product with 0 would not do.
 */
final class TileAttention {
  private static final int KEYS = KvView.BLOCK_TOKENS;

  private TileAttention() {}

  /** A tile over all blocks that it sees. */
  static void attend(AttentionInputs inputs, TileScratch t, int tile) {
    begin(inputs, t, tile);
    int blocks = inputs.blocksSeenBy(t.firstToken + t.rows / t.heads - 1);
    for (int block = 0; block < blocks; block++) {
      weigh(inputs, t, block);
      if (block == 0) {
        values(inputs, t, 0, t.s, t.merged);
        System.arraycopy(t.s, t.blockMax, t.s, t.max, t.rows);
        System.arraycopy(t.s, t.blockSum, t.s, t.sum, t.rows);
      } else {
        merge(inputs, t, block);
      }
    }
    float[] out = inputs.out().data();
    for (int row = 0; row < t.rows; row++) {
      float factor = 1f / t.s[t.sum + row];
      Elementwise.multiply(
          out, outAt(inputs, t, row), t.s, t.merged + row * t.stride, factor, t.dim);
    }
  }

  /** A tile and a run of blocks of a round. */
  static void attendRun(AttentionRound round, TileScratch t, int run, int tile) {
    AttentionInputs inputs = round.inputs();
    begin(inputs, t, tile);
    int first = round.firstBlock() + run * AttentionRound.RUN;
    int end = Math.min(round.endBlock(), first + AttentionRound.RUN);
    end = Math.min(end, inputs.blocksSeenBy(t.firstToken + t.rows / t.heads - 1));
    float[] memory = round.memory();
    for (int block = first; block < end; block++) {
      int partsAt = round.partsAt(block, tile);
      weigh(inputs, t, block);
      values(inputs, t, block, memory, partsAt);
      int endsAt = partsAt + AttentionRound.endsAt(t.dim);
      for (int row = 0; row < t.rows; row++) {
        memory[endsAt + row * t.stride] = t.s[t.blockMax + row];
        memory[endsAt + row * t.stride + 1] = t.s[t.blockSum + row];
      }
    }
  }

  /** Packs the queries of a tile. */
  private static void begin(AttentionInputs inputs, TileScratch t, int tile) {
    t.head = inputs.tileHead(tile);
    t.firstToken = inputs.tileFirstToken(tile);
    t.rows = (inputs.tileEndToken(tile) - t.firstToken) * t.heads;
    t.together = AttentionRound.rowsTogether(t.rows, t.dim);
    t.padded = (t.rows + t.together - 1) / t.together * t.together;
    for (int row = 0; row < t.padded; row++) {
      int m = row % t.together;
      packQuery(inputs, t, row, t.queries + (row - m) * t.dim + m);
    }
  }

  private static void packQuery(AttentionInputs inputs, TileScratch t, int row, int at) {
    float[] query = inputs.query().data();
    boolean isQuery = row < t.rows;
    int from =
        isQuery
            ? inputs.query().rowOffset(t.firstToken + row / t.heads) + column(inputs, t, row)
            : 0;
    int to = at;
    for (int index = 0; index < 16; index++) {
      for (int k = SixteenSums.residue(index); k < t.dim; k += 16, to += t.together) {
        t.s[to] = isQuery ? query[from + k] : 0f;
      }
    }
  }

  private static int column(AttentionInputs inputs, TileScratch t, int row) {
    return inputs.groupColumn(t.head) + row % t.heads * t.dim;
  }

  private static int outAt(AttentionInputs inputs, TileScratch t, int row) {
    return inputs.out().rowOffset(t.firstToken + row / t.heads) + column(inputs, t, row);
  }

  private static boolean isFew(TileScratch t) {
    return t.together == AttentionRound.FEW_TOGETHER;
  }

  /** Keys of a block that a row sees: none or fewer if it stands before the block. */
  private static int seenBy(AttentionInputs inputs, TileScratch t, int row, int block) {
    int position = inputs.firstPosition() + t.firstToken + row / t.heads;
    return Math.min(KEYS, position + 1 - block * KEYS);
  }

  /** The first row that sees a block. */
  private static int firstRow(AttentionInputs inputs, TileScratch t, int block) {
    int tokensBefore = block * KEYS - inputs.firstPosition() - t.firstToken;
    return Math.max(0, tokensBefore) * t.heads;
  }

  /** Scores of all rows with a block, their maxima, exponentials and sums. */
  private static void weigh(AttentionInputs inputs, TileScratch t, int block) {
    KvView cache = inputs.keyValues();
    MemorySegment memory = cache.blocks().get(block);
    int panels = BlockPanels.panels(seenBy(inputs, t, t.rows - 1, block));
    int first = firstRow(inputs, t, block) / t.together * t.together;
    float scale = inputs.scale();
    BlockPanels.keyScales(cache, memory, t.head, t);
    for (int p = 0; p < panels; p++) {
      int at = t.weights + p * PANEL;
      if (isFew(t)) {
        for (int row = first; row < t.padded; row += t.together) {
          int query = t.queries + row * t.dim;
          BlockPanels.scoresOfFour(cache, memory, t.head, p, t, query, scale, at + row * KEYS);
        }
      } else {
        BlockPanels.keys(cache, memory, t.head, p, t);
        int panel = t.keys + p * PANEL * t.dim;
        for (int row = first; row < t.padded; row += t.together) {
          int query = t.queries + row * t.dim;
          BlockScores.scoresOfSix(t.s, panel, query, t.dim, t.sums, scale, at + row * KEYS);
        }
      }
    }
    first = firstRow(inputs, t, block);
    for (int row = first; row < t.rows && seenBy(inputs, t, row, block) < KEYS; row++) {
      Activations.hide(t.s, t.weights + row * KEYS, seenBy(inputs, t, row, block));
    }
    Activations.blockWeights(t.s, t.weights, first, t.rows, t.blockMax, t.blockSum, t.sums);
  }

  /** The weighted values of a block, to {@code out} as {@code [rows, stride]}. */
  private static void values(
      AttentionInputs inputs, TileScratch t, int block, float[] out, int outAt) {
    KvView cache = inputs.keyValues();
    MemorySegment memory = cache.blocks().get(block);
    int seen = seenBy(inputs, t, t.rows - 1, block);
    int first = firstRow(inputs, t, block) / t.together * t.together;
    BlockPanels.valueScales(cache, memory, t.head, t);
    for (int p = 0; p < BlockPanels.panels(t.dim); p++) {
      int panel = t.values + p * PANEL * KEYS;
      boolean decoded = !isFew(t) || seenBy(inputs, t, first, block) < seen;
      if (decoded) {
        BlockPanels.values(cache, memory, t.head, p, seen, t);
      }
      for (int row = first; row < t.padded; row += t.together) {
        int all = Math.max(0, seenBy(inputs, t, row, block));
        int weights = t.weights + row * KEYS;
        int to = outAt + row * t.stride + p * PANEL;
        if (!isFew(t)) {
          BlockValues.valuesOfSix(t.s, panel, weights, all, out, to, t.stride);
        } else if (decoded) {
          BlockValues.valuesOfFour(t.s, panel, weights, all, out, to, t.stride);
        } else {
          BlockPanels.valuesOfFour(cache, memory, t.head, p, all, t, weights, out, to, t.stride);
        }
        for (int m = 1; m < t.together && row + m < t.rows; m++) {
          int more = seenBy(inputs, t, row + m, block);
          if (more > all) {
            BlockValues.addValues(
                t.s, panel, weights + m * KEYS, all, more, out, to + m * t.stride);
          }
        }
      }
    }
  }

  /** The weighted values of a block, merged with those before. */
  private static void merge(AttentionInputs inputs, TileScratch t, int block) {
    KvView cache = inputs.keyValues();
    int first = firstRow(inputs, t, block);
    Activations.mergeFactors(
        t.s, first, t.rows, t.blockMax, t.blockSum, t.max, t.sum, t.alpha, t.beta);
    if (isFew(t) || seenBy(inputs, t, 0, block) < KEYS) {
      values(inputs, t, block, t.s, t.parts);
      for (int row = first; row < t.rows; row++) {
        int to = t.merged + row * t.stride;
        int part = t.parts + row * t.stride;
        Elementwise.merge(t.s, to, t.s[t.alpha + row], t.s, part, t.s[t.beta + row], t.dim);
      }
      return;
    }
    MemorySegment memory = cache.blocks().get(block);
    BlockPanels.valueScales(cache, memory, t.head, t);
    for (int p = 0; p < BlockPanels.panels(t.dim); p++) {
      BlockPanels.values(cache, memory, t.head, p, KEYS, t);
      int panel = t.values + p * PANEL * KEYS;
      for (int row = 0; row < t.padded; row += t.together) {
        int weights = t.weights + row * KEYS;
        int to = t.merged + row * t.stride + p * PANEL;
        BlockValues.mergeValuesOfSix(
            t.s, panel, weights, t.alpha + row, t.beta + row, to, t.stride);
      }
    }
  }
}
