package io.hunyuan4j.text.grammar;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.hunyuan4j.text.grammar.ResponseFormat.Choices;
import io.hunyuan4j.text.grammar.ResponseFormat.JsonObject;
import io.hunyuan4j.text.grammar.ResponseFormat.Regex;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SimpleFormatsTest {
  private static final JsonMapper STRICT =
      JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  private final ConstraintVocabulary vocabulary = Vocabularies.largest();

  private CompiledFormat compile(ResponseFormat format) {
    return CompiledFormat.compile(format, vocabulary);
  }

  @Test
  void choicesAreWrittenWhole() {
    List<String> texts = List.of("yes", "no", "no idea", "我不知道", "");
    CompiledFormat format = compile(new Choices(texts));
    Random random = new Random(1);
    Writer writer = new Writer(vocabulary, random);
    for (int i = 0; i < 50; i++) {
      String text = writer.write(format, 1 + random.nextInt(20));
      assertTrue(texts.contains(text), text);
    }
    assertFalse(Writer.allows(format, "no ide"));
  }

  @Test
  void aLongChoiceOfOneTokenFitsABudgetOfOne() {
    ConstraintVocabulary toy = Vocabularies.of("abcdefghij");
    CompiledFormat format = CompiledFormat.compile(new Choices(List.of("xyz", "abcdefghij")), toy);
    assertEquals("abcdefghij", new Writer(toy, new Random(1)).write(format, 1));
    assertTrue(Writer.allows(format, "xyz"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[a-z]{3,20}",
        "(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?",
        "^(?:red|green|blue)$",
        ".*",
        "(?:a|ab)(?:c|bcd)(?:d*)",
        "[^\\n]{1,200}",
        "(?:[\\u4e00-\\u9fff]{2}-)+\\d",
        "(?:x{2,3}|y){1,70}"
      })
  void regexesMatchAsAWhole(String regex) {
    CompiledFormat format = compile(new Regex(regex));
    Random random = new Random(2);
    Writer writer = new Writer(vocabulary, random);
    Pattern pattern = Pattern.compile(regex);
    int shortest = Writer.shortest(format);
    for (int i = 0; i < 20; i++) {
      int budget = shortest + random.nextInt(i % 2 == 0 ? 3 : 60);
      String text = writer.write(format, budget);
      assertTrue(pattern.matcher(text).matches(), text);
    }
    if (shortest > 0) {
      assertThrows(GrammarException.class, () -> format.constraint(shortest - 1));
    }
  }

  @Test
  void choicesMayBeMany() {
    List<String> texts =
        IntStream.range(0, 20_000).mapToObj(i -> "choice %d of many".formatted(i * 7919)).toList();
    CompiledFormat format = compile(new Choices(texts));
    assertTrue(Writer.allows(format, texts.get(19_999)));
    assertFalse(Writer.allows(format, "choice 1 of many"));
    String json =
        texts.stream().collect(Collectors.joining("\",\"", "{\"enum\":[\"", "\",1,[2]]}"));
    CompiledFormat strings = compile(new ResponseFormat.JsonSchema(json));
    assertTrue(Writer.allows(strings, '"' + texts.get(7) + '"'));
    assertTrue(Writer.allows(strings, "[2]"));
    assertFalse(Writer.allows(strings, "\"choice\""));
  }

  @Test
  void choicesThatAreTooLargeAreRefusedByTheirSize() {
    Random random = new Random(9);
    List<String> texts =
        IntStream.range(0, 60_000)
            .mapToObj(i -> Long.toString(random.nextLong()) + Long.toString(random.nextLong(), 36))
            .toList();
    GrammarException e = assertThrows(GrammarException.class, () -> compile(new Choices(texts)));
    assertTrue(e.getMessage().contains("a choice of 60000 texts, such as"), e.getMessage());
  }

  @Test
  void anchorsMayBeRepeated() {
    CompiledFormat format = compile(new Regex("^^a(?:^b|c$$)$$"));
    assertTrue(Writer.allows(format, "ac"));
    assertFalse(Writer.allows(format, "ab"));
    assertTrue(Writer.allows(compile(new Regex("(?:^){3}a|^^$$")), ""));
    assertFalse(Writer.allows(compile(new Regex("(?:^a){2}|b")), "aa"));
  }

  @Test
  void anEmptyTextEndsBeforeItStarts() {
    CompiledFormat format = compile(new Regex("a|$^(?:$)"));
    assertTrue(Writer.allows(format, ""));
    assertTrue(Writer.allows(format, "a"));
    assertFalse(Writer.allows(compile(new Regex("(?:a|$^)b?")), "b"));
    assertFalse(Writer.allows(compile(new Regex("(?:$^)?a")), ""));
  }

  @Test
  void withoutStopTokensACompleteTextThatCannotGoOnHasAnEmptyMask() {
    ConstraintVocabulary toy = Vocabularies.withoutStop();
    FormatConstraint constraint = CompiledFormat.compile(new Regex("a(?:bcd)?"), toy).constraint(2);
    long[] allowed = new long[toy.words()];
    constraint.mask(allowed);
    assertEquals(1, Long.bitCount(allowed['a' >> 6]));
    constraint.accept('a');
    constraint.mask(allowed);
    assertArrayEquals(new long[allowed.length], allowed);
    assertTrue(constraint.mayEnd());
    assertFalse(constraint.mustEnd());
  }

  @Test
  void jsonObjectsParseWithoutRepeatedKeys() throws Exception {
    CompiledFormat format = compile(new JsonObject());
    Random random = new Random(3);
    Writer writer = new Writer(vocabulary, random);
    assertTrue(Writer.shortest(format) <= 2);
    for (int i = 0; i < 200; i++) {
      int budget = Writer.shortest(format) + random.nextInt(i % 2 == 0 ? 12 : 300);
      String text = writer.write(format, budget);
      assertTrue(STRICT.readTree(text).isObject(), text);
    }
  }

  @Test
  void keysAreNotRepeatedEvenWhenOnlyAFewTokensAreLeft() throws Exception {
    // In this vocabulary the shortest key is "", and "a" the next: both are soon used.
    ConstraintVocabulary toy =
        Vocabularies.of("{\"", "\":", "\":\"", "\",\"", "\"}", "\":1}", "\":{\"");
    CompiledFormat format = CompiledFormat.compile(new JsonObject(), toy);
    Random random = new Random(4);
    Writer writer = new Writer(toy, random);
    for (int i = 0; i < 300; i++) {
      String text = writer.write(format, 2 + random.nextInt(40));
      assertTrue(STRICT.readTree(text).isObject(), text);
    }
  }

  @Test
  void jsonTextsAreRecognised() {
    CompiledFormat format = compile(new JsonObject());
    for (String text :
        List.of(
            "{}",
            "{\"a\":[1,-2.5e3, true],\"b\":{\"c\":null}}",
            "{\"\\n\\\"\": \"é\\u0001😀\"}",
            "{\"a\":[[[]]],\"a \":{}}")) {
      assertTrue(Writer.allows(format, text), text);
    }
    for (String text :
        List.of(
            "",
            "{",
            "[]",
            "{\"a\"}",
            "{\"a\":01}",
            "{\"a\":1,}",
            "{\"a\":1,\"a\":2}",
            "{\"a\":\"\n\"}")) {
      assertFalse(Writer.allows(format, text), text);
    }
  }
}
