package io.hunyuan4j.text;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads a file of a vocabulary as a whole, unless it is too large to be one. */
final class VocabularyFile {
  /** Well above the largest known, a {@code tokenizer.json} of 33 MB. */
  private static final int MAX_BYTES = 256 << 20;

  private VocabularyFile() {}

  static String read(Path file, Charset charset) throws IOException {
    if (Files.exists(file) && !Files.isRegularFile(file)) { // a named pipe would block for ever
      throw new VocabularyFormatException(
          file, "", "expected a regular file, found something else");
    }
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(MAX_BYTES);
      if (in.read() >= 0) {
        throw new VocabularyFormatException(
            file, "", "expected at most " + MAX_BYTES + " bytes, found " + Files.size(file));
      }
      return new String(bytes, charset);
    }
  }
}
