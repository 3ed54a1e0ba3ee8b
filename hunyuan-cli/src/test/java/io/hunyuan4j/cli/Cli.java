package io.hunyuan4j.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What one command did, run in this JVM, mostly without a terminal.
 *
 * @param exitCode what the program would tell its caller
 * @param out standard output
 * @param err standard error
 */
record Cli(int exitCode, String out, String err) {

  /** Runs a command with nothing on standard input. */
  static Cli run(String... args) {
    return runWith(new byte[0], args);
  }

  /** Runs a command with a text on standard input. */
  static Cli runWith(String input, String... args) {
    return runWith(input.getBytes(StandardCharsets.UTF_8), args);
  }

  /** Runs a command with bytes on standard input. */
  static Cli runWith(byte[] input, String... args) {
    return run(false, input, args);
  }

  /** Runs a command with a text on standard input and somebody who watches both outputs. */
  static Cli watched(String input, String... args) {
    return run(true, input.getBytes(StandardCharsets.UTF_8), args);
  }

  private static Cli run(boolean watched, byte[] input, String... args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Host host =
        new Host(
            new ByteArrayInputStream(input),
            new TextOutput(out),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            watched,
            watched,
            Optional.of(home()));
    int exitCode = Main.run(args, host);
    return new Cli(
        exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  /** The project's folder. */
  static Path home() {
    for (Path here = Path.of("").toAbsolutePath(); here != null; here = here.getParent()) {
      if (Files.isDirectory(here.resolve("models/golden"))) {
        return here;
      }
    }
    throw new IllegalStateException(
        "models/golden is in no folder above " + Path.of("").toAbsolutePath());
  }

  /** A folder under {@code models}. */
  static Path model(String name) {
    return home().resolve("models").resolve(name);
  }
}
