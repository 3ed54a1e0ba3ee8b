package io.hunyuan4j.engine;

import java.nio.file.Path;

/**
 * A file of a saved session that is damaged, was changed, or belongs to another model or version.
 *
 * <p>The message is one sentence: file, what was expected and what was found, and the byte, counted
 * from the start of the file.
 */
public final class SessionFormatException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final long byteOffset;

  SessionFormatException(Path file, long byteOffset, String reason) {
    super("%s: %s (byte %d)".formatted(name(file), reason, byteOffset));
    this.byteOffset = byteOffset;
  }

  private static Path name(Path file) {
    Path name = file.getFileName();
    return name == null ? file : name;
  }

  /** The byte of the file where the problem is. */
  public long byteOffset() {
    return byteOffset;
  }
}
