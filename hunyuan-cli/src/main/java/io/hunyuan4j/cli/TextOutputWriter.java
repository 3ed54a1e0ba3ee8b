package io.hunyuan4j.cli;

import java.io.Writer;

/** A {@link TextOutput} as picocli, which prints help, wants it. */
final class TextOutputWriter extends Writer {
  private final TextOutput out;

  TextOutputWriter(TextOutput out) {
    this.out = out;
  }

  @Override
  public void write(char[] buffer, int offset, int length) {
    out.print(new String(buffer, offset, length));
  }

  @Override
  public void flush() {
    out.flush();
  }

  @Override
  public void close() {
    flush();
  }
}
