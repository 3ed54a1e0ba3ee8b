package io.hunyuan4j.text;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.hunyuan4j.text.json.JsonProblem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * A value in a JSON file and the place where it stands, so that an error can name it. Values are of
 * the type asked for, or it is an error.
 *
 * @param place a JSON pointer; empty for the whole document
 */
record JsonCursor(Path file, JsonPointer place, JsonNode node) {
  /**
   * The document in {@code file}. Jackson reads it without recursion and bounds its nesting at
   * 1,000; a key that stands twice is an error.
   *
   * @throws VocabularyFormatException if the file is not JSON
   */
  static JsonCursor read(Path file) throws IOException {
    JsonMapper mapper =
        JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    try {
      return new JsonCursor(file, JsonPointer.empty(), mapper.readTree(VocabularyFile.utf8(file)));
    } catch (JsonProcessingException e) {
      throw new VocabularyFormatException(
          file, JsonProblem.place(e), "expected JSON, but: " + JsonProblem.reason(e));
    }
  }

  /**
   * The value under {@code key} of this object; one that is not {@linkplain #isPresent present}
   * where there is none.
   */
  JsonCursor get(String key) {
    require(node.isObject(), "an object");
    return new JsonCursor(file, place.appendProperty(key), node.path(key));
  }

  /** Whether there is a value: neither missing nor {@code null}. */
  boolean isPresent() {
    return !node.isMissingNode() && !node.isNull();
  }

  /** The elements of this array. */
  List<JsonCursor> elements() {
    require(node.isArray(), "an array");
    List<JsonCursor> elements = new ArrayList<>(node.size());
    for (JsonNode element : node) {
      elements.add(new JsonCursor(file, place.appendIndex(elements.size()), element));
    }
    return elements;
  }

  /** This object's keys and values. */
  List<Entry> entries() {
    require(node.isObject(), "an object");
    return node.properties().stream()
        .map(entry -> new Entry(entry.getKey(), get(entry.getKey())))
        .toList();
  }

  /** A key of an object and its value. */
  record Entry(String key, JsonCursor value) {}

  String string() {
    require(node.isTextual(), "a string");
    return node.textValue();
  }

  /** A whole number from 0 to below {@code limit}. */
  int intBelow(int limit) {
    if (!node.isIntegralNumber()
        || !node.canConvertToInt()
        || node.intValue() < 0
        || node.intValue() >= limit) {
      throw expected("a whole number from 0 to " + (limit - 1));
    }
    return node.intValue();
  }

  /** True or false; {@code missing} where there is no value. */
  boolean flag(boolean missing) {
    if (!isPresent()) {
      return missing;
    }
    require(node.isBoolean(), "true or false");
    return node.booleanValue();
  }

  /** Fails if this object has a key besides {@code known}: it might change the ids. */
  void requireOnly(String... known) {
    Set<String> keys = Set.copyOf(Arrays.asList(known));
    for (Entry entry : entries()) {
      if (!keys.contains(entry.key())) {
        throw entry
            .value()
            .broken("this key is not known, only " + String.join(", ", known) + " are");
      }
    }
  }

  /**
   * Fails unless the value is missing, {@code null} or false: what it asks for is not done here.
   */
  void requireOff() {
    if (isPresent()
        && !(node.isBoolean() && !node.booleanValue())
        && !(node.isTextual() && node.textValue().isEmpty())) {
      throw expected("nothing (it is not supported)");
    }
  }

  private void require(boolean holds, String expected) {
    if (!holds) {
      throw expected(expected);
    }
  }

  /** The error that this value is not {@code what}. */
  VocabularyFormatException expected(String what) {
    String found =
        switch (node.getNodeType()) {
          case MISSING -> "nothing";
          case OBJECT -> "an object";
          case ARRAY -> "an array";
          case BINARY, BOOLEAN, NULL, NUMBER, POJO, STRING ->
              VocabularyFormatException.quoted(node.asText());
        };
    return broken("expected " + what + ", found " + found);
  }

  /** An error at this place. */
  VocabularyFormatException broken(String problem) {
    return new VocabularyFormatException(file, place.toString(), problem);
  }
}
