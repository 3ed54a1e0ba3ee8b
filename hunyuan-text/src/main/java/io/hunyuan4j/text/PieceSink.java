package io.hunyuan4j.text;

/** Takes the pieces of a text, in order. */
@FunctionalInterface
interface PieceSink {
  /**
   * Takes the piece from {@code start} to {@code end} (exclusive, in chars) of {@code text}; it is
   * not empty.
   */
  void piece(String text, int start, int end);
}
