package io.hunyuan4j.text.grammar;

/** What errors quote of a text that may be long. */
final class Excerpt {
  private static final int MOST = 80;

  private Excerpt() {}

  static String of(Object text) {
    String whole = text.toString();
    return whole.length() <= MOST ? whole : whole.substring(0, MOST) + "…";
  }
}
