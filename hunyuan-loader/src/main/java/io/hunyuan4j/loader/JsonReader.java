package io.hunyuan4j.loader;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The tokens of a JSON text from an untrusted file. Whatever is wrong with the text is a {@link
 * CheckpointFormatException} that names file, tensor and byte.
 *
 * <p>The text must be UTF-8 (checked here: Jackson lets some malformed sequences pass) and at most
 * {@value #MAX_DEPTH} levels deep. Nothing here recurses or allocates more than the text itself is
 * long.
 */
final class JsonReader {
  /** A header needs 3 levels, an index 2; configurations of multimodal models about 5. */
  private static final int MAX_DEPTH = 64;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          // Jackson would take zero bytes for UTF-16, and every file here is UTF-8.
          .disable(JsonFactory.Feature.CHARSET_DETECTION)
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          // Python writes NaN and Infinity; read as tokens they can be refused by name where they
          // matter.
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
          .build();

  private static final ObjectReader TREES =
      JsonMapper.builder(FACTORY)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .build()
          .readerFor(JsonNode.class);

  private final Path file;
  private final long baseOffset;
  private final JsonParser parser;
  private @Nullable String tensor;

  /**
   * Starts before the first token.
   *
   * @param file the file, for messages
   * @param text the JSON text
   * @param baseOffset where the text starts in the file
   */
  JsonReader(Path file, byte[] text, long baseOffset) {
    this.file = file;
    this.baseOffset = baseOffset;
    checkUtf8(text);
    try {
      this.parser = FACTORY.createParser(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // the text is in memory
    }
  }

  /** The tensor that later errors are about, or null for none. */
  void setTensor(@Nullable String name) {
    tensor = name;
  }

  /** Moves to the next token. */
  JsonToken next() {
    JsonToken token = nextOrNull();
    if (token == null) {
      throw error("expected more JSON, found the end of the text");
    }
    return token;
  }

  /**
   * Moves to the next token, which must be {@code token}; {@code expected} says what that is in
   * words.
   */
  void next(JsonToken token, String expected) {
    if (next() != token) {
      throw unexpected(expected);
    }
  }

  /** Moves past the last token; only white space may follow. */
  void end() {
    if (nextOrNull() != null) {
      throw unexpected("nothing after the JSON object");
    }
  }

  /** Moves to the end of the value at the current token. */
  void skip() {
    try {
      parser.skipChildren();
    } catch (IOException e) {
      throw broken(e);
    }
  }

  /** The current token's text: a name, a string, or a number as it is written. */
  String text() {
    try {
      String text = parser.getText();
      if (hasLoneSurrogate(text)) {
        throw error(
            "expected Unicode text, found a lone surrogate in "
                + CheckpointFormatException.quote(text));
      }
      return text;
    } catch (IOException e) {
      throw broken(e);
    }
  }

  /** Moves to the next token, which must be a string. */
  String nextString(String expected) {
    next(JsonToken.VALUE_STRING, expected);
    return text();
  }

  /** The current token as an integer from 0 to 2⁶³ − 1, written in digits only. */
  long count(String expected) {
    String text = parser.currentToken() == JsonToken.VALUE_NUMBER_INT ? text() : "";
    if (text.isEmpty() || text.length() > 19 || text.charAt(0) == '-') {
      throw unexpected(expected);
    }
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw unexpected(expected);
    }
  }

  /**
   * The whole text as a tree in which numbers keep every digit; a key that occurs twice is an
   * error.
   */
  JsonNode tree() {
    parser.enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
    next();
    JsonNode tree;
    try {
      tree = TREES.readValue(parser);
    } catch (IOException e) {
      throw broken(e);
    } catch (NumberFormatException e) {
      // Jackson lets this one through for an exponent of more than ten digits.
      throw error("expected numbers that can be represented, found one that cannot");
    }
    end();
    return tree;
  }

  /** Where the current token starts in the file. */
  long byteOffset() {
    return byteOffset(parser.currentTokenLocation());
  }

  /** An error at the current token: something else was expected there. */
  CheckpointFormatException unexpected(String expected) {
    return error("expected " + expected + ", found " + found());
  }

  /** An error at the current token. */
  CheckpointFormatException error(String reason) {
    return error(byteOffset(), reason);
  }

  private CheckpointFormatException error(long byteOffset, String reason) {
    return tensor == null
        ? CheckpointFormatException.at(file, byteOffset, reason)
        : CheckpointFormatException.ofTensorAt(file, tensor, byteOffset, reason);
  }

  /** Whether {@code text} cannot be written as UTF-8; JSON escapes can make such strings. */
  static boolean hasLoneSurrogate(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        i++;
      } else if (Character.isSurrogate(c)) {
        return true;
      }
    }
    return false;
  }

  private @Nullable JsonToken nextOrNull() {
    try {
      return parser.nextToken();
    } catch (IOException e) {
      throw broken(e);
    }
  }

  private String found() {
    JsonToken token = parser.currentToken();
    if (token == null) {
      return "nothing";
    }
    return switch (token) {
      case START_OBJECT -> "an object";
      case START_ARRAY -> "an array";
      case END_OBJECT, END_ARRAY -> "the end of it";
      case VALUE_STRING, FIELD_NAME -> CheckpointFormatException.quote(text());
      case VALUE_TRUE, VALUE_FALSE, VALUE_NULL, VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT ->
          CheckpointFormatException.printable(text());
      case NOT_AVAILABLE, VALUE_EMBEDDED_OBJECT -> token.toString();
    };
  }

  private CheckpointFormatException broken(IOException e) {
    if (!(e instanceof JsonProcessingException problem)) {
      throw new UncheckedIOException(e); // the text is in memory
    }
    // Jackson adds where a structure began, as "(for Object starting at [Source: …])".
    String reason = problem.getOriginalMessage().split(" \\([^()]*\\[Source: ", 2)[0];
    JsonLocation location = problem.getLocation();
    return error(
        location == null ? byteOffset() : byteOffset(location),
        "expected JSON, found a fault: " + CheckpointFormatException.printable(reason));
  }

  private long byteOffset(JsonLocation location) {
    return baseOffset + Math.max(0, location.getByteOffset());
  }

  private void checkUtf8(byte[] text) {
    CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    ByteBuffer bytes = ByteBuffer.wrap(text);
    CharBuffer chars = CharBuffer.allocate(8192);
    CoderResult result;
    do {
      result = decoder.decode(bytes, chars.clear(), true);
    } while (result.isOverflow());
    if (result.isError()) {
      throw error(
          baseOffset + bytes.position(),
          "expected UTF-8, found byte 0x%02x".formatted(text[bytes.position()] & 0xff));
    }
  }
}
