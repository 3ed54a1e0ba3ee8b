package io.hunyuan4j.kernels.vector;

import static io.hunyuan4j.kernels.vector.Lanes.ROWS;

import io.hunyuan4j.kernels.AttentionInputs;
import io.hunyuan4j.kernels.KvView;
import io.hunyuan4j.kernels.scalar.Exp;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Attention of the query heads that share a key-value head, for one token: every block of the cache
 * is read once for all of them.
 *
 * <p>Belongs to one thread; made for one piece of work and used for all its units.
 */
final class BlockAttention {
  private final AttentionInputs inputs;
  private final KvView kv;
  private final int dim;
  private final int heads;
  private final Rows rows;
  private final float[] scores = new float[KvView.BLOCK_TOKENS];
  private final float[] blockOut; // [headDim]
  private final float[] out; // [heads, headDim]
  private final float[] max; // [heads]
  private final float[] sum; // [heads]

  BlockAttention(AttentionInputs inputs) {
    this.inputs = inputs;
    this.kv = inputs.keyValues();
    this.dim = kv.headDim();
    this.heads = inputs.headsPerGroup();
    this.rows = new Rows(kv.format(), dim);
    this.blockOut = new float[dim];
    this.out = new float[heads * dim];
    this.max = new float[heads];
    this.sum = new float[heads];
  }

  /** Attends for the query heads of {@code kvHead} at row {@code token}. */
  void attend(int token, int kvHead) {
    int keys = inputs.firstPosition() + token + 1;
    int column = kvHead * heads * dim;
    int queryAt = inputs.query().rowOffset(token) + column;
    for (int first = 0; first < keys; first += KvView.BLOCK_TOKENS) {
      MemorySegment block = kv.blocks().get(first / KvView.BLOCK_TOKENS);
      int n = Math.min(KvView.BLOCK_TOKENS, keys - first);
      for (int head = 0; head < heads; head++) {
        attendBlock(block, n, kvHead, head, queryAt + head * dim, first == 0);
      }
    }
    int outAt = inputs.out().rowOffset(token) + column;
    float[] target = inputs.out().data();
    for (int head = 0; head < heads; head++) {
      float factor = 1f / sum[head];
      for (int d = head * dim; d < (head + 1) * dim; d++) {
        target[outAt + d] = out[d] * factor;
      }
    }
  }

  private void attendBlock(
      MemorySegment block, int n, int kvHead, int head, int queryAt, boolean isFirst) {
    long key = kv.keyOffset(kvHead);
    for (int i = 0; i < n; i += ROWS) { // may read past n, never past the block
      rows.dots(block, key + i * kv.rowBytes(), inputs.query().data(), queryAt, scores, i);
    }
    for (int i = 0; i < n; i++) {
      scores[i] *= inputs.scale();
    }
    Arrays.fill(scores, n, scores.length, Float.NEGATIVE_INFINITY);
    float blockMax = Activations.exponentials(scores, scores.length);
    float blockSum = Activations.sum(scores, scores.length);
    rows.weightedSum(block, kv.valueOffset(kvHead), n, scores, blockOut);
    if (isFirst) {
      max[head] = blockMax;
      sum[head] = blockSum;
      System.arraycopy(blockOut, 0, out, head * dim, dim);
    } else {
      float newMax = Math.max(max[head], blockMax);
      float alpha = Exp.exp(max[head] - newMax);
      float beta = Exp.exp(blockMax - newMax);
      sum[head] = Math.fma(sum[head], alpha, blockSum * beta);
      Elementwise.merge(out, head * dim, alpha, blockOut, beta, dim);
      max[head] = newMax;
    }
  }
}
