package io.hunyuan4j.engine;

/** A pattern for names of weights that matches none which may be converted. */
public final class UnmatchedPatternException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  UnmatchedPatternException(String pattern) {
    super(pattern + " matches none of the model's weights that may be converted");
  }
}
