package io.hunyuan4j.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** Lines of standard input, which is UTF-8. */
final class PipedLines implements ChatLines {
  private final BufferedReader in;
  private final CommandLine command;

  PipedLines(InputStream in, CommandLine command) {
    // A decoder reports what is not UTF-8; a charset would replace it.
    this.in = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder()));
    this.command = command;
  }

  @Override
  public @Nullable String next(String prompt) throws IOException {
    try {
      return in.readLine();
    } catch (CharacterCodingException e) {
      throw new ParameterException(command, "standard input is not UTF-8 text", e);
    }
  }
}
