package io.hunyuan4j.cli;

import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Help.Ansi;

/**
 * What a command runs in: its streams, and where hunyuan4j lives.
 *
 * @param in standard input, read as UTF-8
 * @param out standard output, written as UTF-8
 * @param err standard error: everything that is not the result
 * @param outIsTerminal whether somebody watches {@code out}, which then may have colours
 * @param errIsTerminal whether somebody watches {@code err}, which then shows progress
 * @param home the folder of the launcher and of {@code models}, where known
 */
record Host(
    InputStream in,
    TextOutput out,
    PrintStream err,
    boolean outIsTerminal,
    boolean errIsTerminal,
    Optional<Path> home) {

  /** A text of a model or file as {@code out} gets it: as it is, unless somebody watches. */
  String shown(String text) {
    return outIsTerminal ? TerminalText.printable(text) : text;
  }

  /** The same for {@code err}. */
  String shownAside(String text) {
    return errIsTerminal ? TerminalText.printable(text) : text;
  }

  /** Colours where a terminal shows them and nobody has asked for none (see no-color.org). */
  Ansi ansi() {
    String noColor = System.getenv("NO_COLOR");
    boolean wanted = noColor == null || noColor.isEmpty();
    return outIsTerminal && wanted && !"dumb".equals(System.getenv("TERM")) ? Ansi.ON : Ansi.OFF;
  }

  /** A heading, bold where there are colours. */
  String heading(String text) {
    return styled("bold", text);
  }

  /** Good news, green where there are colours. */
  String good(String text) {
    return styled("green", text);
  }

  /** Bad news, red where there are colours. */
  String bad(String text) {
    return styled("red", text);
  }

  private String styled(String style, String text) {
    return ansi().string("@|" + style + " " + text + "|@");
  }
}
