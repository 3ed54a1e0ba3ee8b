package io.hunyuan4j.kernels;

/**
 * The operands of one call of {@link Kernels#attention}.
 *
 * @param out the result {@code [tokens, numHeads · headDim]}
 * @param query the queries, same shape
 * @param keyValues the slot of the cache they look at
 * @param firstPosition cache position of row 0; row {@code t} sees positions {@code 0 …
 *     firstPosition + t}
 * @param scale factor of every score
 */
public record AttentionInputs(
    FloatMatrix out, FloatMatrix query, KvView keyValues, int firstPosition, float scale) {

  /** Query heads that share one key-value head. */
  public int headsPerGroup() {
    return query.cols() / keyValues.headDim() / keyValues.numKeyValueHeads();
  }
}
