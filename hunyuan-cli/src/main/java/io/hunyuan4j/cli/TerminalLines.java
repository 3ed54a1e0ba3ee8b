package io.hunyuan4j.cli;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.reader.impl.DefaultParser;
import org.jline.terminal.Terminal;
import org.jspecify.annotations.Nullable;

/** Lines that somebody types, with the ones before at hand. */
final class TerminalLines implements ChatLines {
  private static final String HISTORY = ".hunyuan4j_history";

  private final LineReader reader;

  /**
   * Reads from a terminal.
   *
   * @param history the file that keeps what was typed, if one may be written
   */
  TerminalLines(Terminal terminal, Optional<Path> history) {
    DefaultParser plain = new DefaultParser(); // a line is a text: no quotes, no escapes
    plain.setEscapeChars(new char[0]);
    plain.setQuoteChars(new char[0]);
    this.reader =
        LineReaderBuilder.builder()
            .terminal(terminal)
            .appName("hunyuan")
            .parser(plain)
            .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
            .build();
    history.ifPresent(file -> reader.setVariable(LineReader.HISTORY_FILE, file));
  }

  /** The file of what was typed, made for its owner alone; empty where there can be none. */
  static Optional<Path> history(Path home) {
    Path file = home.resolve(HISTORY);
    try {
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    } catch (FileAlreadyExistsException e) {
      // from the last time
    } catch (UnsupportedOperationException e) {
      // no such permissions on this system; JLine makes the file
      return Files.isWritable(home) ? Optional.of(file) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
    return Files.isWritable(file) ? Optional.of(file) : Optional.empty();
  }

  @Override
  public @Nullable String next(String prompt) throws DroppedException {
    try {
      return reader.readLine(prompt);
    } catch (UserInterruptException e) {
      throw new DroppedException();
    } catch (EndOfFileException e) {
      return null;
    }
  }
}
