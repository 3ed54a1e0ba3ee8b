package io.hunyuan4j.text;

import java.util.List;

/**
 * Cuts text into the pieces that are merged each on its own. Every char of the text is in exactly
 * one piece. Immutable.
 */
sealed interface PreTokenizer
    permits WordScanner,
        RegexSplit,
        PreTokenizer.Whole,
        PreTokenizer.PrefixSpace,
        PreTokenizer.InTurn {

  /**
   * Gives the pieces of {@code text} from {@code start} to {@code end} (exclusive, in chars), as if
   * nothing stood before or after. The text has no lone surrogates, and neither end cuts a
   * character.
   */
  void cut(String text, int start, int end, PieceSink pieces);

  /** The text as one piece. */
  record Whole() implements PreTokenizer {
    @Override
    public void cut(String text, int start, int end, PieceSink pieces) {
      if (start < end) {
        pieces.piece(text, start, end);
      }
    }
  }

  /** Puts a space in front of a text that does not begin with one, then cuts it by {@code rest}. */
  record PrefixSpace(PreTokenizer rest) implements PreTokenizer {
    @Override
    public void cut(String text, int start, int end, PieceSink pieces) {
      if (start < end && text.charAt(start) != ' ') {
        rest.cut(" " + text.substring(start, end), 0, end - start + 1, pieces);
      } else {
        rest.cut(text, start, end, pieces);
      }
    }
  }

  /** Cuts by {@code first}, then each of the pieces by {@code second}. */
  record InTurn(PreTokenizer first, PreTokenizer second) implements PreTokenizer {
    @Override
    public void cut(String text, int start, int end, PieceSink pieces) {
      first.cut(text, start, end, (piece, from, to) -> second.cut(piece, from, to, pieces));
    }
  }

  /** Cuts by each of the list in turn; the text stays whole where the list is empty. */
  static PreTokenizer inTurn(List<PreTokenizer> stages) {
    return stages.stream().reduce(InTurn::new).orElseGet(Whole::new);
  }
}
