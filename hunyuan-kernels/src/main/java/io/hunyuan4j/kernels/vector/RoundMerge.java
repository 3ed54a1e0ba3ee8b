package io.hunyuan4j.kernels.vector;

import io.hunyuan4j.kernels.AttentionInputs;
import io.hunyuan4j.kernels.AttentionRound;
import io.hunyuan4j.kernels.scalar.Exp;

/** Merges the blocks of a long context that were computed side by side, in ascending order. */
final class RoundMerge {
  private RoundMerge() {}

  /** The query heads of a group for one token. */
  static void merge(AttentionRound round, int token, int head) {
    AttentionInputs inputs = round.inputs();
    int dim = inputs.keyValues().headDim();
    int heads = inputs.headsPerGroup();
    int tile = inputs.tileOf(token, head);
    int firstRow = (token - inputs.tileFirstToken(tile)) * heads;
    int outAt = inputs.out().rowOffset(token) + inputs.groupColumn(head);
    for (int i = 0; i < heads; i++) {
      mergeRow(round, token, tile, firstRow + i, outAt + i * dim);
    }
  }

  private static void mergeRow(AttentionRound round, int token, int tile, int row, int outAt) {
    AttentionInputs inputs = round.inputs();
    int dim = inputs.keyValues().headDim();
    int endsAt = AttentionRound.endsAt(dim);
    int end = Math.min(round.endBlock(), inputs.blocksSeenBy(token));
    int stateAt = round.stateAt(tile, row);
    float[] memory = round.memory();
    float[] out = inputs.out().data();
    float max = memory[stateAt];
    float sum = memory[stateAt + 1];
    for (int block = round.firstBlock(); block < end; block++) {
      int part = round.partsAt(block, tile) + row * AttentionRound.rowStride(dim);
      float blockMax = memory[part + endsAt];
      float blockSum = memory[part + endsAt + 1];
      if (block == 0) {
        max = blockMax;
        sum = blockSum;
        System.arraycopy(memory, part, out, outAt, dim);
      } else {
        float newMax = Math.max(max, blockMax);
        float alpha = Exp.exp(max - newMax);
        float beta = Exp.exp(blockMax - newMax);
        sum = Math.fma(sum, alpha, blockSum * beta);
        Elementwise.merge(out, outAt, alpha, memory, part, beta, dim);
        max = newMax;
      }
    }
    memory[stateAt] = max;
    memory[stateAt + 1] = sum;
    if (round.isLast()) {
      Elementwise.multiply(out, outAt, out, outAt, 1f / sum, dim);
    }
  }
}
