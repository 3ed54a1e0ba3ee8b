package io.hunyuan4j.kernels;

/**
 * The operands of one call of {@link Kernels#attention}, and how it is cut: a <em>tile</em> is a
 * key-value head and {@link #tileTokens} rows, that is all query heads of the group for some tokens
 * that follow each other. A block of the cache is read once a tile.
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

  /** Queries of a tile, at most, unless one token alone has more. */
  private static final int TILE_QUERIES = 96;

  /** Query heads that share one key-value head. */
  public int headsPerGroup() {
    return query.cols() / keyValues.headDim() / keyValues.numKeyValueHeads();
  }

  /** Tokens of a tile; the last one may have fewer. */
  public int tileTokens() {
    return Math.max(1, TILE_QUERIES / headsPerGroup());
  }

  /** Number of tiles. */
  public int tiles() {
    int tileTokens = tileTokens();
    return Math.multiplyExact(
        (query.rows() + tileTokens - 1) / tileTokens, keyValues.numKeyValueHeads());
  }

  /** The tile of a token and a key-value head. */
  public int tileOf(int token, int head) {
    int last = (query.rows() - 1) / tileTokens();
    return (last - token / tileTokens()) * keyValues.numKeyValueHeads() + head;
  }

  /** Key-value head of a tile. */
  public int tileHead(int tile) {
    return tile % keyValues.numKeyValueHeads();
  }

  /** First token of a tile. Tiles begin with the last tokens, which have the most keys to see. */
  public int tileFirstToken(int tile) {
    int tileTokens = tileTokens();
    int last = (query.rows() - 1) / tileTokens;
    return (last - tile / keyValues.numKeyValueHeads()) * tileTokens;
  }

  /** Token after the last one of a tile. */
  public int tileEndToken(int tile) {
    return Math.min(query.rows(), tileFirstToken(tile) + tileTokens());
  }

  /** Blocks of the cache that the last token sees, whole or in part. */
  public int blocks() {
    return blocksSeenBy(query.rows() - 1);
  }

  /** Blocks of the cache that a token sees, whole or in part. */
  public int blocksSeenBy(int token) {
    return (firstPosition + token) / KvView.BLOCK_TOKENS + 1;
  }

  /** Index in a row of query or out where the query heads of a key-value head begin. */
  public int groupColumn(int head) {
    return head * headsPerGroup() * keyValues.headDim();
  }
}
