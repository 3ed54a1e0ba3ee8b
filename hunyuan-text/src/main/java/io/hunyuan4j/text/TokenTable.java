package io.hunyuan4j.text;

import java.util.Arrays;
import java.util.BitSet;

/**
 * The bytes of every token by id, and the ids of the ordinary tokens by their bytes. Immutable.
 *
 * <p>Look-ups take a range of a byte array and its {@link #hash}, so that a piece of text is found
 * without making an object of it.
 */
final class TokenTable {
  /**
   * The most tokens a vocabulary may have; the largest known have 2¹⁸. What is allocated by a
   * number in a file is bounded by this.
   */
  static final int MAX_TOKENS = IntPairMap.KEY_LIMIT;

  /** The hash of no bytes, to be extended by {@link #hash}. */
  static final int EMPTY_HASH = 0x811C9DC5;

  /** What {@link #find} returns for bytes that are no token. */
  static final int ABSENT = -1;

  private final byte[] blob;
  private final int[] byteOffsets; // [tokens + 1]
  private final int[] slots; // open addressing: id + 1, or 0 where free
  private final int shift;

  /**
   * @param bytes of each id; an empty array where an id is not used
   * @param ordinary the ids that are found by their bytes, which must differ
   */
  TokenTable(byte[][] bytes, BitSet ordinary) {
    byteOffsets = new int[bytes.length + 1];
    for (int id = 0; id < bytes.length; id++) {
      byteOffsets[id + 1] = Math.addExact(byteOffsets[id], bytes[id].length);
    }
    blob = new byte[byteOffsets[bytes.length]];
    for (int id = 0; id < bytes.length; id++) {
      System.arraycopy(bytes[id], 0, blob, byteOffsets[id], bytes[id].length);
    }
    int slotBits = 32 - Integer.numberOfLeadingZeros(Math.max(1, ordinary.cardinality() * 2 - 1));
    slots = new int[1 << slotBits];
    shift = 32 - slotBits;
    ordinary.stream().forEach(this::insert);
  }

  private void insert(int id) {
    int hash = EMPTY_HASH;
    for (int at = byteOffsets[id]; at < byteOffsets[id + 1]; at++) {
      hash = hash(hash, blob[at]);
    }
    int index = slot(hash);
    while (slots[index] != 0) {
      index = (index + 1) & (slots.length - 1);
    }
    slots[index] = id + 1;
  }

  /** The hash of some bytes and one more, given the hash of those bytes (FNV-1a). */
  static int hash(int hash, byte next) {
    return (hash ^ (next & 0xFF)) * 0x01000193;
  }

  private int slot(int hash) {
    return (hash * 0x9E3779B9) >>> shift;
  }

  /**
   * The id of the ordinary token with the bytes {@code from}…{@code to} (exclusive) of {@code
   * text}, or {@link #ABSENT}.
   */
  int find(byte[] text, int from, int to, int hash) {
    int index = slot(hash);
    while (slots[index] != 0) {
      int id = slots[index] - 1;
      if (Arrays.equals(blob, byteOffsets[id], byteOffsets[id + 1], text, from, to)) {
        return id;
      }
      index = (index + 1) & (slots.length - 1);
    }
    return ABSENT;
  }

  /**
   * The id of the ordinary token with the bytes {@code from}…{@code to} (exclusive) of {@code
   * text}, or {@link #ABSENT}.
   */
  int find(byte[] text, int from, int to) {
    int hash = EMPTY_HASH;
    for (int at = from; at < to; at++) {
      hash = hash(hash, text[at]);
    }
    return find(text, from, to, hash);
  }

  /** One more than the greatest id. */
  int size() {
    return byteOffsets.length - 1;
  }

  /** Whether there is a token with this id. */
  boolean contains(int id) {
    return id >= 0 && id < size() && byteOffsets[id] < byteOffsets[id + 1];
  }

  /** A copy of the token's bytes; none for an id that is not used. */
  byte[] bytes(int id) {
    return Arrays.copyOfRange(blob, byteOffsets[id], byteOffsets[id + 1]);
  }

  /** Decodes the token's bytes through {@code stream} into {@code text}. */
  void decode(int id, Utf8Stream stream, StringBuilder text) {
    stream.append(blob, byteOffsets[id], byteOffsets[id + 1], text);
  }
}
