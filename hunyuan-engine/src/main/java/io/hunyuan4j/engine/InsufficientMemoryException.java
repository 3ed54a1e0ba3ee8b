package io.hunyuan4j.engine;

/** Something was asked for that needs more memory than this machine has. */
public final class InsufficientMemoryException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With one sentence that has both numbers. */
  InsufficientMemoryException(String message) {
    super(message);
  }
}
