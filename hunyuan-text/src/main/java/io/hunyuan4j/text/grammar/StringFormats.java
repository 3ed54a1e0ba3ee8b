package io.hunyuan4j.text.grammar;

import io.hunyuan4j.text.grammar.CharAutomaton.TooLargeException;
import java.util.List;
import java.util.Map;

/** The values of {@code format} that are supported, each as a regular expression. */
final class StringFormats {
  private static final String LEAP_YEAR =
      "(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)";

  /** RFC 3339: days that exist; so February has 29 in leap years. */
  private static final String DATE =
      "(?:[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
          + "|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))|"
          + LEAP_YEAR
          + "-02-29)";

  /** Without leap seconds; up to nine decimals. Offsets as they occur on Earth. */
  private static final String TIME =
      "(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\\.[0-9]{1,9})?"
          + "(?:Z|[+-](?:0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00)";

  private static final String UUID =
      "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}";

  private static final Map<String, String> PATTERNS =
      Map.of("date", DATE, "date-time", DATE + "T" + TIME, "uuid", UUID);

  private StringFormats() {}

  static boolean isKnown(String name) {
    return PATTERNS.containsKey(name);
  }

  static List<String> names() {
    return PATTERNS.keySet().stream().sorted().toList();
  }

  /** The texts of a format that is known. */
  static CharAutomaton automaton(String name, WorkLimit work) throws TooLargeException {
    String pattern = PATTERNS.get(name);
    if (pattern == null) {
      throw new IllegalArgumentException("there is no format " + name);
    }
    return Patterns.matching(RegexParser.parse(pattern, name), work);
  }
}
