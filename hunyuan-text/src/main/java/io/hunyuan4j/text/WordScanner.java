package io.hunyuan4j.text;

/**
 * The pre-tokenizer of Hunyuan, written out by hand. It cuts exactly where this pattern does,
 * matched again and again from where the last match ended:
 *
 * <pre>{@code
 * (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
 * }</pre>
 *
 * <p>With {@code longestNumber} 3 it is the pattern with {@code \p{N}{1,3}}, that of cl100k and
 * Llama 3. Time is linear in the text whatever the text is, and nothing recurses; {@code
 * java.util.regex} gives the same pieces (a test compares them) but several times slower. Source:
 * {@code tokenization_hy.py} of Hunyuan-Large and Hunyuan-A13B.
 *
 * @param longestNumber the most {@code \p{N}} in one piece
 */
record WordScanner(int longestNumber) implements PreTokenizer {
  private static final String BEFORE_NUMBERS =
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|";
  private static final String AFTER_NUMBERS =
      "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

  /** The pattern of Hunyuan and Qwen 2: every digit is a piece. */
  static final String SINGLE_DIGITS_PATTERN = BEFORE_NUMBERS + "\\p{N}" + AFTER_NUMBERS;

  /**
   * The pattern of cl100k (as converted for tokenizer.json) and Llama 3: up to three digits are a
   * piece.
   */
  static final String THREE_DIGITS_PATTERN = BEFORE_NUMBERS + "\\p{N}{1,3}" + AFTER_NUMBERS;

  @Override
  public void cut(String text, int start, int end, PieceSink pieces) {
    for (int from = start; from < end; ) {
      int to = endOfPiece(text, from, end);
      pieces.piece(text, from, to);
      from = to;
    }
  }

  /**
   * Where the piece that begins at {@code from} ends. The branches stand in the order of the
   * pattern's alternatives.
   */
  private int endOfPiece(String text, int from, int end) {
    int first = text.codePointAt(from);
    int second = from + Character.charCount(first);
    CharacterClass kind = CharacterClass.of(first);
    if (first == '\'') {
      int contraction = endOfContraction(text, second, end);
      if (contraction > second) {
        return contraction;
      }
    }
    return switch (kind) {
      case LETTER -> endOfRun(CharacterClass.LETTER, text, second, end);
      case NUMBER -> endOfNumber(text, second, end);
      case OTHER ->
          classAt(text, second, end) == CharacterClass.LETTER
              ? endOfRun(CharacterClass.LETTER, text, second, end)
              : endOfSymbols(text, second, end);
      case SPACE ->
          switch (classAt(text, second, end)) {
            case LETTER -> endOfRun(CharacterClass.LETTER, text, second, end);
            case OTHER -> first == ' ' ? endOfSymbols(text, second, end) : second;
            case NUMBER -> second;
            case SPACE, LINE_BREAK -> endOfWhitespace(text, from, end);
          };
      case LINE_BREAK -> endOfWhitespace(text, from, end);
    };
  }

  /**
   * {@code 's|'t|'re|'ve|'m|'ll|'d} without regard to case, after the apostrophe; {@code from}
   * where none of them stands there.
   */
  private static int endOfContraction(String text, int from, int end) {
    if (from >= end) {
      return from;
    }
    char second = from + 1 < end ? text.charAt(from + 1) : ' ';
    return switch (text.charAt(from)) {
      // Unicode folds the long s (U+017F) to s; no other character folds to one of these letters.
      case 's', 'S', '\u017F', 't', 'T', 'm', 'M', 'd', 'D' -> from + 1;
      case 'r', 'R', 'v', 'V' -> second == 'e' || second == 'E' ? from + 2 : from;
      case 'l', 'L' -> second == 'l' || second == 'L' ? from + 2 : from;
      default -> from;
    };
  }

  /** {@code \p{N}{1,longestNumber}}, after its first. */
  private int endOfNumber(String text, int from, int end) {
    int to = from;
    for (int numbers = 1;
        numbers < longestNumber && classAt(text, to, end) == CharacterClass.NUMBER;
        numbers++) {
      to += Character.charCount(text.codePointAt(to));
    }
    return to;
  }

  /** {@code [^\s\p{L}\p{N}]*[\r\n]*}. */
  private static int endOfSymbols(String text, int from, int end) {
    int to = endOfRun(CharacterClass.OTHER, text, from, end);
    while (to < end && isLineBreak(text.charAt(to))) {
      to++;
    }
    return to;
  }

  /**
   * {@code \s*[\r\n]+|\s+(?!\S)|\s+}. The first takes the run of whitespace through its last line
   * break. Without one, the second takes all of the run if the text ends there, else all but the
   * last, which goes with what follows; a run of one is left to the third. All whitespace is one
   * char long.
   */
  private static int endOfWhitespace(String text, int from, int end) {
    int to = from;
    int afterLineBreak = from;
    while (to < end) {
      CharacterClass kind = CharacterClass.of(text.charAt(to));
      if (kind != CharacterClass.SPACE && kind != CharacterClass.LINE_BREAK) {
        break;
      }
      to++;
      if (kind == CharacterClass.LINE_BREAK) {
        afterLineBreak = to;
      }
    }
    if (afterLineBreak > from) {
      return afterLineBreak;
    }
    return to == end || to == from + 1 ? to : to - 1;
  }

  private static int endOfRun(CharacterClass kind, String text, int from, int end) {
    int to = from;
    while (to < end) {
      int codePoint = text.codePointAt(to);
      if (CharacterClass.of(codePoint) != kind) {
        break;
      }
      to += Character.charCount(codePoint);
    }
    return to;
  }

  /**
   * The class of the character at {@code at}; at the end of the text {@link CharacterClass#SPACE},
   * which begins nothing that a caller looks for.
   */
  private static CharacterClass classAt(String text, int at, int end) {
    return at < end ? CharacterClass.of(text.codePointAt(at)) : CharacterClass.SPACE;
  }

  private static boolean isLineBreak(char c) {
    return c == '\r' || c == '\n';
  }
}
