package io.hunyuan4j.text.json;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonLocation;

/** What is wrong with a JSON text, in words for who wrote it. */
public final class JsonProblem {
  private JsonProblem() {}

  /** What is wrong, without where. */
  public static String reason(JacksonException error) {
    // Where it names another place, such as that of an open bracket, Jackson puts a source in front
    // that it does not know.
    return String.valueOf(error.getOriginalMessage())
        .replaceAll("\\[Source: [^\\]]*?; (line: \\d+, column: \\d+)\\]", "$1");
  }

  /** Where that is: {@code line 2, column 12}. Empty if Jackson does not say. */
  public static String place(JacksonException error) {
    JsonLocation place = error.getLocation();
    return place == null
        ? ""
        : "line %d, column %d" // of an empty text Jackson says 0
            .formatted(place.getLineNr(), Math.max(1, place.getColumnNr()));
  }

  /** The reason behind its place: {@code in line 2, column 12: …}. */
  public static String sentence(JacksonException error) {
    String place = place(error);
    return place.isEmpty() ? reason(error) : "in " + place + ": " + reason(error);
  }
}
