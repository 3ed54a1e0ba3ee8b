package io.hunyuan4j.text;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The ordinary tokens of a {@code hy.tiktoken}: one a line, {@code base64 number}.
 *
 * <p>A token's id is its rank, and its rank is its place among the distinct tokens, from 0. The
 * number must be one but is otherwise ignored, and a repeated token is skipped without using up a
 * rank: so does {@code tokenization_hy.py} of A13B. All 256 single bytes must be tokens. Empty
 * lines are skipped.
 */
final class TiktokenVocabulary {
  /**
   * Finding the merges takes the square of a token's length; the longest known token has 128 bytes.
   */
  private static final int MAX_TOKEN_BYTES = 4096;

  private final Path file;
  private final List<byte[]> tokens = new ArrayList<>();
  private final Set<String> seen = new HashSet<>(); // the tokens' bytes as Latin-1, a byte each
  private final int[] single = new int[256];

  private TiktokenVocabulary(Path file) {
    this.file = file;
    Arrays.fill(single, TokenTable.ABSENT);
  }

  /** The tokens of {@code file}. */
  static TiktokenVocabulary read(Path file) throws IOException {
    TiktokenVocabulary vocabulary = new TiktokenVocabulary(file);
    String content = VocabularyFile.latin1(file);
    int line = 1;
    for (int start = 0; start < content.length(); line++) {
      int feed = content.indexOf('\n', start);
      int end = feed < 0 ? content.length() : feed;
      vocabulary.addLine(content.substring(start, end).strip(), line);
      start = end + 1;
    }
    vocabulary.requireSingleBytes();
    return vocabulary;
  }

  private void addLine(String line, int number) {
    if (line.isEmpty()) {
      return;
    }
    int gap = 0;
    while (gap < line.length() && !Character.isWhitespace(line.charAt(gap))) {
      gap++;
    }
    String rank = line.substring(gap).strip();
    if (rank.isEmpty() || !rank.chars().allMatch(c -> c >= '0' && c <= '9')) {
      throw broken(
          number,
          "expected a token in base64 and a number, found "
              + VocabularyFormatException.quoted(line));
    }
    byte[] token = decode(line.substring(0, gap), number);
    if (!seen.add(new String(token, ISO_8859_1))) {
      return;
    }
    if (tokens.size() == TokenTable.MAX_TOKENS) {
      throw broken(number, "found more than " + TokenTable.MAX_TOKENS + " tokens");
    }
    if (token.length == 1) {
      single[token[0] & 0xFF] = tokens.size();
    }
    tokens.add(token);
  }

  private byte[] decode(String base64, int line) {
    byte[] token;
    try {
      token = Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      token = new byte[0];
    }
    // Java's decoder takes base64 without its padding; Python's, which defines the format, does
    // not.
    if (token.length == 0 || base64.length() % 4 != 0) {
      throw broken(
          line, "expected a token in base64, found " + VocabularyFormatException.quoted(base64));
    }
    if (token.length > MAX_TOKEN_BYTES) {
      throw broken(
          line, "expected at most " + MAX_TOKEN_BYTES + " bytes in a token, found " + token.length);
    }
    return token;
  }

  private void requireSingleBytes() {
    for (int value = 0; value < single.length; value++) {
      if (single[value] == TokenTable.ABSENT) {
        throw new VocabularyFormatException(
            file,
            "",
            "expected all 256 single bytes among the "
                + tokens.size()
                + " tokens, but there is no 0x%02X".formatted(value));
      }
    }
  }

  private VocabularyFormatException broken(int line, String problem) {
    return new VocabularyFormatException(file, "line " + line, problem);
  }

  /** How many ordinary tokens there are; the special ones follow. */
  int size() {
    return tokens.size();
  }

  /** A tokenizer with these tokens and, after them, {@code specials}. */
  Tokenizer tokenizer(SpecialTokens specials) {
    int ordinary = tokens.size();
    List<String> spellings = specials.spellings();
    if (spellings.size() > TokenTable.MAX_TOKENS - ordinary) {
      throw new VocabularyFormatException(
          file,
          "",
          ordinary
              + " tokens and "
              + spellings.size()
              + " special tokens are more than "
              + TokenTable.MAX_TOKENS);
    }
    byte[][] bytes = tokens.toArray(new byte[ordinary + spellings.size()][]);
    List<AddedToken> added = new ArrayList<>();
    for (int i = 0; i < spellings.size(); i++) {
      AddedToken token =
          new AddedToken(
              ordinary + i, spellings.get(i), AddedToken.Kind.SPECIAL, AddedToken.Stage.NORMALIZED);
      bytes[token.id()] = token.spelling().getBytes(UTF_8);
      added.add(token);
    }
    BitSet found = new BitSet();
    found.set(0, ordinary);
    TokenTable table = new TokenTable(bytes, found);
    return new Tokenizer(
        table,
        Merges.byRankOfResult(table, single, ordinary),
        BytePairEncoder.WholePieces.FIRST,
        Normalization.NFC,
        new WordScanner(1),
        added);
  }
}
