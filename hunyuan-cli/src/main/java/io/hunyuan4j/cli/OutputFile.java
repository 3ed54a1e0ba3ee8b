package io.hunyuan4j.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** A file that an option names, to be written at the end of long work. */
final class OutputFile {
  private OutputFile() {}

  /**
   * That it can be written, as far as that shows before.
   *
   * @throws ParameterException if it is a folder or would lie in none
   */
  static void requireWritable(String option, Path file, CommandLine command) {
    Path parent = file.toAbsolutePath().getParent();
    if (Files.isDirectory(file) || parent == null || !Files.isDirectory(parent)) {
      throw new ParameterException(
          command, "%s: %s is no file in an existing folder".formatted(option, file));
    }
  }
}
