package io.hunyuan4j.cli;

/** What the program tells its caller. */
final class ExitCode {
  static final int FINE = 0;
  static final int CHECK_FAILED = 1;
  static final int WRONG_USAGE = 2;
  static final int UNUSABLE_MODEL = 3;

  private ExitCode() {}
}
