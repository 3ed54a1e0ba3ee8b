package io.hunyuan4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hunyuan4j.text.InputSpecials;
import io.hunyuan4j.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenizeCommandTest {
  private static final int EOS = 3890;

  private static String ids(String text, InputSpecials specials) throws IOException {
    return Arrays.toString(Tokenizer.open(Cli.model("tiny-tales")).encode(text, specials));
  }

  @Test
  void tokenize_printsAJsonList() throws IOException {
    Cli result = Cli.run("tokenize", "Once upon a time");
    assertEquals(ids("Once upon a time", InputSpecials.ALLOWED) + "\n", result.out());
    assertEquals(ExitCode.FINE, result.exitCode());
  }

  @Test
  void tokenize_standardInput_isReadToItsLastByte() throws IOException {
    Cli result = Cli.runWith("one\ntwo\n", "tokenize", "-");
    assertEquals(ids("one\ntwo\n", InputSpecials.ALLOWED) + "\n", result.out());
  }

  @Test
  void tokenize_specials_countUnlessForbidden() throws IOException {
    assertEquals("[" + EOS + "]\n", Cli.run("tokenize", "<|eos|>").out());
    assertEquals(
        ids("<|eos|>", InputSpecials.AS_TEXT) + "\n",
        Cli.run("tokenize", "--no-special", "<|eos|>").out());
  }

  @ParameterizedTest
  @ValueSource(strings = {"[72, 101]", "72,101", "72 101", " 72 , 101\n", "[72,101]"})
  void decode_anySpelling_givesTheText(String list) {
    assertEquals("He\n", Cli.run("tokenize", "--decode", list).out());
    assertEquals("He\n", Cli.runWith(list, "tokenize", "--decode", "-").out());
  }

  @Test
  void decode_specials_areSpelledUnlessSkipped() {
    assertEquals("<|eos|>He\n", Cli.run("tokenize", "--decode", "3890 72 101").out());
    assertEquals("He\n", Cli.run("tokenize", "--decode", "--skip-special", "3890 72 101").out());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          [72          | expected a list of token ids: Unexpected end-of-input: expected close marker for Array
          [1.5]        | expected a token id, found "1.5"
          ["a"]        | expected a token id, found "a"
          a            | expected a list of token ids: Unrecognized token 'a'
          [1] 2        | expected one list of token ids, found more behind it
          99999        | token id 99999 is not in the vocabulary of
          -1           | token id -1 is not in the vocabulary of
          [9999999999] | expected a list of token ids: Numeric value (9999999999) out of range of int
          """)
  void decode_badList_isWrongUsage(String list, String sentence) {
    Cli result = Cli.run("tokenize", "--decode", "--", list);
    assertTrue(result.err().startsWith("hunyuan: " + sentence), result.err());
    assertEquals(1, result.err().lines().count(), result.err());
    assertEquals(ExitCode.WRONG_USAGE, result.exitCode());
  }

  @Test
  void jsonl_thereAndBack_isTheSame() {
    String texts =
        """
        "Once upon a time"
        ""
        "two\\nlines, \\"quoted\\", \\\\ and a tab\\t"
        "König 王 😀 \u2028 \u0085"
        "<|eos|> at the start"
        """;
    Cli ids = Cli.runWith(texts, "tokenize", "--jsonl", "-");
    assertEquals(ExitCode.FINE, ids.exitCode());
    assertEquals(5, ids.out().chars().filter(c -> c == '\n').count());
    Cli back = Cli.runWith(ids.out(), "tokenize", "--jsonl", "--decode", "-");
    assertEquals(texts, back.out());
  }

  @Test
  void jsonl_loneSurrogates_reachTheTokenizer() throws IOException {
    Cli result = Cli.runWith("\"a\\ud800b\"\n\"\\ud83d\\ude00\"", "tokenize", "--jsonl", "-");
    assertEquals(
        ids("a\ufffdb", InputSpecials.ALLOWED) + "\n" + ids("😀", InputSpecials.ALLOWED) + "\n",
        result.out());
  }

  @Test
  void jsonl_badLine_isNamedAfterTheGoodOnes() throws IOException {
    Cli result = Cli.runWith("\"a\"\n\"b\"\n[3]\n\"c\"\n", "tokenize", "--jsonl", "-");
    assertEquals(
        ids("a", InputSpecials.ALLOWED) + "\n" + ids("b", InputSpecials.ALLOWED) + "\n",
        result.out());
    assertEquals(
        "hunyuan: line 3: expected a JSON string, found \"[3]\"; see ./hunyuan tokenize --help\n",
        result.err());
    assertEquals(ExitCode.WRONG_USAGE, result.exitCode());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          "open      | line 1: expected a JSON string: Unexpected end-of-input
          "a" "b"    | line 1: expected one JSON string, found more behind it
          ' '        | line 1: expected a JSON string, found nothing
          """)
  void jsonl_notAString_isWrongUsage(String line, String sentence) {
    Cli result = Cli.runWith(line + "\n", "tokenize", "--jsonl", "-");
    assertTrue(result.err().startsWith("hunyuan: " + sentence), result.err());
    assertEquals(ExitCode.WRONG_USAGE, result.exitCode());
  }

  @Test
  void jsonl_notUtf8_isWrongUsage() {
    byte[] lines = {'"', 'a', '"', '\n', '"', (byte) 0xFF, '"', '\n'};
    Cli result = Cli.runWith(lines, "tokenize", "--jsonl", "-");
    assertEquals("hunyuan: line 2: not UTF-8 text; see ./hunyuan tokenize --help\n", result.err());
    assertEquals(ExitCode.WRONG_USAGE, result.exitCode());
  }

  @Test
  void jsonl_decodeUnknownId_isNamed() {
    Cli result = Cli.runWith("[1]\n[99999]\n", "tokenize", "--jsonl", "--decode", "-");
    assertTrue(
        result.err().startsWith("hunyuan: line 2: token id 99999 is not in the vocabulary"),
        result.err());
    assertEquals(ExitCode.WRONG_USAGE, result.exitCode());
  }

  @Test
  void jsonl_linesAcrossTheBuffer_areWhole() throws IOException {
    String word = "word ".repeat(30_000);
    String line = "\"" + word + "\"\n";
    Cli result = Cli.runWith(line + line, "tokenize", "--jsonl", "-");
    String expected = ids(word, InputSpecials.ALLOWED) + "\n";
    assertEquals(expected + expected, result.out());
  }

  @Test
  void model_onlyItsVocabulary_isEnough(@TempDir Path folder) throws IOException {
    Files.copy(Cli.model("tiny-tales/hy.tiktoken"), folder.resolve("hy.tiktoken"));
    Cli result = Cli.run("tokenize", "--model", folder.toString(), "Once upon a time");
    assertEquals(ids("Once upon a time", InputSpecials.ALLOWED) + "\n", result.out());
  }

  @Test
  void model_brokenVocabulary_isUnusable(@TempDir Path folder) throws IOException {
    Files.writeString(folder.resolve("hy.tiktoken"), "not base64!\n");
    Cli result = Cli.run("tokenize", "--model", folder.toString(), "x");
    assertTrue(
        result.err().startsWith("hunyuan: " + folder.resolve("hy.tiktoken") + ": "), result.err());
    assertEquals(1, result.err().lines().count(), result.err());
    assertEquals(ExitCode.UNUSABLE_MODEL, result.exitCode());
  }

  @Test
  void model_isAFile_isUnusable(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");
    Cli result = Cli.run("tokenize", "--model", file.toString(), "x");
    assertEquals(
        "hunyuan: %s: expected the folder of a model, found a file\n".formatted(file),
        result.err());
    assertEquals(ExitCode.UNUSABLE_MODEL, result.exitCode());
  }
}
