package io.hunyuan4j.cli;

/** Texts that a terminal can be shown, whoever wrote them: a model, a file, a stranger. */
final class TerminalText {
  private TerminalText() {}

  /**
   * {@code text} with its control characters replaced, all but line breaks and tabs: they would
   * speak to the terminal.
   */
  static String printable(String text) {
    StringBuilder shown = new StringBuilder(text);
    for (int i = 0; i < shown.length(); i++) {
      char c = shown.charAt(i);
      if (Character.isISOControl(c) && c != '\n' && c != '\t') {
        shown.setCharAt(i, '\uFFFD');
      }
    }
    return shown.toString();
  }
}
