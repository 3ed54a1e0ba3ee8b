package io.hunyuan4j.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Every line of the official results, with both official tokenizers; without them, the same rules
 * on the bundled vocabulary.
 */
class GoldenTest {
  private static final String WITHOUT =
      "The official results are not beside this clone (../shared/golden/text): GoldenTest runs on"
          + " the bundled vocabulary alone.";

  @TestFactory
  Stream<DynamicTest> encoding() throws IOException {
    if (!Fixtures.haveOfficialFiles()) {
      System.out.println(WITHOUT);
    }
    return cases("tokenizer.jsonl", GoldenTest::encodes);
  }

  @TestFactory
  Stream<DynamicTest> decoding() throws IOException {
    return cases("decode.jsonl", GoldenTest::decodes);
  }

  @TestFactory
  Stream<DynamicTest> streaming() throws IOException {
    return cases("stream.jsonl", GoldenTest::streams);
  }

  private interface Check {
    void on(Tokenizer tokenizer, JsonNode line);
  }

  private static Stream<DynamicTest> cases(String golden, Check check) throws IOException {
    if (!Fixtures.haveOfficialFiles()) {
      Tokenizer bundled = Fixtures.bundled();
      return Stream.of("Once upon a time", "中文 and e\u0301", "it's 42\r\n\r\n  done <|eos|>")
          .map(text -> dynamicTest("bundled: " + text, () -> roundTrips(bundled, text)));
    }
    Map<String, Tokenizer> tokenizers = officialTokenizers();
    List<DynamicTest> tests = new ArrayList<>();
    int number = 0;
    for (JsonNode line : Fixtures.lines(golden)) {
      number++;
      for (var tokenizer : tokenizers.entrySet()) {
        if (!line.has("tokenizer")
            || line.get("tokenizer").textValue().equals(tokenizer.getKey())) {
          String name =
              golden + ":" + number + " " + line.path("name").asText() + " " + tokenizer.getKey();
          tests.add(dynamicTest(name, () -> check.on(tokenizer.getValue(), line)));
        }
      }
    }
    return tests.stream();
  }

  private static Map<String, Tokenizer> officialTokenizers() throws IOException {
    var file = Fixtures.hunyuan().resolve("large/hy.tiktoken");
    return Map.of(
        "large", Tokenizer.fromTiktoken(file, SpecialTokens.hunyuanLarge()),
        "a13b", Tokenizer.fromTiktoken(file, SpecialTokens.hunyuanA13b()));
  }

  private static void encodes(Tokenizer tokenizer, JsonNode line) {
    InputSpecials specials =
        switch (line.get("special").textValue()) {
          case "allowed" -> InputSpecials.ALLOWED;
          case "none" -> InputSpecials.AS_TEXT;
          default -> throw new AssertionError(line);
        };
    assertArrayEquals(
        Fixtures.ids(line.get("ids")), tokenizer.encode(line.get("text").textValue(), specials));
  }

  private static void decodes(Tokenizer tokenizer, JsonNode line) {
    assertEquals(
        line.get("text").textValue(),
        tokenizer.decode(Fixtures.ids(line.get("ids")), specialsOf(line)));
  }

  private static void streams(Tokenizer tokenizer, JsonNode line) {
    TokenStream stream = tokenizer.stream(specialsOf(line));
    List<String> pieces = new ArrayList<>();
    for (int id : Fixtures.ids(line.get("ids"))) {
      pieces.add(stream.append(id));
    }
    String last = stream.finish();
    if (!last.isEmpty()) {
      pieces.add(last);
    }
    List<String> expected = new ArrayList<>();
    line.get("pieces").forEach(piece -> expected.add(piece.textValue()));
    assertEquals(expected, pieces);
  }

  private static OutputSpecials specialsOf(JsonNode line) {
    return line.get("skip_special_tokens").booleanValue()
        ? OutputSpecials.SKIPPED
        : OutputSpecials.SPELLED;
  }

  private static void roundTrips(Tokenizer tokenizer, String text) {
    assertEquals(
        java.text.Normalizer.normalize(text, java.text.Normalizer.Form.NFC),
        tokenizer.decode(tokenizer.encode(text, InputSpecials.ALLOWED), OutputSpecials.SPELLED));
  }
}
