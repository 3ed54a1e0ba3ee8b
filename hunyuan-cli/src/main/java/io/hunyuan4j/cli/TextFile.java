package io.hunyuan4j.cli;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/**
 * A text that a command is given in a file, or in standard input where that is {@code -}. What is
 * not as asked for is wrong usage: a {@link ParameterException} that names the file.
 */
record TextFile(Host host, CommandLine command) {

  /** How errors name a file. */
  static String name(String file) {
    return file.equals("-") ? "standard input" : file;
  }

  /** The whole file, which must be UTF-8. */
  String read(String file) {
    try {
      byte[] bytes =
          file.equals("-") ? host.in().readAllBytes() : Files.readAllBytes(Path.of(file));
      return StandardInput.utf8(bytes);
    } catch (CharacterCodingException e) {
      throw misuse(file, "not UTF-8 text");
    } catch (NoSuchFileException e) {
      throw misuse(file, "no such file");
    } catch (IOException e) {
      throw misuse(file, "cannot be read: " + e.getMessage());
    }
  }

  private ParameterException misuse(String file, String problem) {
    return new ParameterException(command, name(file) + ": " + problem);
  }
}
