package io.hunyuan4j.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
    return guarded(
        file,
        () -> {
          byte[] bytes =
              file.equals("-") ? host.in().readAllBytes() : Files.readAllBytes(Path.of(file));
          return StandardInput.utf8(bytes);
        });
  }

  /** Makes something of a line, counted from 1. */
  @FunctionalInterface
  interface LineParser<T> {
    T parse(long number, String line) throws IdList.SyntaxException;
  }

  /**
   * The lines of a file that are not blank, the first {@code most} of them at most; what is behind
   * them is not read.
   */
  <T> List<T> lines(String file, LineParser<T> parser, int most) {
    List<T> parsed = new ArrayList<>();
    return guarded(
        file,
        () -> {
          try (InputStream in =
              file.equals("-") ? host.in() : Files.newInputStream(Path.of(file))) {
            new JsonLines(in, host.out())
                .read(
                    (number, line) -> {
                      if (!line.isBlank()) {
                        parsed.add(parser.parse(number, line));
                      }
                      return parsed.size() < most;
                    });
          } catch (IdList.SyntaxException e) {
            throw misuse(file, String.valueOf(e.getMessage()));
          }
          return parsed;
        });
  }

  /** Something that reads a file. */
  @FunctionalInterface
  private interface Reading<T> {
    T run() throws IOException;
  }

  private <T> T guarded(String file, Reading<T> reading) {
    try {
      return reading.run();
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
