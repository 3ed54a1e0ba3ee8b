package io.hunyuan4j.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import io.hunyuan4j.core.generate.StopReason;
import io.hunyuan4j.text.InputSpecials;
import io.hunyuan4j.text.chat.OutputSyntax;
import io.hunyuan4j.text.chat.ToolSpec;
import io.hunyuan4j.text.grammar.CompiledFormat;
import io.hunyuan4j.text.grammar.ConstraintVocabulary;
import io.hunyuan4j.text.grammar.GrammarException;
import io.hunyuan4j.text.grammar.ResponseFormat;
import io.hunyuan4j.text.grammar.ResponseFormat.ToolChoice;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Texts of formats from a prompt to the end, JSON judged by a validator that is not ours. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StructuredOutputTest {
  private static final String PROMPT = "Once upon a time";
  private static final JsonMapper STRICT =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private Engine bundled;
  private Engine random;
  private ConstraintVocabulary vocabulary;

  @BeforeAll
  void open(@TempDir Path folder) throws IOException {
    bundled = Engine.open(Models.tinyTales());
    RandomCheckpoint.create(folder, 9);
    random = Engine.open(folder);
    vocabulary = ConstraintVocabulary.of(bundled.tokenizer(), Set.of(3887, 3890, 3892));
  }

  @AfterAll
  void close() {
    bundled.close();
    random.close();
  }

  @Test
  void textsOfRandomSchemas_byRandomWeights_areValid() {
    check(random, 120, 1);
  }

  @Test
  void textsOfRandomSchemas_byTheBundledModel_areValid() {
    check(bundled, 20, 2);
  }

  private void check(Engine engine, int schemas, long seed) {
    Random choice = new Random(seed);
    RandomSchemas source = new RandomSchemas(choice);
    int compiled = 0;
    while (compiled < schemas) {
      String schema = source.next().toString();
      ResponseFormat format = new ResponseFormat.JsonSchema(schema);
      Optional<Integer> shortest = shortest(format);
      if (shortest.isEmpty()) {
        continue;
      }
      compiled++;
      TextOptions options =
          engine
              .defaults()
              .withSeed(choice.nextLong())
              .withTemperature(List.of(0.0, 0.8, 2.0).get(choice.nextInt(3)))
              .withTopK(0)
              .withTopP(1)
              .withResponseFormat(format);
      assertThrows(
          GrammarException.class,
          () -> engine.generate(PROMPT, options.withMaxTokens(shortest.get() - 1)),
          schema);
      JsonSchema validator = validator(schema);
      for (int extra : List.of(0, choice.nextInt(4), choice.nextInt(60))) {
        GeneratedText text = engine.generate(PROMPT, options.withMaxTokens(shortest.get() + extra));
        assertValid(validator, schema, text.text());
        assertTrue(text.stopReason() != StopReason.CONTEXT_FULL, schema);
      }
    }
  }

  /** The fewest tokens of a text; empty if no value has all that the schema asks for. */
  private Optional<Integer> shortest(ResponseFormat format) {
    try {
      CompiledFormat compiled = CompiledFormat.compile(format, vocabulary);
      return Optional.of(compiled.constraint(Integer.MAX_VALUE).tokensNeeded());
    } catch (GrammarException e) {
      boolean expected =
          e.getMessage().contains("no text is what")
              || e.getMessage().contains("refers to itself without")
              || e.getMessage().contains("may overlap");
      assertTrue(expected, () -> e.getMessage() + " in " + format);
      return Optional.empty();
    }
  }

  private static JsonSchema validator(String schema) {
    return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
        .getSchema(schema, SchemaValidatorsConfig.builder().formatAssertionsEnabled(true).build());
  }

  private static void assertValid(JsonSchema validator, String schema, String text) {
    try {
      JsonNode value = STRICT.readTree(text);
      assertEquals(Set.of(), validator.validate(value), () -> text + " of " + schema);
    } catch (JsonProcessingException e) {
      throw new AssertionError(text + " of " + schema, e);
    }
  }

  private GeneratedText generate(ResponseFormat format, int maxTokens) {
    return bundled.generate(
        PROMPT, bundled.defaults().withMaxTokens(maxTokens).withResponseFormat(format));
  }

  @Test
  void text_thatIsComplete_endsAtOnce() {
    GeneratedText text = generate(new ResponseFormat.Regex("[A-Z][a-z]{3}"), 40);
    assertTrue(text.text().matches("[A-Z][a-z]{3}"), text.text());
    assertEquals(StopReason.CONSTRAINT, text.stopReason());
    assertEquals("", generate(new ResponseFormat.Choices(List.of("")), 40).text());
  }

  @Test
  void text_endsWithAStopTokenOnlyWhereTheFormatAllowsIt() {
    // A greedy stop token as soon as there may be one: the bias alone would end the text at once.
    ResponseFormat format = new ResponseFormat.Regex("(?:ha ){2,}");
    TextOptions options =
        bundled
            .defaults()
            .greedy()
            .withSampling(sampling -> sampling.logitBias(Map.of(3887, 1000.0)))
            .withMaxTokens(40)
            .withResponseFormat(format);
    GeneratedText text = bundled.generate(PROMPT, options);
    assertEquals("ha ha ", text.text());
    assertEquals(StopReason.STOP_TOKEN, text.stopReason());
  }

  @Test
  void text_withoutRoomForMore_isStillComplete() throws IOException {
    ResponseFormat format = new ResponseFormat.JsonObject();
    EngineOptions options = EngineOptions.defaults().withMaxPositions(16);
    try (Engine small = Engine.open(Models.tinyTales(), options)) {
      int prompt = small.tokenizer().encode(PROMPT, InputSpecials.AS_TEXT).length;
      for (int seed = 0; seed < 10; seed++) {
        GeneratedText text =
            small.generate(PROMPT, small.defaults().withSeed(seed).withResponseFormat(format));
        assertTrue(STRICT.readTree(text.text()).isObject(), text.text());
        assertTrue(text.generatedTokens() <= 16 - prompt + 1);
      }
      String longer = PROMPT + " and".repeat(16 - prompt); // leaves no place but the last token's
      assertEquals(
          "the shortest text of the format has 2 tokens, but at most 1 may be generated",
          assertThrows(
                  IllegalArgumentException.class,
                  () -> small.generate(longer, small.defaults().withResponseFormat(format)))
              .getMessage());
    }
  }

  @Test
  void format_thatIsBrokenOrCannotFit_isRefusedBeforeAnyWork() {
    TextOptions options = bundled.defaults();
    ResponseFormat broken = new ResponseFormat.JsonSchema("{\"items\":{\"not\":{}}}");
    assertEquals(
        "#/items/not: the keyword not is not supported",
        assertThrows(
                GrammarException.class,
                () -> bundled.generate(PROMPT, options.withResponseFormat(broken), piece -> {}))
            .getMessage());
    ResponseFormat object = new ResponseFormat.JsonObject();
    assertThrows(
        GrammarException.class,
        () ->
            bundled.generate(
                PROMPT, options.withMaxTokens(1).withResponseFormat(object), piece -> {}));
    assertThrows(
        IllegalArgumentException.class,
        () -> options.withStopStrings(List.of("x")).withResponseFormat(object));
  }

  @Test
  void tools_thatMustBeCalled_areCalledByTheirSchemas() throws IOException {
    ToolSpec tool =
        new ToolSpec(
            "weather",
            "the weather of a city",
            "{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\",\"maxLength\":9}},"
                + "\"required\":[\"city\"],\"additionalProperties\":false}");
    ResponseFormat format =
        new ResponseFormat.ToolCalls(
            List.of(tool), new ToolChoice.Named("weather"), OutputSyntax.HUNYUAN);
    String text = generate(format, 80).text();
    assertTrue(text.startsWith("<tool_calls>[") && text.endsWith("]</tool_calls>"), text);
    String calls = text.substring("<tool_calls>".length(), text.indexOf("</tool_calls>"));
    JsonNode call = STRICT.readTree(calls).get(0);
    assertEquals("weather", call.get("name").textValue());
    assertTrue(call.get("arguments").get("city").textValue().length() <= 9, text);
  }

  @Test
  void freeText_isNotTouched() {
    assertEquals(
        bundled.generate(PROMPT, bundled.defaults().withMaxTokens(30)).text(),
        generate(new ResponseFormat.FreeText(), 30).text());
  }
}
