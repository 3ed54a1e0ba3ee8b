package io.hunyuan4j.text;

/**
 * Decodes UTF-8 that comes in arbitrary slices. Characters appear as soon as their last byte is
 * there; bytes that may still become a character are held back.
 *
 * <p>What is not UTF-8 gives one U+FFFD for each <i>maximal subpart</i>: the longest start of a
 * well-formed sequence, or else one byte (Unicode, section 3.9, and the decoder of the WHATWG
 * Encoding Standard, whose states these are). {@code new String(bytes, UTF_8)} differs on encoded
 * surrogates. No byte order mark is dropped.
 */
final class Utf8Stream {
  private static final char REPLACEMENT = '\uFFFD';

  private int missing; // bytes until the character at hand is complete; 0 between characters
  private int codePoint; // its bits so far
  private int lowest = 0x80; // what its next byte may be
  private int highest = 0xBF;

  /**
   * Decodes the bytes {@code from}…{@code to} (exclusive) and appends what is complete to {@code
   * text}.
   */
  void append(byte[] bytes, int from, int to, StringBuilder text) {
    for (int i = from; i < to; i++) {
      int next = bytes[i] & 0xFF;
      if (missing == 0) {
        begin(next, text);
      } else if (next < lowest || next > highest) {
        missing = 0;
        text.append(REPLACEMENT);
        begin(next, text);
      } else {
        lowest = 0x80;
        highest = 0xBF;
        codePoint = (codePoint << 6) | (next & 0x3F);
        if (--missing == 0) {
          text.appendCodePoint(codePoint);
        }
      }
    }
  }

  /**
   * Ends the text: bytes held back become one U+FFFD. The stream is ready for another text then.
   */
  void finish(StringBuilder text) {
    if (missing > 0) {
      text.append(REPLACEMENT);
      missing = 0;
    }
  }

  private void begin(int lead, StringBuilder text) {
    lowest = 0x80;
    highest = 0xBF;
    if (lead < 0x80) {
      text.append((char) lead);
    } else if (lead >= 0xC2 && lead <= 0xDF) {
      missing = 1;
      codePoint = lead & 0x1F;
    } else if (lead >= 0xE0 && lead <= 0xEF) {
      missing = 2;
      codePoint = lead & 0x0F;
      lowest = lead == 0xE0 ? 0xA0 : 0x80; // shorter forms exist below
      highest = lead == 0xED ? 0x9F : 0xBF; // surrogates above
    } else if (lead >= 0xF0 && lead <= 0xF4) {
      missing = 3;
      codePoint = lead & 0x07;
      lowest = lead == 0xF0 ? 0x90 : 0x80;
      highest = lead == 0xF4 ? 0x8F : 0xBF; // U+10FFFF is the last
    } else {
      text.append(REPLACEMENT);
    }
  }
}
