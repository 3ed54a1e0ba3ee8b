package io.hunyuan4j.cli;

/**
 * A model that cannot be used for a reason that the libraries have no exception of their own for.
 */
final class UnusableModelException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UnusableModelException(String message) {
    super(message);
  }
}
