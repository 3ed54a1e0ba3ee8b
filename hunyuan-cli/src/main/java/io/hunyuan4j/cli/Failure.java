package io.hunyuan4j.cli;

import io.hunyuan4j.core.UnsupportedModelException;
import io.hunyuan4j.engine.InsufficientMemoryException;
import io.hunyuan4j.engine.SessionFormatException;
import io.hunyuan4j.loader.CheckpointFormatException;
import io.hunyuan4j.text.VocabularyFormatException;
import io.hunyuan4j.text.grammar.GrammarException;
import io.hunyuan4j.text.template.TemplateException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/**
 * How an error looks from outside: one sentence and an exit code.
 *
 * @param sentence what to print, without a line break or another control character than tabs
 * @param exitCode one of {@link ExitCode}
 */
record Failure(String sentence, int exitCode) {

  Failure { // where errors go may be a terminal, and they quote what strangers wrote
    sentence =
        TerminalText.printable(sentence.replace('\r', '\n'))
            .lines()
            .map(String::strip)
            .reduce((a, b) -> a + " " + b)
            .orElse("");
  }

  /** The same of what somebody typed, which is a usage error where it is an argument. */
  static String reason(Throwable error) {
    return error instanceof IllegalArgumentException
        ? String.valueOf(error.getMessage())
        : of(error).sentence();
  }

  /** What to say of {@code error}, which is not a usage error: those are picocli's. */
  static Failure of(Throwable error) {
    String message = String.valueOf(error.getMessage());
    return switch (error) {
      case CheckpointFormatException _,
          VocabularyFormatException _,
          UnsupportedModelException _,
          UnusableModelException _,
          InsufficientMemoryException _,
          SessionFormatException _ ->
          unusable(message);
      case TemplateException _, GrammarException _ -> new Failure(message, ExitCode.CHECK_FAILED);
      case TextOutput.FailedException e when e.getCause() != null ->
          unusable("standard output: " + e.getCause().getMessage());
      case UncheckedIOException e when e.getCause() != null -> of(e.getCause());
      case NoSuchFileException e -> unusable(e.getFile() + ": no such file or folder");
      case AccessDeniedException e -> unusable(e.getFile() + ": permission denied");
      case FileSystemException e -> unusable(message);
      case IOException e -> unusable(message);
      case OutOfMemoryError e ->
          unusable(
              "out of memory (%s): take fewer tokens, or give the JVM more with HUNYUAN_JAVA_OPTS=-Xmx8g"
                  .formatted(message));
      case InternalError e ->
          unusable(
              "a file of the model could not be read, or was changed while it was in use (%s)"
                  .formatted(message));
      default ->
          unusable(
              "unexpected %s: %s (a mistake in hunyuan4j; --verbose shows where)"
                  .formatted(error.getClass().getSimpleName(), message));
    };
  }

  private static Failure unusable(String sentence) {
    return new Failure(sentence, ExitCode.UNUSABLE_MODEL);
  }
}
