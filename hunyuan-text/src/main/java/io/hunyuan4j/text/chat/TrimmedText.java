package io.hunyuan4j.text.chat;

/**
 * Text that arrives bit by bit and comes out without the blanks around it, and without one leading
 * word. Blanks wait until something follows them; everything else comes out at once.
 */
final class TrimmedText {
  private final String prefix;
  private boolean prefixRead;
  private int prefixLength; // how much of the prefix stands at the text's begin, and waits
  private boolean begun;
  private final StringBuilder blanks = new StringBuilder(); // wait for what follows
  private final StringBuilder ready = new StringBuilder();

  /**
   * @param prefix left out where the text begins with it; may be empty
   */
  TrimmedText(String prefix) {
    this.prefix = prefix;
  }

  /** More of the text: the characters {@code from}…{@code to} (exclusive). */
  void append(CharSequence text, int from, int to) {
    for (int i = from; i < to; i++) {
      if (begun) {
        add(text.charAt(i));
      } else {
        begin(text.charAt(i));
      }
    }
  }

  /** Ends the text: the blanks that wait are around it, a part of a prefix is not. */
  void finish() {
    if (!begun) {
      addPrefix();
    }
    blanks.setLength(0);
  }

  /** What is ready since the last call. */
  String take() {
    String text = ready.toString();
    ready.setLength(0);
    return text;
  }

  private void begin(char c) {
    if (prefixLength == 0 && OutputSyntax.isBlank(c)) {
      return;
    }
    if (!prefixRead && prefixLength < prefix.length() && c == prefix.charAt(prefixLength)) {
      prefixLength++;
      if (prefixLength == prefix.length()) {
        prefixRead = true;
        prefixLength = 0;
      }
      return;
    }
    begun = true;
    addPrefix();
    add(c);
  }

  private void addPrefix() {
    for (int i = 0; i < prefixLength; i++) {
      add(prefix.charAt(i));
    }
  }

  private void add(char c) {
    if (OutputSyntax.isBlank(c)) {
      blanks.append(c);
    } else {
      ready.append(blanks).append(c);
      blanks.setLength(0);
    }
  }
}
