package io.hunyuan4j.cli;

import java.util.Locale;

/** Large numbers as people read them. */
final class Amounts {
  private static final String[] BINARY = {"bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  private static final String[] SHORT = {"", " K", " M", " B", " T"};

  private Amounts() {}

  /** With separators, for example {@code 11,302,144}. */
  static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  /** Rounded, for example {@code 11.3 M}; as it is below 1,000. */
  static String rounded(long number) {
    return scaled(number, 1000, SHORT, "");
  }

  /** In the unit that suits, for example {@code 724.7 GiB}. */
  static String bytes(long bytes) {
    return scaled(bytes, 1024, BINARY, " ");
  }

  private static String scaled(long number, int step, String[] units, String beforeUnit) {
    double value = number;
    int unit = 0;
    while (value >= step && unit < units.length - 1) {
      value /= step;
      unit++;
    }
    return unit == 0
        ? number + beforeUnit + units[0]
        : String.format(Locale.ROOT, "%.1f%s%s", value, beforeUnit, units[unit]);
  }
}
