package io.hunyuan4j.kernels.scalar;

import io.hunyuan4j.kernels.AttentionInputs;
import io.hunyuan4j.kernels.AttentionRound;
import io.hunyuan4j.kernels.KvView;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Attention as plain loops: the definition. Every query, that is a query head of a token, goes
 * through the blocks of the cache alone; what it makes of one block is a part as {@link
 * AttentionRound} describes it.
 */
final class ScalarAttention {
  private final AttentionInputs inputs;
  private final KvView cache;
  private final int dim;
  private final int endsAt;
  private final float[] scores = new float[KvView.BLOCK_TOKENS];
  private final float[] row; // [headDim]

  ScalarAttention(AttentionInputs inputs) {
    this.inputs = inputs;
    this.cache = inputs.keyValues();
    this.dim = cache.headDim();
    this.endsAt = AttentionRound.endsAt(dim);
    this.row = new float[dim];
  }

  /** All queries of a tile over all blocks that they see. */
  void attendTile(int tile) {
    float[] part = new float[AttentionRound.rowStride(dim)];
    float[] state = new float[2];
    int head = inputs.tileHead(tile);
    for (int token = inputs.tileFirstToken(tile); token < inputs.tileEndToken(tile); token++) {
      for (int i = 0; i < inputs.headsPerGroup(); i++) {
        int column = inputs.groupColumn(head) + i * dim;
        for (int block = 0; block < inputs.blocksSeenBy(token); block++) {
          attendBlock(token, column, head, block, part, 0);
          merge(token, column, block, part, 0, state, 0);
        }
        divide(token, column, state[1]);
      }
    }
  }

  /** Unit {@code run · tiles + tile} of a round: the parts of a tile and a run of blocks. */
  void attendRun(AttentionRound round, int unit) {
    int tile = unit % inputs.tiles();
    int head = inputs.tileHead(tile);
    int first = round.firstBlock() + unit / inputs.tiles() * AttentionRound.RUN;
    int end = Math.min(round.endBlock(), first + AttentionRound.RUN);
    int part = 0;
    for (int token = inputs.tileFirstToken(tile); token < inputs.tileEndToken(tile); token++) {
      for (int i = 0; i < inputs.headsPerGroup(); i++) {
        int column = inputs.groupColumn(head) + i * dim;
        for (int block = first; block < Math.min(end, inputs.blocksSeenBy(token)); block++) {
          int partAt = round.partsAt(block, tile) + part;
          attendBlock(token, column, head, block, round.memory(), partAt);
        }
        part += AttentionRound.rowStride(dim);
      }
    }
  }

  /** Merges the parts of a round for the query heads of a group. */
  void mergeRound(AttentionRound round, int token, int head) {
    int tile = inputs.tileOf(token, head);
    int end = Math.min(round.endBlock(), inputs.blocksSeenBy(token));
    for (int i = 0; i < inputs.headsPerGroup(); i++) {
      int rowOfTile = (token - inputs.tileFirstToken(tile)) * inputs.headsPerGroup() + i;
      int column = inputs.groupColumn(head) + i * dim;
      int stateAt = round.stateAt(tile, rowOfTile);
      float[] memory = round.memory();
      for (int block = round.firstBlock(); block < end; block++) {
        int partAt = round.partsAt(block, tile) + rowOfTile * AttentionRound.rowStride(dim);
        merge(token, column, block, memory, partAt, memory, stateAt);
      }
      if (round.isLast()) {
        divide(token, column, memory[stateAt + 1]);
      }
    }
  }

  /** The part of one query and one block. */
  private void attendBlock(int token, int column, int head, int block, float[] part, int partAt) {
    int first = block * KvView.BLOCK_TOKENS;
    int n = Math.min(KvView.BLOCK_TOKENS, inputs.firstPosition() + token + 1 - first);
    MemorySegment memory = cache.blocks().get(block);
    float[] query = inputs.query().data();
    int queryAt = inputs.query().rowOffset(token) + column;
    for (int i = 0; i < n; i++) {
      Decode.key(cache, memory, head, i, row);
      scores[i] = SixteenSums.dot(row, 0, query, queryAt, dim) * inputs.scale();
    }
    part[partAt + endsAt] = ScalarKernels.exponentials(scores, 0, n);
    part[partAt + endsAt + 1] = SixteenSums.sum(scores, 0, n);
    Arrays.fill(part, partAt, partAt + dim, 0f);
    for (int i = 0; i < n; i++) {
      Decode.value(cache, memory, head, i, 0, dim, row, 0);
      for (int d = 0; d < dim; d++) {
        part[partAt + d] = Math.fma(scores[i], row[d], part[partAt + d]);
      }
    }
  }

  /** Merges the next block's part into out and into the state, its maximum and sum so far. */
  private void merge(
      int token, int column, int block, float[] part, int partAt, float[] state, int stateAt) {
    float[] out = inputs.out().data();
    int outAt = inputs.out().rowOffset(token) + column;
    float blockMax = part[partAt + endsAt];
    float blockSum = part[partAt + endsAt + 1];
    if (block == 0) {
      state[stateAt] = blockMax;
      state[stateAt + 1] = blockSum;
      System.arraycopy(part, partAt, out, outAt, dim);
      return;
    }
    float max = Math.max(state[stateAt], blockMax);
    float alpha = Exp.exp(state[stateAt] - max);
    float beta = Exp.exp(blockMax - max);
    state[stateAt] = max;
    state[stateAt + 1] = Math.fma(state[stateAt + 1], alpha, blockSum * beta);
    for (int d = 0; d < dim; d++) {
      out[outAt + d] = Math.fma(out[outAt + d], alpha, part[partAt + d] * beta);
    }
  }

  private void divide(int token, int column, float sum) {
    float factor = 1f / sum;
    int outAt = inputs.out().rowOffset(token) + column;
    for (int d = 0; d < dim; d++) {
      inputs.out().data()[outAt + d] *= factor;
    }
  }
}
