package io.hunyuan4j.text;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads a file of a vocabulary as a whole, unless it is too large to be one. */
final class VocabularyFile {
  /** Well above the largest known, a {@code tokenizer.json} of 33 MB. */
  private static final int MAX_BYTES = 256 << 20;

  private VocabularyFile() {}

  static String read(Path file, Charset charset) throws IOException {
    long bytes = Files.size(file);
    if (bytes > MAX_BYTES) {
      throw new VocabularyFormatException(
          file, "", "expected at most " + MAX_BYTES + " bytes, found " + bytes);
    }
    return new String(Files.readAllBytes(file), charset);
  }
}
