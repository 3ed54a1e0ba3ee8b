package io.hunyuan4j.core;

/**
 * A sound checkpoint that this version cannot run: another architecture, or a known setting whose
 * arithmetic is not built.
 */
public final class UnsupportedModelException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With one sentence that says what was found and what is known. */
  public UnsupportedModelException(String message) {
    super(message);
  }
}
