package io.hunyuan4j.text;

import java.util.Arrays;

/**
 * The 256 characters that stand for bytes in a byte-level tokenizer.json. The printable characters
 * of Latin-1 stand for themselves; the other 68 bytes, ascending, are U+0100…U+0143, so that a
 * space is {@code Ġ}. Source: {@code bytes_to_unicode} of GPT-2.
 */
final class ByteAlphabet {
  private static final char FIRST_SUBSTITUTE = '\u0100';
  private static final int SUBSTITUTES = 68;

  private ByteAlphabet() {}

  /** The character of a byte, from 0 to 255. */
  static char character(int value) {
    if (standsForItself(value)) {
      return (char) value;
    }
    int before = 0;
    for (int lower = 0; lower < value; lower++) {
      before += standsForItself(lower) ? 0 : 1;
    }
    return (char) (FIRST_SUBSTITUTE + before);
  }

  private static boolean standsForItself(int value) {
    return (value >= '!' && value <= '~')
        || (value >= 0xA1 && value <= 0xAC)
        || (value >= 0xAE && value <= 0xFF);
  }

  /** The byte of each character below U+0144; -1 where the character stands for none. */
  static int[] bytesByCharacter() {
    int[] bytes = new int[FIRST_SUBSTITUTE + SUBSTITUTES];
    Arrays.fill(bytes, -1);
    for (int value = 0; value < 256; value++) {
      bytes[character(value)] = value;
    }
    return bytes;
  }

  /** The bytes of a token spelled in the alphabet; none if another character is in it. */
  static byte[] bytes(String token, int[] bytesByCharacter) {
    byte[] bytes = new byte[token.length()];
    for (int i = 0; i < bytes.length; i++) {
      char c = token.charAt(i);
      if (c >= bytesByCharacter.length || bytesByCharacter[c] < 0) {
        return new byte[0];
      }
      bytes[i] = (byte) bytesByCharacter[c];
    }
    return bytes;
  }
}
