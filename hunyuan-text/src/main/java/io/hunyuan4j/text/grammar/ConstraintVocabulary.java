package io.hunyuan4j.text.grammar;

import io.hunyuan4j.text.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/**
 * A vocabulary as constraints need it: the bytes of all tokens of text as a tree, and the tokens
 * that end a text. Immutable; takes some 100 ms to make, so one is made for a tokenizer.
 */
public final class ConstraintVocabulary {
  private final TokenTree tree;
  private final byte[][] bytes;
  private final int[] stopTokens;
  private final List<PlainTokens> plain;
  private final int[][] byQuotes;
  private final int longestOtherBytes;
  private final int longestToken;

  /**
   * The tokens of {@code characters} characters of {@link CodePointSet#PLAIN} each.
   *
   * @param upToHere tokens of so many characters or fewer, a bit for each id
   */
  @SuppressWarnings("ArrayRecordComponent") // data of this package, never compared
  record PlainTokens(int characters, int[] tokens, long[] upToHere) {}

  ConstraintVocabulary(byte[][] bytes, int[] stopTokens) {
    this.bytes = bytes;
    this.stopTokens = stopTokens;
    this.tree = TokenTree.of(bytes);
    requireAllBytes();
    this.plain = plainTokens();
    this.byQuotes = new int[][] {withQuotes(1), withQuotes(2), withQuotes(3)};
    int longest = 0;
    int longestOfAll = 0;
    for (byte[] token : bytes) {
      longestOfAll = Math.max(longestOfAll, token.length);
      if (TokenTree.plainLength(token) == TokenTree.NOT_PLAIN) {
        longest = Math.max(longest, token.length);
      }
    }
    this.longestOtherBytes = longest;
    this.longestToken = longestOfAll;
  }

  /**
   * The vocabulary of a tokenizer.
   *
   * @param stopTokens the tokens that end a text; all are admitted where a text may end
   * @throws IllegalArgumentException if a stop token is not in the vocabulary, or if a byte is no
   *     token by itself, so that not every text could be written
   */
  public static ConstraintVocabulary of(Tokenizer tokenizer, Set<Integer> stopTokens) {
    return of(tokenizer, stopTokens, tokenizer.vocabularySize());
  }

  /**
   * The vocabulary of a tokenizer as a model knows it.
   *
   * @param size how many ids the model has logits for: fewer than the tokenizer has tokens, or more
   * @throws IllegalArgumentException as {@link #of(Tokenizer, Set)} does
   */
  public static ConstraintVocabulary of(Tokenizer tokenizer, Set<Integer> stopTokens, int size) {
    byte[][] bytes = new byte[size][];
    for (int id = 0; id < size; id++) {
      boolean text = tokenizer.isToken(id) && !tokenizer.isSpecial(id) && !stopTokens.contains(id);
      bytes[id] = text ? tokenizer.tokenBytes(id) : new byte[0];
    }
    for (int stop : stopTokens) {
      if (stop < 0 || stop >= size) {
        throw new IllegalArgumentException(
            "stop token " + stop + " is not in the vocabulary of " + size + " ids");
      }
    }
    return new ConstraintVocabulary(
        bytes, stopTokens.stream().mapToInt(Integer::intValue).sorted().toArray());
  }

  private void requireAllBytes() {
    for (int value = 0; value < 256; value++) {
      if (!tree.hasByte(value)) {
        throw new IllegalArgumentException(
            "no token is the byte 0x%02X, so not every text can be written".formatted(value));
      }
    }
  }

  private List<PlainTokens> plainTokens() {
    TreeMap<Integer, List<Integer>> byLength = new TreeMap<>();
    for (int id = 0; id < bytes.length; id++) {
      int length = TokenTree.plainLength(bytes[id]);
      if (bytes[id].length > 0 && length != TokenTree.NOT_PLAIN) {
        byLength.computeIfAbsent(length, key -> new ArrayList<>()).add(id);
      }
    }
    List<PlainTokens> plainTokens = new ArrayList<>();
    long[] upToHere = new long[words()];
    byLength.forEach(
        (length, ids) -> {
          ids.forEach(id -> upToHere[id >> 6] |= 1L << id);
          int[] tokens = ids.stream().mapToInt(Integer::intValue).toArray();
          plainTokens.add(new PlainTokens(length, tokens, upToHere.clone()));
        });
    return List.copyOf(plainTokens);
  }

  private int[] withQuotes(int least) {
    List<Integer> found = new ArrayList<>();
    for (int id = 0; id < bytes.length; id++) {
      int quotes = 0;
      for (byte b : bytes[id]) {
        quotes += b == '"' ? 1 : 0;
      }
      if (quotes >= least) {
        found.add(id);
      }
    }
    return found.stream().mapToInt(Integer::intValue).toArray();
  }

  /** One more than the greatest id. */
  public int size() {
    return bytes.length;
  }

  /** How many longs a mask needs. */
  int words() {
    return (bytes.length + 63) >> 6;
  }

  TokenTree tree() {
    return tree;
  }

  /** The bytes of a token of text; none for any other. Not to be changed. */
  byte[] tokenBytes(int id) {
    return id >= 0 && id < bytes.length ? bytes[id] : new byte[0];
  }

  boolean isStop(int id) {
    return Arrays.binarySearch(stopTokens, id) >= 0;
  }

  void allowStops(long[] allowed) {
    for (int stop : stopTokens) {
      allowed[stop >> 6] |= 1L << stop;
    }
  }

  /** By rising number of characters. */
  List<PlainTokens> plain() {
    return plain;
  }

  /** The tokens of at least so many quotation marks, from 1 to 3. Not to be changed. */
  int[] withAtLeast(int quotes) {
    return byQuotes[quotes - 1];
  }

  /** The most bytes of a token that is not plain. */
  int longestOtherBytes() {
    return longestOtherBytes;
  }

  /** The most bytes of a token. */
  int longestToken() {
    return longestToken;
  }

  /** The most characters of a plain token. */
  int longestPlain() {
    return plain.getLast().characters();
  }
}
