package io.hunyuan4j.text.chat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.hunyuan4j.text.json.JsonProblem;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Strict JSON within bounds: arrays and objects nest {@value #MAX_DEPTH} deep, a number has {@value
 * #MAX_DIGITS} characters and a string 20 million, which is Jackson's own bound. The last value of
 * a repeated key counts.
 */
final class Json {
  /** Far above what tools take, and with the message around it still within what templates do. */
  static final int MAX_DEPTH = 128;

  static final int MAX_DIGITS = 1000;

  /** Keeps no table of keys: they are a stranger's, and mostly new. */
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxNumberLength(MAX_DIGITS)
                  .build())
          .build();

  private static final JsonMapper MAPPER =
      JsonMapper.builder(FACTORY).enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  private Json() {}

  static JsonParser parser(String json) throws IOException {
    return FACTORY.createParser(json);
  }

  /** Any value and nothing else. */
  static JsonNode tree(String json) throws JsonProcessingException {
    return MAPPER.readTree(json);
  }

  /** Whether {@code json} is an object and nothing else. */
  static boolean isObject(String json) {
    try {
      return MAPPER.readValue(json, Object.class) instanceof Map;
    } catch (JsonProcessingException e) {
      return false;
    }
  }

  /**
   * The keys and values of an object, in order: each null, a Boolean, Integer, Long, BigInteger,
   * Double, String, List or Map.
   *
   * @param what names the object in errors
   * @throws IllegalArgumentException if {@code json} is not an object and nothing else
   */
  @SuppressWarnings("unchecked") // Jackson's untyped maps have keys of text
  static Map<String, @Nullable Object> object(String what, String json) {
    try {
      if (MAPPER.readValue(json, Object.class) instanceof Map<?, ?> object) {
        return (Map<String, @Nullable Object>) object;
      }
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          what + ": expected a JSON object, but " + JsonProblem.sentence(e), e);
    }
    throw new IllegalArgumentException(
        what + ": expected a JSON object, found " + json.substring(0, Math.min(json.length(), 60)));
  }
}
