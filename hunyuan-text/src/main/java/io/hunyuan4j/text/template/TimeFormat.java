package io.hunyuan4j.text.template;

import java.time.LocalDateTime;
import java.time.format.TextStyle;
import java.time.temporal.ChronoField;
import java.util.Locale;

/** The directives of C's {@code strftime}, in English. */
final class TimeFormat {
  private static final String LETTERS = "aAbBdHIjmMpSyY%";

  private TimeFormat() {}

  /** Fails if a format has other directives. */
  static void check(String format, int line) {
    for (int at = format.indexOf('%'); at >= 0; at = format.indexOf('%', at + 2)) {
      if (at + 1 < format.length() && LETTERS.indexOf(format.charAt(at + 1)) < 0) {
        throw TemplateException.notSupported(
            line, "the directive '" + format.substring(at, at + 2) + "' of a time");
      }
    }
  }

  static void print(LocalDateTime time, Text format, TextBuilder out) {
    String chars = format.chars();
    for (int at = 0; at < chars.length(); ) {
      int percent = chars.indexOf('%', at);
      if (percent < 0) {
        out.append(format, at, chars.length());
        return;
      }
      out.append(format, at, percent);
      int letter = percent + 1;
      if (letter >= chars.length()) {
        throw TemplateException.value("Invalid format string");
      }
      out.appendForeign(directive(time, chars.charAt(letter)));
      at = letter + 1;
    }
  }

  private static String directive(LocalDateTime time, char letter) {
    return switch (letter) {
      case 'a' -> time.getDayOfWeek().getDisplayName(TextStyle.SHORT, Locale.ENGLISH);
      case 'A' -> time.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
      case 'b' -> time.getMonth().getDisplayName(TextStyle.SHORT, Locale.ENGLISH);
      case 'B' -> time.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
      case 'd' -> padded(time.getDayOfMonth(), 2);
      case 'H' -> padded(time.getHour(), 2);
      case 'I' -> padded(time.get(ChronoField.CLOCK_HOUR_OF_AMPM), 2);
      case 'j' -> padded(time.getDayOfYear(), 3);
      case 'm' -> padded(time.getMonthValue(), 2);
      case 'M' -> padded(time.getMinute(), 2);
      case 'p' -> time.getHour() < 12 ? "AM" : "PM";
      case 'S' -> padded(time.getSecond(), 2);
      case 'y' -> padded(time.getYear() % 100, 2);
      case 'Y' -> String.valueOf(time.getYear());
      case '%' -> "%";
      default -> throw TemplateException.notSupported("the directive '%" + letter + "' of a time");
    };
  }

  private static String padded(int number, int digits) {
    return ("%0" + digits + "d").formatted(number);
  }
}
