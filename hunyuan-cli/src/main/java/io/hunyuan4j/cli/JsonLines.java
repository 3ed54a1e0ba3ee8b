package io.hunyuan4j.cli;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.hunyuan4j.text.json.JsonProblem;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import org.jspecify.annotations.Nullable;

/**
 * Data with one JSON value a line, converted line by line: memory is needed for one line, whatever
 * the size of the whole.
 *
 * <p>Lines end at {@code \n} and nowhere else, since other line separators may stand inside a JSON
 * string. The last one need not end.
 */
final class JsonLines {
  private static final int BUFFER_BYTES = 1 << 16;
  private static final int SHOWN_CHARS = 60;

  /**
   * Without Jackson's limits, which are for servers: a document of a data set may have any length.
   */
  static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build())
          .build();

  private final InputStream in;
  private final TextOutput out;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private int position;
  private int limit;

  JsonLines(InputStream in, TextOutput out) {
    this.in = in;
    this.out = out;
  }

  /** What becomes of one line. */
  @FunctionalInterface
  interface Conversion {
    String convert(String line) throws IdList.SyntaxException;
  }

  /**
   * Converts every line.
   *
   * @throws IdList.SyntaxException naming the first bad line; those before it have been written
   */
  void convert(Conversion conversion) throws IOException, IdList.SyntaxException {
    read(
        (_, line) -> {
          out.println(conversion.convert(line));
          return true;
        });
    out.flush();
  }

  /** Takes the lines of data. */
  @FunctionalInterface
  interface Consumer {
    /** Takes the next one, counted from 1; whether it wants more. */
    boolean accept(long number, String line) throws IdList.SyntaxException;
  }

  /**
   * Hands on every line, as long as they are wanted.
   *
   * @throws IdList.SyntaxException naming the first bad line
   */
  void read(Consumer consumer) throws IOException, IdList.SyntaxException {
    long number = 0;
    for (byte @Nullable [] line = next(); line != null; line = next()) {
      number++;
      try {
        if (!consumer.accept(number, StandardInput.utf8(line))) {
          return;
        }
      } catch (CharacterCodingException e) {
        throw new IdList.SyntaxException("line " + number + ": not UTF-8 text");
      } catch (IdList.SyntaxException e) {
        throw new IdList.SyntaxException("line " + number + ": " + e.getMessage());
      }
    }
  }

  /** The next line without its end, or null after the last. */
  private byte @Nullable [] next() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    while (true) {
      if (position == limit && !fill()) {
        return line.size() == 0 ? null : line.toByteArray();
      }
      int end = position;
      while (end < limit && buffer[end] != '\n') {
        end++;
      }
      line.write(buffer, position, end - position);
      position = Math.min(limit, end + 1);
      if (end < limit) {
        return line.toByteArray();
      }
    }
  }

  /**
   * Whether there is more. What was written goes out first: whoever feeds us may be waiting for it.
   */
  private boolean fill() throws IOException {
    if (in.available() == 0) {
      out.flush();
    }
    position = 0;
    limit = Math.max(0, in.read(buffer));
    return limit > 0;
  }

  /**
   * The value of a JSON string and nothing else. Lone surrogates that are escaped stay what they
   * are.
   */
  static String string(String json) throws IdList.SyntaxException {
    try (JsonParser parser = JSON.createParser(json)) {
      if (parser.nextToken() != JsonToken.VALUE_STRING) {
        throw new IdList.SyntaxException("expected a JSON string, found " + shown(json));
      }
      String value = parser.getText();
      if (parser.nextToken() != null) {
        throw new IdList.SyntaxException("expected one JSON string, found more behind it");
      }
      return value;
    } catch (JacksonException e) {
      throw new IdList.SyntaxException("expected a JSON string: " + JsonProblem.reason(e));
    } catch (IOException e) {
      throw new IllegalStateException(e); // a string does not fail to be read
    }
  }

  /** Text as a JSON string. */
  static String quote(String text) {
    StringBuilder json = new StringBuilder("\"");
    JsonStringEncoder.getInstance().quoteAsString(text, json);
    return json.append('"').toString();
  }

  /** The beginning of a text, for messages. */
  static String shown(String text) {
    if (text.isBlank()) {
      return "nothing";
    }
    return quote(text.length() <= SHOWN_CHARS ? text : text.substring(0, SHOWN_CHARS) + "…");
  }
}
