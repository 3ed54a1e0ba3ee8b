package io.hunyuan4j.text.grammar;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.hunyuan4j.text.internal.Excerpt;
import io.hunyuan4j.text.json.JsonProblem;
import java.net.URLDecoder;

/**
 * A JSON schema and where its parts stand.
 *
 * @param label in front of places in errors; empty for the only schema
 */
record SchemaSource(String label, JsonNode root) {
  private static final int MAX_NESTING = 200;

  /**
   * Reads a schema. Nesting is bounded at 200; a key that stands twice is an error.
   *
   * @throws GrammarException if it is not JSON
   */
  static SchemaSource read(String schema, String label) {
    JsonFactory factory =
        JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(
                StreamReadConstraints.builder().maxNestingDepth(MAX_NESTING).build())
            .build();
    JsonMapper mapper =
        JsonMapper.builder(factory)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES) // written as it stands
            .build();
    try {
      JsonNode root = mapper.readTree(schema);
      if (root == null || root.isMissingNode()) {
        throw new GrammarException(label, "the schema is empty");
      }
      return new SchemaSource(label, root);
    } catch (JsonProcessingException e) {
      throw new GrammarException(label, "the schema is no JSON: " + JsonProblem.sentence(e));
    } catch (NumberFormatException e) { // what Jackson makes of an exponent of eleven digits
      throw new GrammarException(label, "the schema has a number that cannot be represented");
    }
  }

  /** The part at a JSON pointer, which is there. */
  JsonNode at(String pointer) {
    return root.at(pointer);
  }

  /** The pointer of a member of the part at {@code pointer}. */
  static String child(String pointer, String key) {
    return pointer + "/" + key.replace("~", "~0").replace("/", "~1");
  }

  /** The pointer that the {@code $ref} of the schema at {@code pointer} names. */
  String target(String pointer) {
    String place = child(pointer, "$ref");
    JsonNode reference = at(place);
    if (!reference.isTextual() || !reference.textValue().startsWith("#")) {
      throw refused(
          place,
          "a reference must be #, or # and a JSON pointer, not " + Excerpt.ofValue(reference));
    }
    try {
      String decoded =
          URLDecoder.decode(reference.textValue().substring(1).replace("+", "%2B"), UTF_8);
      JsonPointer target = JsonPointer.compile(decoded);
      JsonNode found = root.at(target);
      if (found.isObject() || found.isBoolean()) {
        return target.toString();
      }
    } catch (IllegalArgumentException e) {
      throw refused(place, Excerpt.ofValue(reference) + " is no JSON pointer");
    }
    throw refused(place, "there is no schema at " + Excerpt.ofValue(reference));
  }

  /** How errors name the part at a pointer. */
  String place(String pointer) {
    return (label.isEmpty() ? "" : label + ", ") + "#" + pointer;
  }

  GrammarException refused(String pointer, String problem) {
    return new GrammarException(place(pointer), problem);
  }
}
