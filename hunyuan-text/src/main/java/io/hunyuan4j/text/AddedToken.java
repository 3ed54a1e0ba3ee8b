package io.hunyuan4j.text;

/**
 * A token that is found in a text by its spelling, before the text is cut and merged.
 *
 * @param spelling exact, not empty
 */
record AddedToken(int id, String spelling, Kind kind, Stage stage) {
  /** Whether the token is text or a signal. */
  enum Kind {
    /**
     * Found only with {@link InputSpecials#ALLOWED}, left out with {@link OutputSpecials#SKIPPED}.
     */
    SPECIAL,
    /** Always found, never left out. */
    TEXT
  }

  /** Where the token is looked for. */
  enum Stage {
    /** In the text as it came. */
    RAW,
    /** In the normalised text. */
    NORMALIZED
  }
}
