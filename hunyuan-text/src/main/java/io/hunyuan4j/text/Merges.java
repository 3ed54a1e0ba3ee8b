package io.hunyuan4j.text;

/**
 * Which two adjacent tokens merge into one, and in which order. Immutable.
 *
 * @param single the token of each single byte, [256]
 * @param ranks (left id, right id) → rank; the lowest rank merges first
 * @param merged rank → the id of the merged token
 */
record Merges(int[] single, IntPairMap ranks, int[] merged) {
  /** A rank after all others: the pair does not merge. */
  static final int NEVER = Integer.MAX_VALUE;

  int rank(int left, int right) {
    int rank = ranks.get(left, right);
    return rank == IntPairMap.ABSENT ? NEVER : rank;
  }

  /**
   * The merges of a vocabulary without a list of merges: two tokens merge if their bytes together are a token, and the token's id is the rank.
   *
   * <p>Working on pairs of ids instead of bytes changes nothing: merging starts at single bytes, all of which are tokens, so both sides of a merge are
   * tokens always.
   */
  static Merges byRankOfResult(TokenTable tokens, int[] single, int ordinaryTokens) {
    IntPairMap ranks = new IntPairMap();
    int[] merged = new int[ordinaryTokens];
    for (int id = 0; id < ordinaryTokens; id++) {
      merged[id] = id;
      byte[] bytes = tokens.bytes(id);
      int prefixHash = TokenTable.EMPTY_HASH;
      for (int cut = 1; cut < bytes.length; cut++) {
        prefixHash = TokenTable.hash(prefixHash, bytes[cut - 1]);
        int left = tokens.find(bytes, 0, cut, prefixHash);
        int right = left == TokenTable.ABSENT ? left : tokens.find(bytes, cut, bytes.length);
        if (right != TokenTable.ABSENT) {
          ranks.put(left, right, id);
        }
      }
    }
    return new Merges(single, ranks, merged);
  }
}
