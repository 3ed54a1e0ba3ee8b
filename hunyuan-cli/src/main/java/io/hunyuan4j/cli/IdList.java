package io.hunyuan4j.cli;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.hunyuan4j.text.json.JsonProblem;
import java.io.IOException;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Token ids as text: {@code [9906, 11]}. */
final class IdList {
  private IdList() {}

  /** Text that is not what was asked for, in one sentence. */
  static final class SyntaxException extends Exception {
    private static final long serialVersionUID = 1L;

    SyntaxException(String message) {
      super(message);
    }
  }

  /** The ids as a JSON list. */
  static String format(int[] ids) {
    return IntStream.of(ids)
        .mapToObj(Integer::toString)
        .collect(Collectors.joining(", ", "[", "]"));
  }

  /** The ids of a JSON list, or of numbers between commas or spaces. */
  static int[] parse(String text) throws SyntaxException {
    String ids = text.strip();
    if (ids.startsWith("[")) {
      return parseJson(ids);
    }
    return parseJson("[" + (ids.isEmpty() ? "" : String.join(",", ids.split("[,\\s]+"))) + "]");
  }

  /** The ids of a JSON list and nothing else. */
  static int[] parseJson(String json) throws SyntaxException {
    int[] ids = new int[16];
    int count = 0;
    try (JsonParser parser = JsonLines.JSON.createParser(json)) {
      if (parser.nextToken() != JsonToken.START_ARRAY) {
        throw new SyntaxException("expected a list of token ids, found " + JsonLines.shown(json));
      }
      for (JsonToken token = parser.nextToken();
          token != JsonToken.END_ARRAY;
          token = parser.nextToken()) {
        if (token != JsonToken.VALUE_NUMBER_INT) {
          throw new SyntaxException(
              "expected a token id, found " + JsonLines.shown(parser.getText()));
        }
        ids = count == ids.length ? Arrays.copyOf(ids, 2 * count) : ids;
        ids[count++] = parser.getIntValue();
      }
      if (parser.nextToken() != null) {
        throw new SyntaxException("expected one list of token ids, found more behind it");
      }
    } catch (JacksonException e) {
      throw new SyntaxException("expected a list of token ids: " + JsonProblem.reason(e));
    } catch (IOException e) {
      throw new IllegalStateException(e); // a string does not fail to be read
    }
    return Arrays.copyOf(ids, count);
  }
}
