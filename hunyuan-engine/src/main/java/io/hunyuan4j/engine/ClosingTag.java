package io.hunyuan4j.engine;

/** Watches the text of a thinking for the closing tag that it may end in, whole or half-written. */
final class ClosingTag {
  private final String tag;
  private int written;
  private int tokens;

  ClosingTag(String tag) {
    this.tag = tag;
  }

  /** Takes the text of the next token. */
  void append(String piece) {
    String text = tag.substring(0, written) + piece;
    int start = text.indexOf(tag);
    for (int i = Math.max(0, text.length() - tag.length()); start < 0; i++) {
      start = tag.startsWith(text.substring(i)) ? i : -1; // at the latest of what is empty
    }
    int behindStart = text.length() - start;
    if (behindStart > piece.length()) {
      tokens++;
    } else { // a token that has thinking before the tag is one of thinking
      tokens = behindStart > 0 && behindStart == piece.length() ? 1 : 0;
    }
    written = Math.min(behindStart, tag.length());
  }

  /** How many characters of the tag the text ends in. */
  int written() {
    return written;
  }

  /** How many tokens at the end are of the tag alone. */
  int tokens() {
    return tokens;
  }
}
