package io.hunyuan4j.core.generate;

import java.util.Arrays;

/** A growing list of tokens. */
final class TokenHistory {
  private int[] tokens = new int[256]; // the first `length` are in use
  private int length;

  void add(int token) {
    if (length == tokens.length) {
      tokens = Arrays.copyOf(tokens, 2 * length);
    }
    tokens[length++] = token;
  }

  int length() {
    return length;
  }

  /** A copy of those from {@code from} on, up to {@code to} or the end. */
  int[] slice(int from, int to) {
    return Arrays.copyOfRange(tokens, from, Math.min(length, to));
  }

  /** How many at the beginning are those of {@code other}. */
  int sameAtStart(int[] other) {
    int different = Arrays.mismatch(other, 0, other.length, tokens, 0, length);
    return different < 0 ? other.length : different;
  }

  /** Where the last {@code count} tokens end when they stood there the last time before; or 0. */
  int endOfSameBefore(int count) {
    for (int end = length - 1; end >= count; end--) {
      if (Arrays.equals(tokens, end - count, end, tokens, length - count, length)) {
        return end;
      }
    }
    return 0;
  }
}
