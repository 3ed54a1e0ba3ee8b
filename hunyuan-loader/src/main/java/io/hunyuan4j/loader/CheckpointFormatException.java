package io.hunyuan4j.loader;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A checkpoint file that is broken, or does not hold what was expected of it.
 *
 * <p>The message is one sentence: file, tensor, what was expected and what was found, and the byte,
 * counted from the start of the file. For example {@code model-00017-of-00080.safetensors: tensor
 * "model.layers.3.mlp.gate.wg.weight": expected [16, 6400], found BF16 [16, 640] (byte 48213)}.
 */
public final class CheckpointFormatException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Text from a file is shown up to this length, so that a hostile name cannot flood a log. */
  private static final int MAX_SHOWN_CHARS = 160;

  /** The path as text, because a {@link Path} cannot be serialized. */
  private final String path;

  private final @Nullable String tensor;
  private final long byteOffset;
  private final String reason;

  private CheckpointFormatException(
      Path path, @Nullable String tensor, long byteOffset, String reason) {
    super(sentence(path, tensor, byteOffset, reason));
    this.path = path.toString();
    this.tensor = tensor;
    this.byteOffset = byteOffset;
    this.reason = reason;
  }

  /** A problem of the file as a whole. */
  public static CheckpointFormatException of(Path path, String reason) {
    return new CheckpointFormatException(path, null, -1, reason);
  }

  /** A problem at one byte of the file. */
  public static CheckpointFormatException at(Path path, long byteOffset, String reason) {
    return new CheckpointFormatException(path, null, byteOffset, reason);
  }

  /** A problem with a tensor that has no place in the file. */
  public static CheckpointFormatException ofTensor(Path path, String tensor, String reason) {
    return new CheckpointFormatException(path, tensor, -1, reason);
  }

  /** A problem with a tensor, at one byte of the file. */
  public static CheckpointFormatException ofTensorAt(
      Path path, String tensor, long byteOffset, String reason) {
    return new CheckpointFormatException(path, tensor, byteOffset, reason);
  }

  /** The file. */
  public Path path() {
    return Path.of(path);
  }

  /** The tensor's name, where one is concerned. */
  public Optional<String> tensor() {
    return Optional.ofNullable(tensor);
  }

  /** The byte of the file where the problem is, where there is one. */
  public OptionalLong byteOffset() {
    return byteOffset < 0 ? OptionalLong.empty() : OptionalLong.of(byteOffset);
  }

  /** What was expected and what was found. */
  public String reason() {
    return reason;
  }

  /**
   * Text from a file in quotes, without characters that could garble a terminal, and cut where it
   * is very long.
   */
  static String quote(String text) {
    return '"' + printable(text) + '"';
  }

  /**
   * Text from a file without characters that could garble a terminal, and cut where it is very
   * long.
   */
  static String printable(String text) {
    StringBuilder shown = new StringBuilder();
    text.codePoints().limit(MAX_SHOWN_CHARS).forEach(point -> appendPrintable(shown, point));
    return text.codePointCount(0, text.length()) > MAX_SHOWN_CHARS
        ? shown.append("…").toString()
        : shown.toString();
  }

  private static void appendPrintable(StringBuilder shown, int point) {
    switch (Character.getType(point)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          shown.append("\\u%04x".formatted(point));
      default -> shown.appendCodePoint(point);
    }
  }

  static String sentence(Path path, @Nullable String tensor, long byteOffset, String reason) {
    // A folder may be given as "." or "".
    Path name = path.toAbsolutePath().normalize().getFileName();
    StringBuilder sentence =
        new StringBuilder(printable((name == null ? path : name).toString())).append(": ");
    if (tensor != null) {
      sentence.append("tensor ").append(quote(tensor)).append(": ");
    }
    sentence.append(reason);
    if (byteOffset >= 0) {
      sentence.append(" (byte ").append(byteOffset).append(')');
    }
    return sentence.toString();
  }
}
