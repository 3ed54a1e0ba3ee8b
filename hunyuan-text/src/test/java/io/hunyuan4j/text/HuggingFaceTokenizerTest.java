package io.hunyuan4j.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

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
        Arrays.stream(encode(tokenizer, text)).mapToObj(id -> tokenizer.decode(new int[] {id}, OutputSpecials.SPELLED)).toList());
  }

  private static void assertStartsWith(String start, Throwable error) {
    String message = String.valueOf(error.getMessage());
    assertTrue(message.startsWith(start), message);
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

  /** The official vocabulary as tokenizer.json, on the official results; without it, the bundled one on a few texts. */
  @TestFactory
  Stream<DynamicTest> givesTheOfficialIds() throws IOException {
    if (!Fixtures.haveOfficialFiles()) {
      Tokenizer bundled = Fixtures.bundled();
      Tokenizer json = open(TokenizerJson.of(bundled, TokenizerJson.MergeForm.STRINGS));
      return Stream.of("Once upon a time", "中文 and e\u0301", "it's 42\r\n\r\n  done <|eos|>")
          .map(text -> dynamicTest("bundled: " + text, () -> assertArrayEquals(encode(bundled, text), encode(json, text))));
    }
    Tokenizer official = Tokenizer.fromTiktoken(Fixtures.hunyuan().resolve("large/hy.tiktoken"), SpecialTokens.hunyuanA13b());
    Tokenizer json = open(TokenizerJson.of(official, TokenizerJson.MergeForm.STRINGS));
    List<DynamicTest> tests = new ArrayList<>();
    for (JsonNode line : Fixtures.lines("tokenizer.jsonl")) {
      if (!line.path("tokenizer").asText("a13b").equals("a13b")) {
        continue;
      }
      InputSpecials specials = line.get("special").textValue().equals("none") ? InputSpecials.AS_TEXT : InputSpecials.ALLOWED;
      tests.add(
          dynamicTest(
              line.get("name").textValue(),
              () -> assertArrayEquals(Fixtures.ids(line.get("ids")), json.encode(line.get("text").textValue(), specials))));
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
    assertArrayEquals(new int[] {'<', 'a', '>', 301}, tokenizer.encode("<a><a>b", InputSpecials.AS_TEXT));
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
    ObjectNode byteLevel = root.putObject("pre_tokenizer").put("type", "ByteLevel").put("add_prefix_space", false);
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
        List.of("Hello", ",", " world", "   ", "中文かな", "123", "4", "\n\n", "한", "😀😀.", "e\u0301a", "  ", " b", "(x", "))\n"),
        pieces(root, "Hello, world   中文かな1234\n\n한😀😀.e\u0301a   b(x))\n"));
  }

  private List<String> pieces(ObjectNode root, String text) {
    PreTokenizer preTokenizer = HuggingFaceText.preTokenizer(cursor(root.get("pre_tokenizer")));
    List<String> pieces = new ArrayList<>();
    preTokenizer.cut(text, 0, text.length(), (piece, from, to) -> pieces.add(piece.substring(from, to)));
    assertEquals(text, String.join("", pieces));
    return pieces;
  }

  private JsonCursor cursor(JsonNode node) {
    return new JsonCursor(folder, JsonPointer.empty(), node);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+",
        "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
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

  /** A change to a sound file, and the error it must give. */
  private record Refusal(String message, Consumer<ObjectNode> change) {}

  private static ObjectNode at(ObjectNode root, String pointer) {
    return (ObjectNode) root.at(pointer);
  }

  @TestFactory
  Stream<DynamicTest> refusesWhatItDoesNotDo() {
    return Stream.of(
            new Refusal(": /model/type: expected \"BPE\", found \"Unigram\"", root -> at(root, "/model").put("type", "Unigram")),
            new Refusal(": /model/dropout: expected nothing (it is not supported), found \"0.1\"", root -> at(root, "/model").put("dropout", 0.1)),
            new Refusal(": /model/byte_fallback: expected nothing (it is not supported), found \"true\"", root -> at(root, "/model").put("byte_fallback", true)),
            new Refusal(": /model/continuing_subword_prefix: expected nothing (it is not supported), found \"##\"", root -> at(root, "/model").put("continuing_subword_prefix", "##")),
            new Refusal(": /model/vocab: expected an object, found nothing", root -> at(root, "/model").remove("vocab")),
            new Refusal(": /model/vocab: expected an object, found an array", root -> at(root, "/model").putArray("vocab")),
            new Refusal(": /model/vocab: the token \"z\" is not in the vocabulary", root -> at(root, "/model/vocab").remove("z")),
            new Refusal(": /model/vocab/x: id 97 belongs to another token already", root -> at(root, "/model/vocab").put("x", 97)),
            new Refusal(": /model/vocab/: a token has at least one character", root -> at(root, "/model/vocab").put("", 500)),
            new Refusal(": /model/vocab/zz: expected a whole number from 0 to 1048575, found \"2147483647\"", root -> at(root, "/model/vocab").put("zz", Integer.MAX_VALUE)),
            new Refusal(": /model/vocab/zz: expected a whole number from 0 to 1048575, found \"-1\"", root -> at(root, "/model/vocab").put("zz", -1)),
            new Refusal(": /model/vocab/zz: expected a whole number from 0 to 1048575, found \"1.5\"", root -> at(root, "/model/vocab").put("zz", 1.5)),
            new Refusal(": /model/merges/0: expected two tokens, found \"a\"", root -> at(root, "/model").putArray("merges").add("a")),
            new Refusal(": /model/merges/0: expected two tokens, found an array", root -> at(root, "/model").putArray("merges").addArray().add("a").add("b").add("c")),
            new Refusal(": /model/merges/0: expected a string, found \"7\"", root -> at(root, "/model").putArray("merges").add(7)),
            new Refusal(": /model/merges/0: the token \"q\u0142\" is not in the vocabulary", root -> at(root, "/model").putArray("merges").add("q \u0142")),
            new Refusal(": /model/merges: expected an array, found nothing", root -> at(root, "/model").remove("merges")),
            new Refusal(": /model/surprise: this key is not known, only type, dropout, unk_token, continuing_subword_prefix, end_of_word_suffix, fuse_unk, byte_fallback, ignore_merges, vocab, merges are", root -> at(root, "/model").put("surprise", 1)),
            new Refusal(": /normalizer/type: expected NFC or Sequence, found \"NFKC\"", root -> at(root, "/normalizer").put("type", "NFKC")),
            new Refusal(": /normalizer/strip: this key is not known, only type are", root -> at(root, "/normalizer").put("strip", 1)),
            new Refusal(": /pre_tokenizer: expected ByteLevel, or a Sequence with it, found \"null\"", root -> root.putNull("pre_tokenizer")),
            new Refusal(": /pre_tokenizer: expected ByteLevel, or a Sequence with it, found an object", root -> ((ArrayNode) root.at("/pre_tokenizer/pretokenizers")).remove(1)),
            new Refusal(": /pre_tokenizer/pretokenizers/2/type: nothing may follow ByteLevel", root -> ((ArrayNode) root.at("/pre_tokenizer/pretokenizers")).addObject().put("type", "ByteLevel")),
            new Refusal(": /pre_tokenizer/pretokenizers/0/type: expected Sequence, Split or ByteLevel, found \"Metaspace\"", root -> at(root, "/pre_tokenizer/pretokenizers/0").put("type", "Metaspace")),
            new Refusal(": /pre_tokenizer/pretokenizers/0/behavior: expected Isolated, found \"Removed\"", root -> at(root, "/pre_tokenizer/pretokenizers/0").put("behavior", "Removed")),
            new Refusal(": /pre_tokenizer/pretokenizers/0/invert: expected nothing (it is not supported), found \"true\"", root -> at(root, "/pre_tokenizer/pretokenizers/0").put("invert", true)),
            new Refusal(": /pre_tokenizer/pretokenizers/0/pattern/String: this key is not known, only Regex are", root -> at(root, "/pre_tokenizer/pretokenizers/0/pattern").put("String", " ")),
            new Refusal(": /decoder: expected ByteLevel, or a Sequence with it, found \"null\"", root -> root.putNull("decoder")),
            new Refusal(": /decoder/type: expected ByteLevel, Fuse or Sequence, found \"Metaspace\"", root -> at(root, "/decoder").put("type", "Metaspace")),
            new Refusal(": /post_processor/type: expected ByteLevel, TemplateProcessing or Sequence, found \"BertProcessing\"", root -> at(root, "/post_processor").put("type", "BertProcessing")),
            new Refusal(": /added_tokens/0/lstrip: expected nothing (it is not supported), found \"true\"", root -> TokenizerJson.addToken(root, 300, "<a>").put("lstrip", true)),
            new Refusal(": /added_tokens/0/rstrip: expected nothing (it is not supported), found \"true\"", root -> TokenizerJson.addToken(root, 300, "<a>").put("rstrip", true)),
            new Refusal(": /added_tokens/0/single_word: expected nothing (it is not supported), found \"true\"", root -> TokenizerJson.addToken(root, 300, "<a>").put("single_word", true)),
            new Refusal(": /added_tokens/0/id: id 97 of \"<a>\" belongs to another token, or the token has another id", root -> TokenizerJson.addToken(root, 97, "<a>")),
            new Refusal(": /added_tokens/0/id: id 300 of \"a\" belongs to another token, or the token has another id", root -> TokenizerJson.addToken(root, 300, "a")),
            new Refusal(": /added_tokens/0/content: expected 1 to 1024 chars, found \"\"", root -> TokenizerJson.addToken(root, 300, "")),
            new Refusal(": /surprise: this key is not known, only version, truncation, padding, added_tokens, normalizer, pre_tokenizer, post_processor, decoder, model are", root -> root.put("surprise", 1)))
        .map(
            refusal ->
                dynamicTest(
                    refusal.message(),
                    () -> {
                      ObjectNode root = TokenizerJson.small("a b");
                      refusal.change().accept(root);
                      var error = assertThrows(VocabularyFormatException.class, () -> open(root));
                      assertEquals(folder.resolve("tokenizer.json") + refusal.message(), error.getMessage());
                    }));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "(?:ab)+", "(a|b)*", "(a){2}", "\\w+", "\\bx", "^a", "a$", "[[:alpha:]]", "[a&&b]", "(?<=a)b", "(?<n>a)", "(a)\\1", "(?m:a)", "a{2}+", "a{,3}", "a{2,}", "a{1,1001}",
        "\\p{Han}", "\\p{IsHan}", "\\h", "a**", "(a", "a)", "[a", "\\", "a*", "", "|a", "(?=a)?", "\\p{L", "[]"
      })
  void refusesPatternsThatMeanSomethingElseInJava(String pattern) {
    ObjectNode root = TokenizerJson.small();
    TokenizerJson.setPatterns(root, List.of(pattern));
    var error = assertThrows(VocabularyFormatException.class, () -> open(root));
    assertStartsWith(folder.resolve("tokenizer.json") + ": /pre_tokenizer/pretokenizers/0/pattern/Regex: ", error);
  }

  @Test
  void stopsAPatternThatBacktracksTooMuch() throws IOException {
    ObjectNode root = TokenizerJson.small();
    TokenizerJson.setPatterns(root, List.of("a*a*a*a*a*b"));
    Tokenizer tokenizer = open(root);
    assertArrayEquals(new int[] {'a', 'a', 'b'}, encode(tokenizer, "aab"));
    var error = assertThrows(VocabularyFormatException.class, () -> encode(tokenizer, "a".repeat(100_000)));
    assertEquals(
        folder.resolve("tokenizer.json")
            + ": /pre_tokenizer/pretokenizers/0/pattern/Regex: the pattern looks at a text of 100000 chars more than 500 times",
        error.getMessage());
  }

  @Test
  void namesTheLineOfWhatIsNotJson() throws IOException {
    Path file = folder.resolve("tokenizer.json");
    ObjectMapper mapper = new ObjectMapper();
    String sound = mapper.writeValueAsString(TokenizerJson.small());
    for (String broken : List.of("", "{\n\"model\": }", "[]", "null", "7", sound + "x", "[".repeat(100_000), sound.replace("\"a\":97", "\"a\":97,\"a\":97"))) {
      Files.writeString(file, broken);
      var error = assertThrows(VocabularyFormatException.class, () -> Tokenizer.fromTokenizerJson(file));
      assertStartsWith(file + ": ", error);
    }
    Files.writeString(file, "{\n\"model\": }");
    var error = assertThrows(VocabularyFormatException.class, () -> Tokenizer.fromTokenizerJson(file));
    assertStartsWith(file + ": line 2: expected JSON, but: ", error);
  }

  @Test
  void readsOrRefusesAFileWithAnyByteChanged() throws IOException {
    Path file = folder.resolve("tokenizer.json");
    byte[] sound = new ObjectMapper().writeValueAsBytes(TokenizerJson.small("a b", "ab c"));
    Random random = Fixtures.random("HuggingFaceTokenizerTest.bytes", 1234);
    int refused = 0;
    for (int i = 0; i < 1_500; i++) {
      byte[] changed = sound.clone();
      for (int n = random.nextInt(3); n >= 0; n--) {
        changed[random.nextInt(changed.length)] = (byte) (random.nextBoolean() ? random.nextInt(256) : "{}[]\",:0 \\".charAt(random.nextInt(10)));
      }
      Files.write(file, changed);
      try {
        Tokenizer tokenizer = Tokenizer.fromTokenizerJson(file);
        int[] ids = encode(tokenizer, "abc");
        assertTrue(ids.length > 0 && IntStream.of(ids).allMatch(id -> id < tokenizer.vocabularySize()));
      } catch (VocabularyFormatException e) {
        assertStartsWith(file + ": ", e);
        refused++;
      }
    }
    assertTrue(refused > 500, "only " + refused + " were refused");
  }
}
