package io.hunyuan4j.text;

import java.util.List;
import java.util.function.IntConsumer;

/**
 * Finds added tokens in a text: the leftmost, and of those that begin at the same place the
 * longest. Immutable.
 *
 * <p>A trie over chars. A search costs at most the longest spelling for each char of the text, and
 * that length is bounded by {@link #MAX_SPELLING_CHARS}.
 */
final class AddedTokenMatcher {
  /** The longest spelling, in chars. */
  static final int MAX_SPELLING_CHARS = 1024;

  private static final int ROOT = 0;

  private final IntPairMap children = new IntPairMap(); // (node, char) → node
  private final IntPairMap idsAt = new IntPairMap(); // (node, 0) → id of the token that ends there
  private final int onlyFirstChar; // -1 where spellings begin differently

  /** With distinct spellings. */
  AddedTokenMatcher(List<AddedToken> tokens) {
    int nodes = 1;
    for (AddedToken token : tokens) {
      int node = ROOT;
      for (int i = 0; i < token.spelling().length(); i++) {
        int child = children.get(node, token.spelling().charAt(i));
        if (child == IntPairMap.ABSENT) {
          child = nodes++;
          children.put(node, token.spelling().charAt(i), child);
        }
        node = child;
      }
      idsAt.put(node, 0, token.id());
    }
    int[] firstChars =
        tokens.stream().mapToInt(token -> token.spelling().charAt(0)).distinct().toArray();
    onlyFirstChar = firstChars.length == 1 ? firstChars[0] : -1;
  }

  /** Whether a token may be found at a place. */
  @FunctionalInterface
  interface Condition {
    /** {@code start} to {@code end}, exclusive, are the chars of the spelling. */
    boolean holds(int id, int start, int end);
  }

  /**
   * Gives the ids of the tokens in {@code text} and the text between them, where there is any, in
   * order.
   */
  void match(String text, IntConsumer token, PieceSink between) {
    match(text, (_, _, _) -> true, token, between);
  }

  /**
   * As above, but of tokens and places for which {@code condition} does not hold nothing is seen.
   */
  void match(String text, Condition condition, IntConsumer token, PieceSink between) {
    int end = text.length();
    int textStart = 0;
    for (int at = nextCandidate(text, 0); at < end; ) {
      int node = ROOT;
      int id = IntPairMap.ABSENT;
      int tokenEnd = at;
      for (int i = at;
          i < end && (node = children.get(node, text.charAt(i))) != IntPairMap.ABSENT;
          i++) {
        int idHere = idsAt.get(node, 0);
        if (idHere != IntPairMap.ABSENT && condition.holds(idHere, at, i + 1)) {
          id = idHere;
          tokenEnd = i + 1;
        }
      }
      if (id != IntPairMap.ABSENT) {
        if (textStart < at) {
          between.piece(text, textStart, at);
        }
        token.accept(id);
        textStart = tokenEnd;
        at = nextCandidate(text, tokenEnd);
      } else {
        at = nextCandidate(text, at + 1);
      }
    }
    if (textStart < end) {
      between.piece(text, textStart, end);
    }
  }

  /**
   * The next place from {@code from} on where a token may begin; the end of the text if there is
   * none.
   */
  private int nextCandidate(String text, int from) {
    int end = text.length();
    if (onlyFirstChar >= 0) {
      int at = text.indexOf(onlyFirstChar, from);
      return at < 0 ? end : at;
    }
    int at = from;
    while (at < end && children.get(ROOT, text.charAt(at)) == IntPairMap.ABSENT) {
      at++;
    }
    return at;
  }
}
