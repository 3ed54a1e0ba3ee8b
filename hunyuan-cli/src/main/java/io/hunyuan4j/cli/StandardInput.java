package io.hunyuan4j.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** A text argument, where {@code -} stands for all of standard input. */
final class StandardInput {
  private StandardInput() {}

  /**
   * The argument itself, or standard input to its last byte if it is {@code -}.
   *
   * @throws ParameterException if the input is not UTF-8
   */
  static String orText(String argument, Host host, CommandLine command) throws IOException {
    if (!argument.equals("-")) {
      return argument;
    }
    try {
      return utf8(host.in().readAllBytes());
    } catch (CharacterCodingException e) {
      throw new ParameterException(command, "standard input is not UTF-8 text", e);
    }
  }

  /** Strictly decoded: what is not UTF-8 is an error, not U+FFFD. */
  static String utf8(byte[] bytes) throws CharacterCodingException {
    CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    return decoder.decode(ByteBuffer.wrap(bytes)).toString();
  }
}
