package io.hunyuan4j.text.grammar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Texts of random schemas under random weights, judged by a validator that is not ours. */
class JsonSchemaWalkTest {
  private static final JsonMapper STRICT =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private static JsonSchema validator(JsonNode schema) {
    return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
        .getSchema(schema, SchemaValidatorsConfig.builder().formatAssertionsEnabled(true).build());
  }

  private static void check(ConstraintVocabulary vocabulary, long seed, int schemas) {
    System.out.println("JsonSchemaWalkTest: seed " + seed);
    Random random = new Random(seed);
    Writer writer = new Writer(vocabulary, random);
    RandomSchemas source = new RandomSchemas(random);
    int compiled = 0;
    while (compiled < schemas) {
      ObjectNode schema = source.next();
      CompiledFormat format = compile(vocabulary, schema);
      if (format == null) {
        continue;
      }
      compiled++;
      JsonSchema validator = validator(schema);
      int shortest = Writer.shortest(format);
      if (shortest > 0) {
        assertThrows(GrammarException.class, () -> format.constraint(shortest - 1));
      }
      for (int extra : List.of(0, random.nextInt(4), random.nextInt(40), 300)) {
        String text = writer.write(format, shortest + extra);
        assertValid(validator, schema, text);
      }
    }
  }

  /** The format of a schema, or null where no value has all that it asks for. */
  private static @Nullable CompiledFormat compile(
      ConstraintVocabulary vocabulary, ObjectNode schema) {
    try {
      return CompiledFormat.compile(new ResponseFormat.JsonSchema(schema.toString()), vocabulary);
    } catch (GrammarException e) {
      boolean expected =
          e.getMessage().contains("no text is what")
              || e.getMessage().contains("refers to itself without")
              || e.getMessage().contains("may overlap");
      assertTrue(expected, () -> e.getMessage() + " in " + schema);
      return null;
    }
  }

  private static void assertValid(JsonSchema validator, ObjectNode schema, String text) {
    try {
      assertEquals(
          Set.of(), validator.validate(STRICT.readTree(text)), () -> text + " of " + schema);
    } catch (JsonProcessingException e) {
      throw new AssertionError(text + " of " + schema, e);
    }
  }

  @Test
  void textsOfTheBundledVocabularyAreValid() {
    check(Vocabularies.bundled(), 1, 500);
  }

  @Test
  void textsOfTheLargestVocabularyAreValid() {
    check(Vocabularies.largest(), 2, 60);
  }
}
