package io.hunyuan4j.text;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads a file of a vocabulary as a whole, unless it is too large to be one. */
final class VocabularyFile {
  /** Well above the largest known, a {@code tokenizer.json} of 33 MB. */
  private static final int MAX_BYTES = 256 << 20;

  private static final int CHARS_AT_ONCE = 8192;
  private static final int NONE = -1;

  private VocabularyFile() {}

  /** The text of a file of one byte a char. */
  static String latin1(Path file) throws IOException {
    return new String(bytes(file), ISO_8859_1);
  }

  /**
   * The text of a file in UTF-8. A byte that is none would change a token or a template unseen, so
   * it is an error.
   */
  static String utf8(Path file) throws IOException {
    byte[] bytes = bytes(file);
    String text = new String(bytes, UTF_8);
    // The decoder puts this character where bytes are broken; a sound file may have it too.
    int broken = text.indexOf('\uFFFD') < 0 ? NONE : firstBroken(bytes);
    if (broken != NONE) {
      throw new VocabularyFormatException(
          file, "byte " + broken, "expected UTF-8, found 0x%02X".formatted(bytes[broken] & 0xFF));
    }
    return text;
  }

  /** Where the first bytes begin that are no character. */
  private static int firstBroken(byte[] bytes) {
    CharsetDecoder decoder = UTF_8.newDecoder(); // reports what is broken
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer out = CharBuffer.allocate(CHARS_AT_ONCE);
    CoderResult result = CoderResult.OVERFLOW;
    while (result.isOverflow()) {
      result = decoder.decode(in, out.clear(), true);
    }
    return result.isError() ? in.position() : NONE;
  }

  private static byte[] bytes(Path file) throws IOException {
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
      return bytes;
    }
  }
}
