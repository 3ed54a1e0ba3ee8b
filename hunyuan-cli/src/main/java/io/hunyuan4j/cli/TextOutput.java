package io.hunyuan4j.cli;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Standard output as UTF-8 text, buffered until {@link #flush}. Fails once; what comes after that
 * is dropped.
 */
final class TextOutput {
  private static final int BUFFER_BYTES = 1 << 16;

  private final OutputStream out;
  private boolean failed;

  TextOutput(OutputStream out) {
    this.out = new BufferedOutputStream(out, BUFFER_BYTES);
  }

  /**
   * Nothing more can be written: a full disk, or a reader such as {@code head} that has seen
   * enough.
   *
   * @see #isReaderGone
   */
  static final class FailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    FailedException(IOException cause) {
      super(cause);
    }

    /** Whether nobody reads any more, which is no fault of anybody. */
    boolean isReaderGone() {
      // Linux and macOS say "Broken pipe", Windows "The pipe is being closed" or "has been ended".
      return String.valueOf(getMessage()).toLowerCase(Locale.ROOT).contains("pipe");
    }
  }

  /** Appends text. */
  void print(String text) {
    if (failed) {
      return;
    }
    try {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      failed = true;
      throw new FailedException(e);
    }
  }

  /** Appends text and ends the line. */
  void println(String text) {
    print(text + "\n");
  }

  /** Hands everything on. */
  void flush() {
    if (failed) {
      return;
    }
    try {
      out.flush();
    } catch (IOException e) {
      failed = true;
      throw new FailedException(e);
    }
  }
}
