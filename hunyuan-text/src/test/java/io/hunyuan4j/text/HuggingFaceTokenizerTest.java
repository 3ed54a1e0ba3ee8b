package io.hunyuan4j.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A tokenizer.json gives the ids of the tiktoken form, and of files written by hand those worked
 * out by hand.
 */
class HuggingFaceTokenizerTest {
  @TempDir Path folder;

  private Tokenizer open(ObjectNode root) throws IOException {
    return TokenizerJson.open(root, folder);
  }

  private static int[] encode(Tokenizer tokenizer, String text) {
    return tokenizer.encode(text, InputSpecials.ALLOWED);
  }

  private static void assertTokens(Tokenizer tokenizer, String text, String... expected) {
    assertEquals(
        List.of(expected),
        Arrays.stream(encode(tokenizer, text))
            .mapToObj(id -> tokenizer.decode(new int[] {id}, OutputSpecials.SPELLED))
            .toList());
  }

  @ParameterizedTest
  @EnumSource
  void givesTheIdsOfTheTiktokenForm(TokenizerJson.MergeForm form) throws IOException {
    Tokenizer tiktoken = Fixtures.bundled();
    Tokenizer json = open(TokenizerJson.of(tiktoken, form));
    assertEquals(tiktoken.vocabularySize(), json.vocabularySize());
    Random random = Fixtures.random("HuggingFaceTokenizerTest." + form, 77);
    for (int i = 0; i < 3_000; i++) {
      String text = Fixtures.randomText(random, 15);
      for (InputSpecials specials : InputSpecials.values()) {
        int[] ids = tiktoken.encode(text, specials);
        assertArrayEquals(ids, json.encode(text, specials), text);
        for (OutputSpecials output : OutputSpecials.values()) {
          assertEquals(tiktoken.decode(ids, output), json.decode(ids, output));
        }
      }
    }
    for (int id = 0; id < json.vocabularySize(); id++) {
      assertArrayEquals(tiktoken.tokenBytes(id), json.tokenBytes(id));
      assertEquals(tiktoken.isSpecial(id), json.isSpecial(id));
    }
  }

  /**
   * The official vocabulary as tokenizer.json, on the official results; without it, the bundled one
   * on a few texts.
   */
  @TestFactory
  Stream<DynamicTest> givesTheOfficialIds() throws IOException {
    if (!Fixtures.haveOfficialFiles()) {
      Tokenizer bundled = Fixtures.bundled();
      Tokenizer json = open(TokenizerJson.of(bundled, TokenizerJson.MergeForm.STRINGS));
      return Stream.of("Once upon a time", "中文 and e\u0301", "it's 42\r\n\r\n  done <|eos|>")
          .map(
              text ->
                  dynamicTest(
                      "bundled: " + text,
                      () -> assertArrayEquals(encode(bundled, text), encode(json, text))));
    }
    Tokenizer official =
        Tokenizer.fromTiktoken(
            Fixtures.hunyuan().resolve("large/hy.tiktoken"), SpecialTokens.hunyuanA13b());
    Tokenizer json = open(TokenizerJson.of(official, TokenizerJson.MergeForm.STRINGS));
    List<DynamicTest> tests = new ArrayList<>();
    for (JsonNode line : Fixtures.lines("tokenizer.jsonl")) {
      if (!line.path("tokenizer").asText("a13b").equals("a13b")) {
        continue;
      }
      InputSpecials specials =
          line.get("special").textValue().equals("none")
              ? InputSpecials.AS_TEXT
              : InputSpecials.ALLOWED;
      tests.add(
          dynamicTest(
              line.get("name").textValue(),
              () ->
                  assertArrayEquals(
                      Fixtures.ids(line.get("ids")),
                      json.encode(line.get("text").textValue(), specials))));
    }
    return tests.stream();
  }

  @Test
  void mergesInTheOrderOfTheList() throws IOException {
    Tokenizer tokenizer = open(TokenizerJson.small("b c", "a b", "a bc", "Ġ a"));
    assertArrayEquals(new int[] {258}, encode(tokenizer, "abc"));
    assertArrayEquals(new int[] {257, 257}, encode(tokenizer, "abab"));
    assertArrayEquals(new int[] {257, 258}, encode(tokenizer, "ababc"));
    assertArrayEquals(new int[] {' ', 258}, encode(tokenizer, " abc"));
  }

  @Test
  void takesWholePiecesOnlyWhereMergesAreIgnored() throws IOException {
    ObjectNode root = TokenizerJson.small("a b");
    ((ObjectNode) root.at("/model/vocab")).put("abc", 257);
    assertArrayEquals(new int[] {257}, encode(open(root), "abc"));
    ((ObjectNode) root.get("model")).put("ignore_merges", false);
    assertArrayEquals(new int[] {256, 'c'}, encode(open(root), "abc"));
    ((ObjectNode) root.get("model")).remove("ignore_merges");
    assertArrayEquals(new int[] {256, 'c'}, encode(open(root), "abc"));
  }

  @Test
  void findsAddedTokensWhereTheyAreLookedFor() throws IOException {
    ObjectNode root = TokenizerJson.small();
    TokenizerJson.addToken(root, 300, "<a>");
    TokenizerJson.addToken(root, 301, "<a>b").put("special", false);
    TokenizerJson.addToken(root, 302, "e\u0301").put("normalized", false);
    TokenizerJson.addToken(root, 303, "o\u0301");
    Tokenizer tokenizer = open(root);
    assertEquals(304, tokenizer.vocabularySize());
    assertArrayEquals(new int[] {300, 301, '<', 'a'}, encode(tokenizer, "<a><a>b<a"));
    assertArrayEquals(
        new int[] {'<', 'a', '>', 301}, tokenizer.encode("<a><a>b", InputSpecials.AS_TEXT));
    // Not normalised: only the spelling as it came. Normalised: any that is equivalent.
    assertArrayEquals(new int[] {302, 0xC3, 0xA9, 303, 303}, encode(tokenizer, "e\u0301éo\u0301ó"));
    assertEquals("<a>b", tokenizer.decode(new int[] {300, 301}, OutputSpecials.SKIPPED));
    assertTrue(tokenizer.isSpecial(300));
    assertFalse(tokenizer.isSpecial(301));
    assertTrue(tokenizer.specialId("<a>b").isEmpty());
    // An id between that nobody has.
    assertThrows(IllegalArgumentException.class, () -> tokenizer.tokenBytes(299));
    assertEquals("", tokenizer.decode(new int[] {299}, OutputSpecials.SKIPPED));
  }

  @Test
  void normalisesOnlyWhereTheFileSaysSo() throws IOException {
    ObjectNode root = TokenizerJson.small();
    assertArrayEquals(new int[] {0xC3, 0xA9}, encode(open(root), "e\u0301"));
    root.putNull("normalizer");
    assertArrayEquals(new int[] {'e', 0xCC, 0x81}, encode(open(root), "e\u0301"));
    root.putObject("normalizer").put("type", "Sequence").putArray("normalizers");
    assertArrayEquals(new int[] {'e', 0xCC, 0x81}, encode(open(root), "e\u0301"));
    ((ArrayNode) root.at("/normalizer/normalizers")).addObject().put("type", "NFC");
    assertArrayEquals(new int[] {0xC3, 0xA9}, encode(open(root), "e\u0301"));
  }

  @Test
  void cutsByGpt2sPatternAndPutsASpaceInFront() throws IOException {
    ObjectNode root = TokenizerJson.small("Ġ a", "1 2", "Ġ 1", "a '", "' s");
    ObjectNode byteLevel =
        root.putObject("pre_tokenizer").put("type", "ByteLevel").put("add_prefix_space", false);
    assertTokens(open(root), "a a12 12'sa'", "a", " a", "12", " ", "12", "'s", "a", "'");
    byteLevel.put("add_prefix_space", true);
    assertTokens(open(root), "a a", " a", " a");
    assertTokens(open(root), " a", " a");
    assertTokens(open(root), "");
    byteLevel.put("use_regex", false);
    assertTokens(open(root), "a'", " a", "'");
  }

  @Test
  void cutsByThePatternsOfHunyuansDenseModels() throws IOException {
    ObjectNode root = TokenizerJson.small();
    TokenizerJson.setPatterns(root, TokenizerJson.DENSE_PATTERNS);
    ((ArrayNode) root.get("added_tokens")).removeAll();
    assertEquals(
        List.of(
            "Hello",
            ",",
            " world",
            "   ",
            "中文かな",
            "123",
            "4",
            "\n\n",
            "한",
            "😀😀.",
            "e\u0301a",
            "  ",
            " b",
            "(x",
            "))\n"),
        pieces(root, "Hello, world   中文かな1234\n\n한😀😀.e\u0301a   b(x))\n"));
  }

  private List<String> pieces(ObjectNode root, String text) {
    PreTokenizer preTokenizer = HuggingFaceText.preTokenizer(cursor(root.get("pre_tokenizer")));
    List<String> pieces = new ArrayList<>();
    preTokenizer.cut(
        text, 0, text.length(), (piece, from, to) -> pieces.add(piece.substring(from, to)));
    assertEquals(text, String.join("", pieces));
    return pieces;
  }

  private JsonCursor cursor(JsonNode node) {
    return new JsonCursor(folder, JsonPointer.empty(), node);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'(?i:[sdmt]|ll|ve|re)|[^\\r"
            + "\\n"
            + "\\p{L}\\p{N}]?+\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]++[\\r"
            + "\\n"
            + "]*|\\s*[\\r"
            + "\\n"
            + "]|\\s+(?!\\S)|\\s+",
        "[^\\r"
            + "\\n"
            + "\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\\r"
            + "\\n"
            + "\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\\p{N}{1,3}|"
            + " ?[^\\s\\p{L}\\p{N}]+[\\r"
            + "\\n"
            + "/]*|\\s*[\\r"
            + "\\n"
            + "]+|\\s+(?!\\S)|\\s+",
        "[^\\p{So}]"
      })
  void losesNothingByKnownPatterns(String pattern) {
    ObjectNode root = TokenizerJson.skeleton();
    TokenizerJson.setPatterns(root, List.of(pattern));
    Random random = Fixtures.random("HuggingFaceTokenizerTest.patterns", 5);
    for (int i = 0; i < 500; i++) {
      String text = Fixtures.randomText(random, 12).replaceAll("\\p{Cs}", "");
      for (String piece : pieces(root, text)) {
        assertFalse(piece.isEmpty());
        assertFalse(Character.isLowSurrogate(piece.charAt(0)), "a character was cut");
      }
    }
  }
}
