package io.hunyuan4j.text.template;

/**
 * A string each of whose chars is the template's own or foreign. Own is only what is copied,
 * however often, from the source of the template or from a variable that the caller vouches for;
 * foreign is everything else: what came in through other variables, and what was computed, such as
 * digits, quotes or a date. Equality is that of the chars alone.
 */
public final class Text implements Value {
  static final Text EMPTY = new Text("", "");

  private static final String OWN = "o";
  private static final String FOREIGN = "f";

  private final String chars;
  private final String origins; // OWN or FOREIGN for each char: one byte in a compact string

  private Text(String chars, String origins) {
    this.chars = chars;
    this.origins = origins;
  }

  /** A text that counts as written by the template. */
  public static Text own(String chars) {
    return new Text(chars, OWN.repeat(chars.length()));
  }

  /** A text from outside. */
  public static Text foreign(String chars) {
    return new Text(chars, FOREIGN.repeat(chars.length()));
  }

  static Text of(StringBuilder chars, StringBuilder origins) {
    return new Text(chars.toString(), origins.toString());
  }

  /** The mark of a char. */
  static char origin(boolean own) {
    return (own ? OWN : FOREIGN).charAt(0);
  }

  /** The text itself. */
  public String chars() {
    return chars;
  }

  /** The marks of the chars, as many; see {@link TextBuilder}. */
  String origins() {
    return origins;
  }

  /** In chars. */
  public int length() {
    return chars.length();
  }

  /** Whether the template wrote the char at this index. */
  public boolean isOwn(int index) {
    return origins.charAt(index) == OWN.charAt(0);
  }

  /** The chars from {@code start} to {@code end}, exclusive. */
  Text slice(int start, int end) {
    return start == 0 && end == chars.length()
        ? this
        : new Text(chars.substring(start, end), origins.substring(start, end));
  }

  /** In code points, as Python counts. */
  int codePoints() {
    return chars.codePointCount(0, chars.length());
  }

  /** The index in chars of a code point. */
  int indexOf(int codePoint) {
    return codePoint == 0 ? 0 : chars.offsetByCodePoints(0, codePoint);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Text text && chars.equals(text.chars);
  }

  @Override
  public int hashCode() {
    return chars.hashCode();
  }

  @Override
  public String toString() {
    return chars;
  }
}
