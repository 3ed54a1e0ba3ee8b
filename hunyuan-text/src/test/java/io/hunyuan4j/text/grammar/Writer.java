package io.hunyuan4j.text.grammar;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Random;

/** Writes texts under a constraint as a model with random weights would. */
final class Writer {
  private final ConstraintVocabulary vocabulary;
  private final Random random;
  private final long[] allowed;
  private final long[] structural;

  Writer(ConstraintVocabulary vocabulary, Random random) {
    this.vocabulary = vocabulary;
    this.random = random;
    this.allowed = new long[vocabulary.words()];
    this.structural = structural(vocabulary);
  }

  /** A text of at most {@code budget} tokens. */
  String write(CompiledFormat format, int budget) {
    FormatConstraint constraint = format.constraint(budget);
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    // Some texts are written by a model that likes structure, some by one that likes words.
    int likesStructure = random.nextInt(4);
    for (int left = budget; left > 0 && !constraint.mustEnd(); left--) {
      assertTrue(
          constraint.tokensNeeded() <= left + 4,
          () -> "more tokens are needed than are left after " + text.toString(UTF_8));
      constraint.mask(allowed);
      int token = choose(random.nextInt(4) < likesStructure, text);
      constraint.accept(token);
      if (vocabulary.isStop(token)) {
        break;
      }
      text.writeBytes(vocabulary.tokenBytes(token));
    }
    assertTrue(constraint.mayEnd());
    try {
      return UTF_8.newDecoder().decode(ByteBuffer.wrap(text.toByteArray())).toString();
    } catch (CharacterCodingException e) {
      throw new AssertionError("no UTF-8: " + text.toString(UTF_8), e);
    }
  }

  private int choose(boolean structure, ByteArrayOutputStream text) {
    int count = 0;
    for (int word = 0; word < allowed.length; word++) {
      count += Long.bitCount(candidates(word, structure));
    }
    if (count == 0 && structure) {
      return choose(false, text);
    }
    assertTrue(count > 0, () -> "nothing may follow " + text.toString(UTF_8));
    int skipped = random.nextInt(count);
    int word = 0;
    while (skipped >= Long.bitCount(candidates(word, structure))) {
      skipped -= Long.bitCount(candidates(word++, structure));
    }
    long bits = candidates(word, structure);
    for (; skipped > 0; skipped--) {
      bits &= bits - 1;
    }
    return word * 64 + Long.numberOfTrailingZeros(bits);
  }

  private long candidates(int word, boolean structure) {
    return structure ? allowed[word] & structural[word] : allowed[word];
  }

  private static long[] structural(ConstraintVocabulary vocabulary) {
    long[] structural = new long[vocabulary.words()];
    for (int token = 0; token < vocabulary.size(); token++) {
      byte[] bytes = vocabulary.tokenBytes(token);
      boolean found = bytes.length <= 1;
      for (byte b : bytes) {
        found |= "\"{}[],:".indexOf(b) >= 0;
      }
      structural[token >> 6] |= found ? 1L << token : 0;
    }
    return structural;
  }

  /** Whether a text, cut into single bytes, is one that the format allows as a whole. */
  static boolean allows(CompiledFormat format, String text) {
    byte[] bytes = text.getBytes(UTF_8);
    int[] tokens = byteTokens(format.vocabulary());
    FormatConstraint constraint = format.constraint(100_000);
    for (byte b : bytes) {
      try {
        constraint.accept(tokens[b & 0xFF]);
      } catch (IllegalArgumentException e) {
        return false;
      }
    }
    return constraint.mayEnd();
  }

  /** The tokens of one byte each. */
  private static int[] byteTokens(ConstraintVocabulary vocabulary) {
    int[] tokens = new int[256];
    for (int token = 0; token < vocabulary.size(); token++) {
      byte[] bytes = vocabulary.tokenBytes(token);
      if (bytes.length == 1) {
        tokens[bytes[0] & 0xFF] = token;
      }
    }
    return tokens;
  }

  /** The fewest tokens of any text of the format. */
  static int shortest(CompiledFormat format) {
    int shortest = format.constraint(Integer.MAX_VALUE).tokensNeeded();
    assertEquals(shortest, format.constraint(shortest).tokensNeeded());
    return shortest;
  }
}
