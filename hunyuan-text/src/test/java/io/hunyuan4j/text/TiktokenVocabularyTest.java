package io.hunyuan4j.text;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TiktokenVocabularyTest {
  private static final SpecialTokens ONE = new SpecialTokens(List.of("<|end|>"));

  @TempDir Path folder;

  private static String line(String token, int number) {
    return Base64.getEncoder().encodeToString(token.getBytes(ISO_8859_1)) + " " + number + "\n";
  }

  /** The 256 bytes as lines 1 to 256, their values as ids. */
  private static String bytes() {
    StringBuilder lines = new StringBuilder();
    for (int value = 0; value < 256; value++) {
      lines.append(line(Character.toString(value), value));
    }
    return lines.toString();
  }

  private Path write(String content) throws IOException {
    return Files.writeString(folder.resolve("some.tiktoken"), content, ISO_8859_1);
  }

  private Tokenizer read(String content) throws IOException {
    return Tokenizer.fromTiktoken(write(content), ONE);
  }

  @Test
  void ranksTokensByTheirPlaceAndSkipsRepeats() throws IOException {
    Tokenizer tokenizer =
        read(
            bytes()
                + line("ab", 9)
                + line("a", 7)
                + "\n"
                + line("ab", 8)
                + line("abc", 1).strip()
                + "\r\n"
                + line("bc", 3));
    assertEquals(260, tokenizer.vocabularySize());
    assertArrayEquals("abc".getBytes(UTF_8), tokenizer.tokenBytes(257));
    assertArrayEquals(new int[] {257}, tokenizer.encode("abc", InputSpecials.ALLOWED));
    assertArrayEquals(
        new int[] {258, '1', 256, 'b', 259},
        tokenizer.encode("bc1abb<|end|>", InputSpecials.ALLOWED));
  }

  @Test
  void readsALastLineWithoutItsEnd() throws IOException {
    assertEquals(258, read(bytes() + "YWI= 256").vocabularySize());
    assertEquals(258, read(bytes() + "YWI=\t256  \n\n\n").vocabularySize());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "!!! 256",
        "YWI 256",
        "YWI= x",
        "YWI=",
        "256",
        "YWI= 256 7",
        "YWI= -1",
        "YWI= 1.5",
        "= 256",
        "==== 256",
        "Y 256",
        "YWI=YWI= 256",
        "YW I= 256",
        "\u00ff\u00fe 256",
        "YWI=256"
      })
  void namesTheLineThatIsBroken(String broken) throws IOException {
    Path file = write(bytes() + line("ab", 256) + broken + "\n" + line("cd", 258));
    var error =
        assertThrows(VocabularyFormatException.class, () -> Tokenizer.fromTiktoken(file, ONE));
    String message = String.valueOf(error.getMessage());
    assertTrue(message.startsWith(file + ": line 258: expected a token in base64"), message);
    assertTrue(message.lines().count() == 1, message);
  }

  @Test
  void refusesAFileThatIsNoVocabulary() throws IOException {
    String message = "expected all 256 single bytes among the %d tokens, but there is no 0x%02X";
    Path file = write("");
    assertEquals(file + ": " + message.formatted(0, 0), errorOf(""));
    assertEquals(file + ": " + message.formatted(0, 0), errorOf("\n\r\n"));
    assertEquals(
        file + ": " + message.formatted(255, (int) 'q'),
        errorOf(bytes().replace(line("q", 'q'), "")));
    assertEquals(
        file + ": line 257: expected at most 4096 bytes in a token, found 5000",
        errorOf(bytes() + line("a".repeat(5000), 256)));
    assertTrue(
        errorOf("version https://git-lfs.github.com/spec/v1\n")
            .startsWith(file + ": line 1: expected a token"));
  }

  private String errorOf(String content) {
    return String.valueOf(
        assertThrows(VocabularyFormatException.class, () -> read(content)).getMessage());
  }

  @Test
  void readsOrRefusesAFileWithAnyByteChanged() throws IOException {
    byte[] sound = (bytes() + line("ab", 256) + line("abc", 257)).getBytes(ISO_8859_1);
    Random random = Fixtures.random("TiktokenVocabularyTest", 99);
    int refused = 0;
    for (int i = 0; i < 2_000; i++) {
      byte[] changed = sound.clone();
      changed[random.nextInt(changed.length)] =
          (byte)
              (random.nextBoolean() ? random.nextInt(256) : "AZ=/ \n\r9".charAt(random.nextInt(8)));
      try {
        Tokenizer tokenizer = read(new String(changed, ISO_8859_1));
        assertEquals(
            "abc",
            tokenizer.decode(
                tokenizer.encode("abc", InputSpecials.ALLOWED), OutputSpecials.SPELLED));
      } catch (VocabularyFormatException e) {
        String message = String.valueOf(e.getMessage());
        assertTrue(message.startsWith(folder.toString()) && message.lines().count() == 1, message);
        refused++;
      }
    }
    assertTrue(refused > 1_000, "only " + refused + " were refused");
  }

  @Test
  void refusesSpecialTokensThatCannotBeFound() {
    assertThrows(IllegalArgumentException.class, () -> new SpecialTokens(List.of("a", "a")));
    assertThrows(IllegalArgumentException.class, () -> new SpecialTokens(List.of("")));
    assertThrows(
        IllegalArgumentException.class, () -> new SpecialTokens(List.of("a".repeat(2000))));
    assertEquals(209, SpecialTokens.hunyuanLarge().spellings().size());
    assertEquals("<|extra_204|>", SpecialTokens.hunyuanA13b().spellings().getLast());
  }

  /** 257 ordinary tokens: 466 ids with 204 extras, 467 with 205. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "466 | (none)",
        "466 | {}",
        "466 | {\"vocab_size\": 466}",
        "467 | {\"vocab_size\": 467}",
        "466 | {\"vocab_size\": 512}",
        "466 | {\"vocab_size\": 512, \"architectures\": [\"HunYuanForCausalLM\"]}",
        "467 | {\"vocab_size\": 512, \"architectures\": [\"HunYuanMoEV1ForCausalLM\"]}",
        "467 | {\"architectures\": [\"HunYuanDenseV1ForCausalLM\"], \"vocab_size\": null}",
        "467 | {\"vocab_size\": 512, \"org_vocab_size\": 467}",
        "466 | {\"vocab_size\": 512, \"org_vocab_size\": 466, \"architectures\":"
            + " [\"HunYuanMoEV1ForCausalLM\"]}",
        "466 | {\"vocab_size\": 466, \"org_vocab_size\": 290943, \"architectures\":"
            + " [\"HunYuanMoEV1ForCausalLM\"]}"
      })
  void takesAsManyExtrasAsTheConfigSpeaksOf(int ids, String config) throws IOException {
    write(bytes() + line("ab", 256));
    if (!config.equals("(none)")) {
      Files.writeString(folder.resolve("config.json"), config);
    }
    Tokenizer tokenizer = Tokenizer.open(folder);
    assertEquals(ids, tokenizer.vocabularySize());
    assertEquals(ids == 467, tokenizer.specialId("<|extra_204|>").isPresent());
    assertEquals(OptionalInt.of(465), tokenizer.specialId("<|extra_203|>"));
  }

  @Test
  void refusesAConfigThatDoesNotFit() throws IOException {
    write(bytes() + line("ab", 256));
    Path config = folder.resolve("config.json");
    Files.writeString(config, "{\"vocab_size\": 300}");
    var error = assertThrows(VocabularyFormatException.class, () -> Tokenizer.open(folder));
    assertEquals(
        config
            + ": /vocab_size: expected at least the 466 ids of the vocabulary beside it, found"
            + " \"300\"",
        error.getMessage());
    for (String broken :
        List.of(
            "",
            "{",
            "[]",
            "{\"vocab_size\": \"many\"}",
            "{\"vocab_size\": -1}",
            "{\"architectures\": \"HunYuan\"}",
            "{\"architectures\": [1]}")) {
      Files.writeString(config, broken);
      assertThrows(VocabularyFormatException.class, () -> Tokenizer.open(folder), broken);
    }
  }

  @Test
  void choosesTheVocabularyOfAFolder() throws IOException {
    var none = assertThrows(VocabularyFormatException.class, () -> Tokenizer.open(folder));
    assertEquals(
        folder + ": expected hy.tiktoken or tokenizer.json, found neither", none.getMessage());
    TokenizerJson.open(TokenizerJson.small("a b"), folder);
    assertEquals(257, Tokenizer.open(folder).vocabularySize());
    write(bytes());
    assertEquals(256 + 209, Tokenizer.open(folder).vocabularySize());
    Files.writeString(folder.resolve("other.tiktoken"), bytes());
    assertThrows(VocabularyFormatException.class, () -> Tokenizer.open(folder));
    Files.writeString(folder.resolve("hy.tiktoken"), bytes() + line("ab", 256), ISO_8859_1);
    assertEquals(257 + 209, Tokenizer.open(folder).vocabularySize());
    assertThrows(IOException.class, () -> Tokenizer.fromTiktoken(folder.resolve("missing"), ONE));
  }
}
