package io.hunyuan4j.text;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What is refused in a tokenizer.json: broken files, and sound ones that ask for what is not done
 * here.
 */
class BrokenTokenizerJsonTest {
  @TempDir Path folder;

  private Tokenizer open(ObjectNode root) throws IOException {
    return TokenizerJson.open(root, folder);
  }

  private static int[] encode(Tokenizer tokenizer, String text) {
    return tokenizer.encode(text, InputSpecials.ALLOWED);
  }

  private static void assertStartsWith(String start, Throwable error) {
    String message = String.valueOf(error.getMessage());
    assertTrue(message.startsWith(start), message);
  }

  /** A change to a sound file, and the error it must give. */
  private record Refusal(String message, Consumer<ObjectNode> change) {}

  private static ObjectNode at(ObjectNode root, String pointer) {
    return (ObjectNode) root.at(pointer);
  }

  @TestFactory
  Stream<DynamicTest> refusesWhatItDoesNotDo() {
    return Stream.of(
            new Refusal(
                ": /model/type: expected \"BPE\", found \"Unigram\"",
                root -> at(root, "/model").put("type", "Unigram")),
            new Refusal(
                ": /model/dropout: expected nothing (it is not supported), found \"0.1\"",
                root -> at(root, "/model").put("dropout", 0.1)),
            new Refusal(
                ": /model/byte_fallback: expected nothing (it is not supported), found \"true\"",
                root -> at(root, "/model").put("byte_fallback", true)),
            new Refusal(
                ": /model/continuing_subword_prefix: expected nothing (it is not supported), found"
                    + " \"##\"",
                root -> at(root, "/model").put("continuing_subword_prefix", "##")),
            new Refusal(
                ": /model/vocab: expected an object, found nothing",
                root -> at(root, "/model").remove("vocab")),
            new Refusal(
                ": /model/vocab: expected an object, found an array",
                root -> at(root, "/model").putArray("vocab")),
            new Refusal(
                ": /model/vocab: the token \"z\" is not in the vocabulary",
                root -> at(root, "/model/vocab").remove("z")),
            new Refusal(
                ": /model/vocab/x: id 97 belongs to another token already",
                root -> at(root, "/model/vocab").put("x", 97)),
            new Refusal(
                ": /model/vocab/: a token has at least one character",
                root -> at(root, "/model/vocab").put("", 500)),
            new Refusal(
                ": /model/vocab/zz: expected a whole number from 0 to 1048575, found"
                    + " \"2147483647\"",
                root -> at(root, "/model/vocab").put("zz", Integer.MAX_VALUE)),
            new Refusal(
                ": /model/vocab/zz: expected a whole number from 0 to 1048575, found \"-1\"",
                root -> at(root, "/model/vocab").put("zz", -1)),
            new Refusal(
                ": /model/vocab/zz: expected a whole number from 0 to 1048575, found \"1.5\"",
                root -> at(root, "/model/vocab").put("zz", 1.5)),
            new Refusal(
                ": /model/merges/0: expected two tokens, found \"a\"",
                root -> at(root, "/model").putArray("merges").add("a")),
            new Refusal(
                ": /model/merges/0: expected two tokens, found an array",
                root ->
                    at(root, "/model").putArray("merges").addArray().add("a").add("b").add("c")),
            new Refusal(
                ": /model/merges/0: expected a string, found \"7\"",
                root -> at(root, "/model").putArray("merges").add(7)),
            new Refusal(
                ": /model/merges/0: the token \"q\u0142\" is not in the vocabulary",
                root -> at(root, "/model").putArray("merges").add("q \u0142")),
            new Refusal(
                ": /model/merges: expected an array, found nothing",
                root -> at(root, "/model").remove("merges")),
            new Refusal(
                ": /model/surprise: this key is not known, only type, dropout, unk_token,"
                    + " continuing_subword_prefix, end_of_word_suffix, fuse_unk, byte_fallback,"
                    + " ignore_merges, vocab, merges are",
                root -> at(root, "/model").put("surprise", 1)),
            new Refusal(
                ": /normalizer/type: expected NFC or Sequence, found \"NFKC\"",
                root -> at(root, "/normalizer").put("type", "NFKC")),
            new Refusal(
                ": /normalizer/strip: this key is not known, only type are",
                root -> at(root, "/normalizer").put("strip", 1)),
            new Refusal(
                ": /pre_tokenizer: expected ByteLevel, or a Sequence with it, found \"null\"",
                root -> root.putNull("pre_tokenizer")),
            new Refusal(
                ": /pre_tokenizer: expected ByteLevel, or a Sequence with it, found an object",
                root -> ((ArrayNode) root.at("/pre_tokenizer/pretokenizers")).remove(1)),
            new Refusal(
                ": /pre_tokenizer/pretokenizers/2/type: nothing may follow ByteLevel",
                root ->
                    ((ArrayNode) root.at("/pre_tokenizer/pretokenizers"))
                        .addObject()
                        .put("type", "ByteLevel")),
            new Refusal(
                ": /pre_tokenizer/pretokenizers/0/type: expected Sequence, Split or ByteLevel,"
                    + " found \"Metaspace\"",
                root -> at(root, "/pre_tokenizer/pretokenizers/0").put("type", "Metaspace")),
            new Refusal(
                ": /pre_tokenizer/pretokenizers/0/behavior: expected Isolated, found \"Removed\"",
                root -> at(root, "/pre_tokenizer/pretokenizers/0").put("behavior", "Removed")),
            new Refusal(
                ": /pre_tokenizer/pretokenizers/0/invert: expected nothing (it is not supported),"
                    + " found \"true\"",
                root -> at(root, "/pre_tokenizer/pretokenizers/0").put("invert", true)),
            new Refusal(
                ": /pre_tokenizer/pretokenizers/0/pattern/String: this key is not known, only Regex"
                    + " are",
                root -> at(root, "/pre_tokenizer/pretokenizers/0/pattern").put("String", " ")),
            new Refusal(
                ": /decoder: expected ByteLevel, or a Sequence with it, found \"null\"",
                root -> root.putNull("decoder")),
            new Refusal(
                ": /decoder/type: expected ByteLevel, Fuse or Sequence, found \"Metaspace\"",
                root -> at(root, "/decoder").put("type", "Metaspace")),
            new Refusal(
                ": /post_processor/type: expected ByteLevel, TemplateProcessing or Sequence, found"
                    + " \"BertProcessing\"",
                root -> at(root, "/post_processor").put("type", "BertProcessing")),
            new Refusal(
                ": /added_tokens/0/lstrip: expected nothing (it is not supported), found \"true\"",
                root -> TokenizerJson.addToken(root, 300, "<a>").put("lstrip", true)),
            new Refusal(
                ": /added_tokens/0/rstrip: expected nothing (it is not supported), found \"true\"",
                root -> TokenizerJson.addToken(root, 300, "<a>").put("rstrip", true)),
            new Refusal(
                ": /added_tokens/0/single_word: expected nothing (it is not supported), found"
                    + " \"true\"",
                root -> TokenizerJson.addToken(root, 300, "<a>").put("single_word", true)),
            new Refusal(
                ": /added_tokens/0/id: id 97 of \"<a>\" belongs to another token, or the token has"
                    + " another id",
                root -> TokenizerJson.addToken(root, 97, "<a>")),
            new Refusal(
                ": /added_tokens/0/id: id 300 of \"a\" belongs to another token, or the token has"
                    + " another id",
                root -> TokenizerJson.addToken(root, 300, "a")),
            new Refusal(
                ": /added_tokens/0/content: expected 1 to 1024 chars, found \"\"",
                root -> TokenizerJson.addToken(root, 300, "")),
            new Refusal(
                ": /surprise: this key is not known, only version, truncation, padding,"
                    + " added_tokens, normalizer, pre_tokenizer, post_processor, decoder, model"
                    + " are",
                root -> root.put("surprise", 1)))
        .map(
            refusal ->
                dynamicTest(
                    refusal.message(),
                    () -> {
                      ObjectNode root = TokenizerJson.small("a b");
                      refusal.change().accept(root);
                      var error = assertThrows(VocabularyFormatException.class, () -> open(root));
                      assertEquals(
                          folder.resolve("tokenizer.json") + refusal.message(), error.getMessage());
                    }));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "(?:ab)+",
        "(a|b)*",
        "(a){2}",
        "\\w+",
        "\\bx",
        "^a",
        "a$",
        "[[:alpha:]]",
        "[a&&b]",
        "(?<=a)b",
        "(?<n>a)",
        "(a)\\1",
        "(?m:a)",
        "a{2}+",
        "a{,3}",
        "a{2,}",
        "a{1,1001}",
        "\\p{Han}",
        "\\p{IsHan}",
        "\\h",
        "a**",
        "(a",
        "a)",
        "[a",
        "\\",
        "a*",
        "",
        "|a",
        "(?=a)?",
        "\\p{L",
        "[]"
      })
  void refusesPatternsThatMeanSomethingElseInJava(String pattern) {
    ObjectNode root = TokenizerJson.small();
    TokenizerJson.setPatterns(root, List.of(pattern));
    var error = assertThrows(VocabularyFormatException.class, () -> open(root));
    assertStartsWith(
        folder.resolve("tokenizer.json") + ": /pre_tokenizer/pretokenizers/0/pattern/Regex: ",
        error);
  }

  @Test
  void stopsAPatternThatBacktracksTooMuch() throws IOException {
    ObjectNode root = TokenizerJson.small();
    TokenizerJson.setPatterns(root, List.of("a*a*a*a*a*b"));
    Tokenizer tokenizer = open(root);
    assertArrayEquals(new int[] {'a', 'a', 'b'}, encode(tokenizer, "aab"));
    var error =
        assertThrows(VocabularyFormatException.class, () -> encode(tokenizer, "a".repeat(100_000)));
    assertEquals(
        folder.resolve("tokenizer.json")
            + ": /pre_tokenizer/pretokenizers/0/pattern/Regex: the pattern looks at a text of"
            + " 100000 chars more than 500 times",
        error.getMessage());
  }

  @Test
  void namesTheLineOfWhatIsNotJson() throws IOException {
    Path file = folder.resolve("tokenizer.json");
    ObjectMapper mapper = new ObjectMapper();
    String sound = mapper.writeValueAsString(TokenizerJson.small());
    for (String broken :
        List.of(
            "",
            "{\n\"model\": }",
            "[]",
            "null",
            "7",
            sound + "x",
            "[".repeat(100_000),
            sound.replace("\"a\":97", "\"a\":97,\"a\":97"))) {
      Files.writeString(file, broken);
      var error =
          assertThrows(VocabularyFormatException.class, () -> Tokenizer.fromTokenizerJson(file));
      assertStartsWith(file + ": ", error);
    }
    Files.writeString(file, "{\n\"model\": }");
    var error =
        assertThrows(VocabularyFormatException.class, () -> Tokenizer.fromTokenizerJson(file));
    assertStartsWith(file + ": line 2, column 10: expected JSON, but: ", error);
  }

  @Test
  void namesTheByteOfWhatIsNotUtf8() throws IOException {
    Path file = folder.resolve("tokenizer.json");
    byte[] sound = new ObjectMapper().writeValueAsBytes(TokenizerJson.small("a b", "ab c"));
    for (String start : List.of("", " ".repeat(100_000), " \uFFFD é 😀".repeat(3_000))) {
      byte[] before = start.getBytes(UTF_8);
      byte[] all = Arrays.copyOf(before, before.length + sound.length);
      System.arraycopy(sound, 0, all, before.length, sound.length);
      int at = before.length + new String(sound, ISO_8859_1).indexOf("\"ab\"") + 1;
      all[at] = (byte) 0xC3; // needs a second byte, which an ASCII letter is not
      Files.write(file, all);
      var error =
          assertThrows(VocabularyFormatException.class, () -> Tokenizer.fromTokenizerJson(file));
      assertEquals(
          file + ": byte " + at + ": expected UTF-8, found 0xC3",
          String.valueOf(error.getMessage()));
    }
  }

  @Test
  void readsOrRefusesAFileWithAnyByteChanged() throws IOException {
    Path file = folder.resolve("tokenizer.json");
    byte[] sound = new ObjectMapper().writeValueAsBytes(TokenizerJson.small("a b", "ab c"));
    Random random = Fixtures.random("BrokenTokenizerJsonTest", 1234);
    int refused = 0;
    for (int i = 0; i < 1_500; i++) {
      byte[] changed = sound.clone();
      for (int n = random.nextInt(3); n >= 0; n--) {
        changed[random.nextInt(changed.length)] =
            (byte)
                (random.nextBoolean()
                    ? random.nextInt(256)
                    : "{}[]\",:0 \\".charAt(random.nextInt(10)));
      }
      Files.write(file, changed);
      try {
        Tokenizer tokenizer = Tokenizer.fromTokenizerJson(file);
        int[] ids = encode(tokenizer, "abc");
        assertTrue(
            ids.length > 0 && IntStream.of(ids).allMatch(id -> id < tokenizer.vocabularySize()));
      } catch (VocabularyFormatException e) {
        assertStartsWith(file + ": ", e);
        refused++;
      }
    }
    assertTrue(refused > 500, "only " + refused + " were refused");
  }
}
