package io.hunyuan4j.text;

import java.nio.file.Path;

/**
 * A vocabulary or chat template file that is broken, or that asks for something this module does
 * not do. The message is one sentence with the file, the place in it (a line, or a JSON pointer)
 * and what was found there.
 */
public final class VocabularyFormatException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  VocabularyFormatException(Path file, String place, String problem) {
    super(file + ": " + (place.isEmpty() ? "" : place + ": ") + problem);
  }

  /** A value as a message quotes it: short, on one line. */
  static String quoted(String found) {
    String line =
        found
            .codePoints()
            .limit(60)
            .collect(
                StringBuilder::new,
                (text, codePoint) ->
                    text.appendCodePoint(Character.isISOControl(codePoint) ? 0xFFFD : codePoint),
                StringBuilder::append)
            .toString();
    return '"' + line + (line.length() < found.length() ? "…\"" : "\"");
  }
}
