package io.hunyuan4j.text;

/**
 * The five classes of characters that Hunyuan's pattern tells apart. Every code point is in exactly
 * one.
 */
enum CharacterClass {
  /** {@code \p{L}}: general categories Lu, Ll, Lt, Lm, Lo. */
  LETTER,
  /** {@code \p{N}}: general categories Nd, Nl, No. */
  NUMBER,
  /** Carriage return and line feed. */
  LINE_BREAK,
  /** The other 23 characters with the property White_Space. */
  SPACE,
  /** All else: punctuation, symbols, marks, controls, unassigned. */
  OTHER;

  /**
   * The classes of the Basic Multilingual Plane: a look-up there is an array access. Written once,
   * when the class is loaded.
   */
  private static final CharacterClass[] BASIC_PLANE =
      new CharacterClass[Character.MIN_SUPPLEMENTARY_CODE_POINT];

  static {
    for (int codePoint = 0; codePoint < BASIC_PLANE.length; codePoint++) {
      BASIC_PLANE[codePoint] = classify(codePoint);
    }
  }

  static CharacterClass of(int codePoint) {
    return codePoint < BASIC_PLANE.length ? BASIC_PLANE[codePoint] : classify(codePoint);
  }

  private static CharacterClass classify(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.UPPERCASE_LETTER,
          Character.LOWERCASE_LETTER,
          Character.TITLECASE_LETTER,
          Character.MODIFIER_LETTER,
          Character.OTHER_LETTER ->
          LETTER;
      case Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER ->
          NUMBER;
      case Character.SPACE_SEPARATOR, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR ->
          SPACE;
      case Character.CONTROL ->
          switch (codePoint) {
            case '\r', '\n' -> LINE_BREAK;
            case '\t', 0x0B, '\f', 0x85 -> SPACE;
            default -> OTHER;
          };
      default -> OTHER;
    };
  }
}
