package io.hunyuan4j.text;

/** Which two adjacent tokens merge into one, and in which order. Immutable. */
final class Merges {
  /** A rank after all others: the pair does not merge. */
  static final int NEVER = Integer.MAX_VALUE;

  private final int[] single; // byte → its token, [256]
  private final IntPairMap ranks; // (left id, right id) → rank
  private final int[] merged; // rank → the id of the merged token
  private final int[] byteRanks =
      new int[256 * 256]; // ranks of (left byte, right byte): what every piece asks first

  /**
   * @param single the token of each single byte, [256]
   * @param ranks (left id, right id) → rank; the lowest rank merges first
   * @param merged rank → the id of the merged token
   */
  Merges(int[] single, IntPairMap ranks, int[] merged) {
    this.single = single;
    this.ranks = ranks;
    this.merged = merged;
    for (int left = 0; left < 256; left++) {
      for (int right = 0; right < 256; right++) {
        byteRanks[(left << 8) | right] = rank(single[left], single[right]);
      }
    }
  }

  /** The token of a byte, from 0 to 255. */
  int single(int value) {
    return single[value];
  }

  /** The rank of the tokens of two bytes, each from 0 to 255. */
  int byteRank(int left, int right) {
    return byteRanks[(left << 8) | right];
  }

  /** The token that a merge of this rank gives. */
  int merged(int rank) {
    return merged[rank];
  }

  /** The rank of two tokens, {@link #NEVER} if they do not merge. */
  int rank(int left, int right) {
    int rank = ranks.get(left, right);
    return rank == IntPairMap.ABSENT ? NEVER : rank;
  }

  /**
   * The merges of a vocabulary without a list of merges: two tokens merge if their bytes together
   * are a token, and the token's id is the rank.
   *
   * <p>Working on pairs of ids instead of bytes changes nothing: merging starts at single bytes,
   * all of which are tokens, so both sides of a merge are tokens always.
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
