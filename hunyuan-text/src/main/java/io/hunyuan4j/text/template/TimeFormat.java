package io.hunyuan4j.text.template;

import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.TextStyle;
import java.time.temporal.ChronoField;
import java.util.Locale;

/** The directives of C's {@code strftime}, in English. {@code %-d} leaves out leading zeros. */
final class TimeFormat {
  private TimeFormat() {}

  static void print(LocalDateTime time, Text format, TextBuilder out) {
    String chars = format.chars();
    for (int at = 0; at < chars.length(); ) {
      int percent = chars.indexOf('%', at);
      if (percent < 0) {
        out.append(format, at, chars.length());
        return;
      }
      out.append(format, at, percent);
      boolean bare = chars.startsWith("-", percent + 1);
      int letter = percent + (bare ? 2 : 1);
      if (letter >= chars.length()) {
        throw TemplateException.value("Invalid format string");
      }
      String printed = directive(time, chars.charAt(letter));
      out.appendForeign(bare ? withoutZeros(printed) : printed);
      at = letter + 1;
    }
  }

  private static String directive(LocalDateTime time, char letter) {
    return switch (letter) {
      case 'a' -> time.getDayOfWeek().getDisplayName(TextStyle.SHORT, Locale.ENGLISH);
      case 'A' -> time.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
      case 'b', 'h' -> time.getMonth().getDisplayName(TextStyle.SHORT, Locale.ENGLISH);
      case 'B' -> time.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
      case 'd' -> padded(time.getDayOfMonth(), 2);
      case 'D' -> DateTimeFormatter.ofPattern("MM/dd/yy", Locale.ENGLISH).format(time);
      case 'e' -> "%2d".formatted(time.getDayOfMonth());
      case 'f' -> padded(time.getNano() / 1000, 6);
      case 'F' -> DateTimeFormatter.ofPattern("uuuu-MM-dd", Locale.ENGLISH).format(time);
      case 'H' -> padded(time.getHour(), 2);
      case 'I' -> padded(time.get(ChronoField.CLOCK_HOUR_OF_AMPM), 2);
      case 'j' -> padded(time.getDayOfYear(), 3);
      case 'm' -> padded(time.getMonthValue(), 2);
      case 'M' -> padded(time.getMinute(), 2);
      case 'p' -> time.getHour() < 12 ? "AM" : "PM";
      case 'R' -> DateTimeFormatter.ofPattern("HH:mm", Locale.ENGLISH).format(time);
      case 'S' -> padded(time.getSecond(), 2);
      case 'T' -> DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ENGLISH).format(time);
      case 'u' -> String.valueOf(time.getDayOfWeek().getValue());
      case 'w' -> String.valueOf(time.getDayOfWeek().getValue() % 7);
      case 'y' -> padded(time.getYear() % 100, 2);
      case 'Y' -> String.valueOf(time.getYear());
      case 'z', 'Z' -> ""; // the time has no zone
      case '%' -> "%";
      default -> throw TemplateException.notSupported("the directive '%" + letter + "' of a time");
    };
  }

  private static String padded(int number, int digits) {
    return ("%0" + digits + "d").formatted(number);
  }

  private static String withoutZeros(String printed) {
    int start = 0;
    while (start + 1 < printed.length()
        && (printed.charAt(start) == '0' || printed.charAt(start) == ' ')) {
      start++;
    }
    return printed.substring(start);
  }
}
