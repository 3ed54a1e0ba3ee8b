package io.hunyuan4j.text.template;

import io.hunyuan4j.text.internal.Excerpt;

/**
 * A template that is not understood, or that failed while it was rendered. The message is one
 * sentence with the line of the template; of a problem of more than 1,000 characters it has the
 * beginning.
 */
public final class TemplateException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private static final int UNKNOWN_LINE = 0;

  private final String kind;
  private final String problem;
  private final int line;

  private TemplateException(String kind, String problem, int line) {
    super(
        (line == UNKNOWN_LINE ? "" : "chat template line " + line + ": ") + kind + ": " + problem);
    this.kind = kind;
    this.problem = problem;
    this.line = line;
  }

  /**
   * The error as Jinja under Python words it, such as {@code TypeError: 'NoneType' object is not
   * iterable}. What only this implementation refuses is a {@code TemplateLimitError} or a {@code
   * TemplateNotSupportedError}.
   */
  public String pythonError() {
    return kind + ": " + problem;
  }

  /** What was wrong, without the kind of error; what the template said where it raised it. */
  public String problem() {
    return problem;
  }

  /** The line of the template, from 1; 0 where there is none. */
  public int line() {
    return line;
  }

  /** The same error, at {@code line} unless it has one. */
  TemplateException at(int line) {
    if (this.line != UNKNOWN_LINE) {
      return this;
    }
    TemplateException placed = new TemplateException(kind, problem, line);
    placed.setStackTrace(getStackTrace());
    return placed;
  }

  private static TemplateException of(String kind, String problem, int line) {
    return new TemplateException(kind, Excerpt.ofProblem(problem), line);
  }

  static TemplateException syntax(int line, String problem) {
    return of("TemplateSyntaxError", problem, line);
  }

  /** Something that Jinja has and this implementation has not. */
  static TemplateException notSupported(int line, String problem) {
    return of("TemplateNotSupportedError", problem, line);
  }

  /** A bound of {@link Limits} that is passed. */
  static TemplateException limit(String problem) {
    return of("TemplateLimitError", problem, UNKNOWN_LINE);
  }

  static TemplateException notSupported(String problem) {
    return notSupported(UNKNOWN_LINE, problem);
  }

  /** What {@code raise_exception} raises. */
  static TemplateException raised(String problem) {
    return of("TemplateError", problem, UNKNOWN_LINE);
  }

  static TemplateException runtime(String problem) {
    return of("TemplateRuntimeError", problem, UNKNOWN_LINE);
  }

  static TemplateException filterArgument(String problem) {
    return of("FilterArgumentError", problem, UNKNOWN_LINE);
  }

  static TemplateException undefined(String problem) {
    return of("UndefinedError", problem, UNKNOWN_LINE);
  }

  static TemplateException security(String problem) {
    return of("SecurityError", problem, UNKNOWN_LINE);
  }

  static TemplateException type(String problem) {
    return of("TypeError", problem, UNKNOWN_LINE);
  }

  static TemplateException value(String problem) {
    return of("ValueError", problem, UNKNOWN_LINE);
  }

  static TemplateException overflow(String problem) {
    return of("OverflowError", problem, UNKNOWN_LINE);
  }

  static TemplateException zeroDivision(String problem) {
    return of("ZeroDivisionError", problem, UNKNOWN_LINE);
  }
}
