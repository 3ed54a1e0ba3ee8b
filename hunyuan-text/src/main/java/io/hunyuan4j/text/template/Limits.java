package io.hunyuan4j.text.template;

/**
 * What one rendering may use before it ends in an error.
 *
 * @param steps expressions, statements, parameters and elements worked on, and one for every 64
 *     chars compared or searched and every 8 read one by one
 * @param characters chars and elements of all values made, together
 * @param outputCharacters chars of the result
 * @param depth of expressions, blocks, macro calls and data inside each other
 */
public record Limits(long steps, long characters, long outputCharacters, int depth) {
  /** Fits the half megabyte of stack of the smallest usual thread, with a margin. */
  private static final int MAX_DEPTH = 400;

  public Limits {
    if (steps < 1 || characters < 0 || outputCharacters < 0 || depth < 1 || depth > MAX_DEPTH) {
      throw new IllegalArgumentException(
          "steps and depth must be at least 1, depth at most %d, characters at least 0, but found steps %d, characters %d, output %d, depth %d"
              .formatted(MAX_DEPTH, steps, characters, outputCharacters, depth));
    }
  }

  /**
   * Limits that published templates stay far below and that a hostile one reaches in a few seconds,
   * for variables of this size: what is long already may become longer.
   *
   * @param inputCharacters chars and elements of the variables, see {@link Value#size}
   */
  public static Limits forInput(long inputCharacters) {
    return new Limits(
        3_000_000 + 30 * inputCharacters,
        8_000_000 + 80 * inputCharacters,
        1_000_000 + 8 * inputCharacters,
        MAX_DEPTH);
  }
}
