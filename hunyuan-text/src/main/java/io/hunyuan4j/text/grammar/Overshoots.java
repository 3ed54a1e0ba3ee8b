package io.hunyuan4j.text.grammar;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What may be left of tokens when a rule ends, by numbers; bytes of one class are one. */
final class Overshoots {
  /** The number of nothing. */
  static final int NOTHING = 0;

  private static final int MOST = 20_000;

  private final ByteClasses classes;
  private final Map<String, Integer> numbers = new HashMap<>(); // by ISO 8859-1 of the bytes
  private final List<byte[]> bytes = new ArrayList<>();

  Overshoots(ByteClasses classes) {
    this.classes = classes;
    number(new byte[0], 0);
  }

  /** Whether no further ones are taken. */
  boolean areFull() {
    return bytes.size() >= MOST;
  }

  /** The number of a token from its byte {@code from} on. */
  int number(byte[] token, int from) {
    byte[] rest = Arrays.copyOfRange(token, from, token.length);
    for (int i = 0; i < rest.length; i++) {
      rest[i] = (byte) classes.first(rest[i] & 0xFF);
    }
    Integer known = numbers.putIfAbsent(new String(rest, ISO_8859_1), bytes.size());
    if (known == null) {
      bytes.add(rest);
      return bytes.size() - 1;
    }
    return known;
  }

  /** The bytes of a number. Not to be changed. */
  byte[] bytes(int number) {
    return bytes.get(number);
  }
}
