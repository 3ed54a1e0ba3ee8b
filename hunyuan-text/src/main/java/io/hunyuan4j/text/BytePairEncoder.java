package io.hunyuan4j.text;

/**
 * Turns pieces of text into ids by byte pair merging. One object serves one call of {@link
 * Tokenizer#encode}; it reads shared tables and writes its own buffers only.
 *
 * <p>A piece's UTF-8 bytes become one token each; of all adjacent pairs that merge, the one with
 * the lowest rank does, the leftmost where ranks tie; and again until none is left. With {@link
 * WholePieces#FIRST} a piece that is a token as a whole is that token, whatever merging would give.
 */
final class BytePairEncoder implements PieceSink {
  /** Whether a piece is looked up as a whole before it is merged. */
  enum WholePieces {
    /** As tiktoken does, and tokenizer.json with {@code ignore_merges}. */
    FIRST,
    /** As tokenizer.json does without it. */
    ONLY_BY_MERGING
  }

  /** Up to here searching all pairs for the best is faster than keeping them in a queue. */
  private static final int SHORT_PIECE = 96;

  private final TokenTable tokens;
  private final Merges merges;
  private final WholePieces wholePieces;
  private final IntList ids = new IntList();

  private byte[] utf8 = new byte[256]; // the piece at hand
  private int utf8Length;
  private int utf8Hash;
  private final int[] parts = new int[SHORT_PIECE]; // its tokens so far
  private final int[] ranks = new int[SHORT_PIECE]; // of each part with the next

  BytePairEncoder(TokenTable tokens, Merges merges, WholePieces wholePieces) {
    this.tokens = tokens;
    this.merges = merges;
    this.wholePieces = wholePieces;
  }

  /** Adds one id as it is. */
  void id(int id) {
    ids.add(id);
  }

  /** All ids so far. */
  int[] toArray() {
    return ids.toArray();
  }

  @Override
  public void piece(String text, int start, int end) {
    toUtf8(text, start, end);
    if (wholePieces == WholePieces.FIRST) {
      int whole = tokens.find(utf8, 0, utf8Length, utf8Hash);
      if (whole != TokenTable.ABSENT) {
        ids.add(whole);
        return;
      }
    }
    if (utf8Length <= SHORT_PIECE) {
      mergeShort();
    } else {
      mergeLong();
    }
  }

  private void mergeShort() {
    int count = utf8Length;
    for (int i = 0; i < count; i++) {
      parts[i] = merges.single(utf8[i] & 0xFF);
    }
    for (int i = 0; i + 1 < count; i++) {
      ranks[i] = merges.byteRank(utf8[i] & 0xFF, utf8[i + 1] & 0xFF);
    }
    while (count > 1) {
      // The minimum first and its place after: the processor need not guess a branch for each pair.
      int lowest = Merges.NEVER;
      for (int i = 0; i < count - 1; i++) {
        lowest = Math.min(lowest, ranks[i]);
      }
      if (lowest == Merges.NEVER) {
        break;
      }
      int best = 0;
      while (ranks[best] != lowest) {
        best++;
      }
      parts[best] = merges.merged(lowest);
      count--;
      System.arraycopy(parts, best + 2, parts, best + 1, count - best - 1);
      System.arraycopy(ranks, best + 1, ranks, best, count - best - 1);
      if (best + 1 < count) {
        ranks[best] = merges.rank(parts[best], parts[best + 1]);
      }
      if (best > 0) {
        ranks[best - 1] = merges.rank(parts[best - 1], parts[best]);
      }
    }
    for (int i = 0; i < count; i++) {
      ids.add(parts[i]);
    }
  }

  private void mergeLong() {
    int[] bytes = new int[utf8Length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = merges.single(utf8[i] & 0xFF);
    }
    new MergeQueue(bytes, merges).mergeInto(ids);
  }

  /**
   * Writes the piece to {@link #utf8} and its hash to {@link #utf8Hash}. The text has no lone
   * surrogates.
   */
  private void toUtf8(String text, int start, int end) {
    int room = Math.multiplyExact(3, end - start);
    if (room > utf8.length) {
      utf8 = new byte[Math.max(room, 2 * Math.min(utf8.length, 1 << 20))];
    }
    byte[] out = utf8;
    int length = 0;
    for (int i = start; i < end; i++) {
      char c = text.charAt(i);
      if (c < 0x80) {
        out[length++] = (byte) c;
      } else if (c < 0x800) {
        out[length++] = (byte) (0xC0 | (c >> 6));
        out[length++] = (byte) (0x80 | (c & 0x3F));
      } else if (!Character.isHighSurrogate(c)) {
        out[length++] = (byte) (0xE0 | (c >> 12));
        out[length++] = (byte) (0x80 | ((c >> 6) & 0x3F));
        out[length++] = (byte) (0x80 | (c & 0x3F));
      } else {
        int codePoint = Character.toCodePoint(c, text.charAt(++i));
        out[length++] = (byte) (0xF0 | (codePoint >> 18));
        out[length++] = (byte) (0x80 | ((codePoint >> 12) & 0x3F));
        out[length++] = (byte) (0x80 | ((codePoint >> 6) & 0x3F));
        out[length++] = (byte) (0x80 | (codePoint & 0x3F));
      }
    }
    int hash = TokenTable.EMPTY_HASH;
    for (int i = 0; i < length; i++) {
      hash = TokenTable.hash(hash, out[i]);
    }
    utf8Length = length;
    utf8Hash = hash;
  }
}
