package io.hunyuan4j.cli;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Where a chat's lines come from. */
interface ChatLines {
  /** Ctrl-C where a line was to be typed: what was typed of it is dropped. */
  final class DroppedException extends Exception {
    private static final long serialVersionUID = 1L;
  }

  /**
   * What somebody has said.
   *
   * @param isQuoted whether it stood between lines of quotes, where nothing is a command
   */
  record Message(String text, boolean isQuoted) {}

  /**
   * The next line, without its end; null if there are no more.
   *
   * @param prompt shown in front of it where somebody types
   */
  @Nullable String next(String prompt) throws IOException, DroppedException;

  /**
   * The next message: a line; several, where each but the last ends in a backslash; or all lines
   * between one that is {@code """} and the next one. Null if there are no more.
   */
  default @Nullable Message message(String prompt) throws IOException, DroppedException {
    String line = next(prompt);
    if (line == null) {
      return null;
    }
    boolean quoted = line.strip().equals("\"\"\"");
    StringBuilder message = new StringBuilder();
    if (quoted) {
      line = next("… ");
      while (line != null && !line.strip().equals("\"\"\"")) {
        message.append(message.isEmpty() ? "" : "\n").append(line);
        line = next("… ");
      }
      return new Message(message.toString(), true);
    }
    while (line != null && line.endsWith("\\")) {
      message.append(line, 0, line.length() - 1).append('\n');
      line = next("… ");
    }
    return new Message(message.append(line == null ? "" : line).toString(), false);
  }
}
