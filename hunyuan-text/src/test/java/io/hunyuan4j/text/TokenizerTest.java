package io.hunyuan4j.text;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The rules of encoding and decoding, on the vocabulary of the bundled model. */
class TokenizerTest {
  private static final int ORDINARY = 3887;
  private final Tokenizer tokenizer;

  TokenizerTest() throws IOException {
    tokenizer = Fixtures.bundled();
  }

  private int[] encode(String text) {
    return tokenizer.encode(text, InputSpecials.ALLOWED);
  }

  private String decode(int... ids) {
    return tokenizer.decode(ids, OutputSpecials.SPELLED);
  }

  /** The text of each token. */
  private List<String> tokens(String text) {
    return Arrays.stream(encode(text)).mapToObj(this::decode).toList();
  }

  @Test
  void knowsItsSpecialTokens() {
    assertEquals(4096, tokenizer.vocabularySize());
    assertEquals(OptionalInt.of(3887), tokenizer.specialId("<|endoftext|>"));
    assertEquals(OptionalInt.of(3888), tokenizer.specialId("<|startoftext|>"));
    assertEquals(OptionalInt.of(3889), tokenizer.specialId("<|bos|>"));
    assertEquals(OptionalInt.of(3890), tokenizer.specialId("<|eos|>"));
    assertEquals(OptionalInt.of(3891), tokenizer.specialId("<|pad|>"));
    assertEquals(OptionalInt.of(3892), tokenizer.specialId("<|extra_0|>"));
    assertEquals(OptionalInt.of(4095), tokenizer.specialId("<|extra_203|>"));
    assertEquals(OptionalInt.empty(), tokenizer.specialId("<|extra_204|>"));
    assertEquals(OptionalInt.empty(), tokenizer.specialId("the"));
    assertFalse(tokenizer.isSpecial(ORDINARY - 1));
    assertTrue(tokenizer.isSpecial(ORDINARY));
    assertFalse(tokenizer.isSpecial(4096));
    assertFalse(tokenizer.isSpecial(-1));
    assertArrayEquals("<|eos|>".getBytes(UTF_8), tokenizer.tokenBytes(3890));
  }

  @Test
  void findsSpecialTokensOnlyWhereTheyAreAllowed() {
    assertArrayEquals(
        new int[] {3888, encode("Once")[0], 3890}, encode("<|startoftext|>Once<|eos|>"));
    int[] asText = tokenizer.encode("<|eos|>", InputSpecials.AS_TEXT);
    assertTrue(Arrays.stream(asText).noneMatch(tokenizer::isSpecial));
    assertEquals("<|eos|>", decode(asText));
    assertArrayEquals(
        encode("<|extra_204|>"), tokenizer.encode("<|extra_204|>", InputSpecials.AS_TEXT));
    int[] around = encode("<|<|eos|>|>");
    assertEquals(1, Arrays.stream(around).filter(id -> id == 3890).count());
    assertEquals("<||>", tokenizer.decode(around, OutputSpecials.SKIPPED));
  }

  @Test
  void cutsTextBeforeASpecialTokenAsIfItEndedThere() {
    assertArrayEquals(encode("a  "), Arrays.copyOf(encode("a  <|eos|>b"), encode("a  ").length));
  }

  @Test
  void normalisesBeforeItLooksForSpecialTokens() {
    assertArrayEquals(encode("é"), encode("e\u0301"));
    assertEquals("é", decode(encode("e\u0301")));
    assertTrue(Arrays.stream(encode("<|eos|>\u0338")).noneMatch(tokenizer::isSpecial));
    assertEquals("ﬁ①Ａ", decode(encode("ﬁ①Ａ")));
    assertEquals("K", decode(encode("\u212a")));
  }

  @Test
  void countsALoneSurrogateAsTheReplacementCharacter() {
    assertArrayEquals(encode("a\ufffdb\ufffd"), encode("a\ud800b\udc00"));
    assertArrayEquals(encode("\ufffd😀"), encode("\ud83d\ud83d\ude00"));
  }

  @Test
  void keepsContractionsDigitsAndWhitespaceApart() {
    assertEquals(List.of("it", "'s"), tokens("it's"));
    assertEquals(List.of("1", "2", "3"), tokens("123"));
    assertEquals(
        List.of("a", "\n\n", " ", " b"),
        tokens("a\n\n  b").stream().filter(t -> !t.isEmpty()).toList());
  }

  @Test
  void takesAPieceThatIsATokenWhole() {
    // Every ordinary token that is UTF-8 text of one piece, also those that merging would not
    // reach.
    int whole = 0;
    for (int id = 0; id < ORDINARY; id++) {
      String text = new String(tokenizer.tokenBytes(id), UTF_8);
      List<String> pieces = new ArrayList<>();
      new WordScanner(1)
          .cut(text, 0, text.length(), (piece, from, to) -> pieces.add(piece.substring(from, to)));
      if (!text.contains("\ufffd")
          && Normalizer.isNormalized(text, Normalizer.Form.NFC)
          && pieces.size() == 1) {
        assertArrayEquals(new int[] {id}, encode(text), text);
        whole++;
      }
    }
    assertTrue(whole > 3_500, "only " + whole + " tokens were tried");
  }

  @Test
  void mergesTheLowestRankFirst() {
    Random random = Fixtures.random("TokenizerTest.merge", 96);
    for (int i = 0; i < 2_000; i++) {
      // Letters in one piece, around and beyond the length where merging goes over to a queue.
      StringBuilder word = new StringBuilder();
      int length = 1 + random.nextInt(i % 10 == 0 ? 300 : 110);
      while (word.length() < length) {
        word.append(
            random.nextInt(9) == 0
                ? "中é한".charAt(random.nextInt(3))
                : "theandiougrstl".charAt(random.nextInt(14)));
      }
      assertArrayEquals(mergedSlowly(word.toString()), encode(word.toString()), word.toString());
    }
  }

  /** Byte pair merging as its definition says it, on byte strings. */
  private int[] mergedSlowly(String word) {
    Map<String, Integer> ranks = new HashMap<>();
    for (int id = 0; id < ORDINARY; id++) {
      ranks.put(new String(tokenizer.tokenBytes(id), ISO_8859_1), id);
    }
    String latin = new String(word.getBytes(UTF_8), ISO_8859_1);
    if (ranks.containsKey(latin)) {
      return new int[] {ranks.get(latin)};
    }
    List<String> parts = new ArrayList<>(latin.chars().mapToObj(Character::toString).toList());
    while (true) {
      int best = -1;
      int lowest = Integer.MAX_VALUE;
      for (int i = 0; i + 1 < parts.size(); i++) {
        int rank = ranks.getOrDefault(parts.get(i) + parts.get(i + 1), Integer.MAX_VALUE);
        if (rank < lowest) {
          lowest = rank;
          best = i;
        }
      }
      if (best < 0) {
        return parts.stream().mapToInt(ranks::get).toArray();
      }
      parts.set(best, parts.get(best) + parts.remove(best + 1));
    }
  }

  @Test
  void givesBackTheNormalisedText() {
    Random random = Fixtures.random("TokenizerTest.roundTrip", 4096);
    for (int i = 0; i < 5_000; i++) {
      String text = Fixtures.randomText(random, 12);
      String normal =
          Normalizer.normalize(new String(text.getBytes(UTF_16BE), UTF_16BE), Normalizer.Form.NFC);
      for (InputSpecials specials : InputSpecials.values()) {
        int[] ids = tokenizer.encode(text, specials);
        assertEquals(normal, decode(ids));
        StringBuilder pieces = new StringBuilder();
        TokenStream stream = tokenizer.stream(OutputSpecials.SPELLED);
        Arrays.stream(ids).forEach(id -> pieces.append(stream.append(id)));
        assertEquals(normal, pieces.append(stream.finish()).toString());
      }
    }
  }

  @Test
  void skipsSpecialAndUnknownIdsBeforeItJoinsBytes() {
    // In this vocabulary the ids of bytes are their values.
    assertArrayEquals(new byte[] {(byte) 0xE4}, tokenizer.tokenBytes(0xE4));
    assertEquals(
        "你", tokenizer.decode(new int[] {0xE4, 3890, 0xBD, 4096, 0xA0}, OutputSpecials.SKIPPED));
    assertEquals(
        "\ufffda", tokenizer.decode(new int[] {0xE4, 3890, 5000, 'a'}, OutputSpecials.SKIPPED));
    assertEquals("\ufffd<|eos|>", decode(0xE4, 3890));
  }

  @Test
  void namesAnIdThatItDoesNotKnow() {
    for (int id : new int[] {4096, Integer.MAX_VALUE, -1, Integer.MIN_VALUE}) {
      var error = assertThrows(IllegalArgumentException.class, () -> decode(id));
      assertEquals("token id " + id + " is not in the vocabulary of 4096 ids", error.getMessage());
      assertThrows(IllegalArgumentException.class, () -> tokenizer.tokenBytes(id));
      assertThrows(
          IllegalArgumentException.class,
          () -> tokenizer.stream(OutputSpecials.SPELLED).append(id));
    }
    assertThrows(
        IllegalArgumentException.class,
        () -> tokenizer.decode(new int[] {-1}, OutputSpecials.SKIPPED));
    assertEquals("", tokenizer.decode(new int[] {4096}, OutputSpecials.SKIPPED));
  }

  /**
   * Malformed UTF-8 in any bytes, against the JDK's decoder where that follows the same rule, and
   * in any slices.
   */
  @Test
  void decodesAnyBytesTheSameInAnySlices() {
    Random random = Fixtures.random("TokenizerTest.bytes", 8);
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = new byte[random.nextInt(12)];
      random.nextBytes(bytes);
      for (int j = 0; j < bytes.length; j++) {
        bytes[j] =
            random.nextInt(3) == 0
                ? bytes[j]
                : (byte)
                    "\u00e4\u00bd\u00a0\u00f0\u009f\u0098\u0080\u00e0\u00c2\u00f4\u008f"
                        .charAt(random.nextInt(11));
        bytes[j] =
            bytes[j] == (byte) 0xED
                ? (byte) 0xEC
                : bytes[j]; // encoded surrogates are where the JDK differs
      }
      int[] ids = IntStream.range(0, bytes.length).map(j -> bytes[j] & 0xFF).toArray();
      assertEquals(new String(bytes, UTF_8), decode(ids), () -> Arrays.toString(bytes));
      TokenStream stream = tokenizer.stream(OutputSpecials.SPELLED);
      StringBuilder pieces = new StringBuilder();
      for (int id : ids) {
        pieces.append(stream.append(id));
      }
      assertEquals(decode(ids), pieces.append(stream.finish()).toString());
    }
    assertEquals("\ufffd\ufffd\ufffd", decode(0xED, 0xA0, 0x80));
    assertEquals("\ufffd", decode(0xE4, 0xBD));
  }

  @Test
  void streamsACharacterWithItsLastByte() {
    TokenStream stream = tokenizer.stream(OutputSpecials.SPELLED);
    List<String> pieces =
        IntStream.of(0xF0, 0x9F, 0x98, 0x80, 'a', 0xE4, 0xBD, 'b', 0xFF, 0xE4)
            .mapToObj(stream::append)
            .toList();
    assertEquals(List.of("", "", "", "😀", "a", "", "", "\ufffdb", "\ufffd", ""), pieces);
    assertEquals("\ufffd", stream.finish());
    assertEquals("", stream.finish());
    assertEquals("z", stream.append('z'));
  }

  @Test
  void servesManyThreads() throws Exception {
    Random random = Fixtures.random("TokenizerTest.threads", 2);
    List<String> texts = Stream.generate(() -> Fixtures.randomText(random, 200)).limit(50).toList();
    List<int[]> alone = texts.stream().map(this::encode).toList();
    try (var threads = Executors.newFixedThreadPool(4)) {
      List<Callable<List<int[]>>> tasks = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        tasks.add(() -> texts.stream().map(this::encode).toList());
      }
      for (var result : threads.invokeAll(tasks)) {
        for (int i = 0; i < alone.size(); i++) {
          assertArrayEquals(alone.get(i), result.get().get(i));
        }
      }
    }
  }

  @TestFactory
  Stream<DynamicTest> everySpecialTokenIsItself() {
    return IntStream.range(ORDINARY, tokenizer.vocabularySize())
        .mapToObj(
            id -> {
              String spelling = decode(id);
              return dynamicTest(
                  spelling, () -> assertArrayEquals(new int[] {id}, encode(spelling)));
            });
  }
}
