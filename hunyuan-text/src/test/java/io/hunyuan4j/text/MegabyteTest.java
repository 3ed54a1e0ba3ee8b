package io.hunyuan4j.text;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * A megabyte of the same few characters: nothing overflows the stack, and nothing takes time in the
 * square of the length, which would be many minutes.
 */
class MegabyteTest {
  private static final int BYTES = 1_000_000;
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private static final List<String> UNITS =
      List.of(
          " ",
          "\n",
          "\r\n",
          " \n",
          "\t",
          "a",
          "A",
          "ſ",
          "é",
          "\u0301",
          "\u0301\u0327",
          "7",
          "½",
          "中",
          "한",
          "😀",
          "😀a",
          "𠮷",
          "!",
          "'",
          "'s",
          "<|",
          "<|eos|",
          "\u0000",
          "\u200b",
          "\u3000",
          "a ",
          "\u0338",
          "\ufffd",
          "a1",
          "'ll",
          "=\n");

  @TempDir Path folder;

  private Map<String, Tokenizer> tokenizers() throws IOException {
    Tokenizer bundled = Fixtures.bundled();
    Map<String, Tokenizer> tokenizers = new LinkedHashMap<>();
    tokenizers.put("tiktoken", bundled);
    var json = TokenizerJson.of(bundled, TokenizerJson.MergeForm.STRINGS);
    tokenizers.put("tokenizer.json", TokenizerJson.open(json, folder));
    TokenizerJson.setPatterns(json, TokenizerJson.DENSE_PATTERNS);
    tokenizers.put("dense", TokenizerJson.open(json, folder));
    json.putObject("pre_tokenizer").put("type", "ByteLevel").put("add_prefix_space", false);
    tokenizers.put("gpt2", TokenizerJson.open(json, folder));
    return tokenizers;
  }

  @TestFactory
  Stream<DynamicTest> givesBackAMegabyteOfTheSame() throws IOException {
    Map<String, Tokenizer> tokenizers = tokenizers();
    return UNITS.stream()
        .flatMap(
            unit ->
                tokenizers.entrySet().stream()
                    .map(
                        tokenizer ->
                            dynamicTest(
                                tokenizer.getKey()
                                    + " "
                                    + unit.codePoints().mapToObj(Integer::toHexString).toList(),
                                () ->
                                    assertTimeoutPreemptively(
                                        MINUTE, () -> givesBack(tokenizer.getValue(), unit)))));
  }

  private static void givesBack(Tokenizer tokenizer, String unit) {
    String text = unit.repeat(BYTES / unit.getBytes(UTF_8).length);
    int[] ids = tokenizer.encode(text, InputSpecials.ALLOWED);
    assertTrue(ids.length > 0 && ids.length <= BYTES);
    assertEquals(Normalization.NFC.apply(text), tokenizer.decode(ids, OutputSpecials.SPELLED));
  }

  @TestFactory
  Stream<DynamicTest> mergesALongPieceAsItsParts() throws IOException {
    // 2ⁿ letters are one piece of equal tokens, whatever its length: those of the longest token of
    // that letter.
    Tokenizer small = TokenizerJson.open(TokenizerJson.small("a a", "aa aa", "aaaa aaaa"), folder);
    return Stream.of(8, 96, 104, 1 << 12, 1 << 20)
        .map(
            length ->
                dynamicTest(
                    length + " letters",
                    () -> {
                      int[] expected = new int[length / 8];
                      Arrays.fill(expected, 258);
                      assertTimeoutPreemptively(
                          MINUTE,
                          () ->
                              assertArrayEquals(
                                  expected,
                                  small.encode("a".repeat(length), InputSpecials.ALLOWED)));
                    }));
  }
}
