package io.hunyuan4j.text.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import io.hunyuan4j.text.internal.Excerpt;
import java.math.BigDecimal;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Looks at every part of a schema that has a say, for keywords that are not known and values that
 * are not what their keyword wants, so that what follows need not ask again.
 */
final class SchemaCheck {
  private static final Set<String> TYPES =
      Set.of("null", "boolean", "integer", "number", "string", "array", "object");

  /**
   * Levels of a given value. Where it may stand there are some 100 around it at most, and what
   * reads the text takes 128.
   */
  private static final int MAX_NESTING = 16;

  /** Numbers of the schema may have so many digits before the point. */
  private static final int MAX_DIGITS = 40;

  /** The JSON pointers of all parts of a schema together may have so many characters. */
  private static final long MAX_POINTERS = 10_000_000;

  private final SchemaSource source;
  private final Set<String> seen = new HashSet<>();
  private final ArrayDeque<String> pending = new ArrayDeque<>();
  private long pointers;

  private SchemaCheck(SchemaSource source) {
    this.source = source;
  }

  /**
   * Checks the schema.
   *
   * @throws GrammarException naming the first keyword that is not supported
   */
  static void check(SchemaSource source) {
    SchemaCheck check = new SchemaCheck(source);
    check.visit("");
    while (!check.pending.isEmpty()) {
      String pointer = check.pending.remove();
      JsonNode schema = source.at(pointer);
      if (schema.isObject()) {
        schema.properties().forEach(entry -> check.keyword(pointer, entry.getKey()));
      } else if (!schema.isBoolean()) {
        throw source.refused(
            pointer, "a schema is an object, true or false, not " + Excerpt.ofValue(schema));
      }
    }
  }

  private void visit(String pointer) {
    if (seen.add(pointer)) {
      pending.add(pointer);
      pointers += pointer.length();
      require(
          pointers <= MAX_POINTERS, "", "the schema has too many parts nested under long names");
    }
  }

  private void keyword(String schema, String keyword) {
    String at = SchemaSource.child(schema, keyword);
    JsonNode value = source.at(at);
    switch (keyword) {
      case "title", "description", "default", "examples", "$comment", "$schema" -> {}
      case "deprecated", "readOnly", "writeOnly", "$defs", "definitions" -> {}
      case "$id" -> require(schema.isEmpty(), at, "an $id inside a schema is not supported");
      case "type" -> type(at, value);
      case "enum" -> {
        require(value.isArray(), at, "an array", value);
        value.forEach(given -> given(at, given));
      }
      case "const" -> given(at, value);
      case "$ref" -> visit(source.target(schema));
      case "anyOf", "oneOf", "allOf" -> schemas(at, value);
      case "prefixItems" -> schemas(at, value);
      case "items", "additionalProperties" -> visit(at);
      case "properties" -> {
        require(value.isObject(), at, "an object", value);
        value.fieldNames().forEachRemaining(name -> visit(SchemaSource.child(at, name)));
      }
      case "required" -> required(at, value);
      case "minLength", "maxLength", "minItems", "maxItems" -> count(at, value);
      case "minimum", "maximum" -> number(at, value);
      case "pattern" -> require(value.isTextual(), at, "a string", value);
      case "format" ->
          require(
              StringFormats.isKnown(value.asText()) && value.isTextual(),
              at,
              "a format among " + StringFormats.names(),
              value);
      default -> throw source.refused(at, "the keyword " + keyword + " is not supported");
    }
  }

  private void given(String at, JsonNode value) {
    int nesting = JsonValues.nesting(value);
    require(
        nesting <= MAX_NESTING,
        at,
        "the value is nested %d deep, at most %d are possible".formatted(nesting, MAX_NESTING));
  }

  private void type(String at, JsonNode value) {
    List<JsonNode> types =
        value.isArray() ? List.copyOf(value.valueStream().toList()) : List.of(value);
    for (JsonNode type : types) {
      boolean known = type.isTextual() && TYPES.contains(type.textValue());
      require(known, at, "types among " + TYPES.stream().sorted().toList(), type);
    }
  }

  private void schemas(String at, JsonNode value) {
    require(value.isArray() && !value.isEmpty(), at, "some schemas", value);
    for (int i = 0; i < value.size(); i++) {
      visit(at + "/" + i);
    }
  }

  private void required(String at, JsonNode value) {
    require(value.isArray(), at, "an array", value);
    for (JsonNode name : value) {
      require(name.isTextual(), at, "names of properties", name);
    }
  }

  private void count(String at, JsonNode value) {
    number(at, value);
    BigDecimal count = value.decimalValue();
    require(
        count.signum() >= 0
            && count.stripTrailingZeros().scale() <= 0
            && count.compareTo(BigDecimal.valueOf(Integer.MAX_VALUE)) < 0,
        at,
        "a whole number from 0 to 2147483646",
        value);
  }

  private void number(String at, JsonNode value) {
    require(value.isNumber(), at, "a number", value);
    BigDecimal number = value.decimalValue();
    require(
        (long) number.precision() - number.scale() <= MAX_DIGITS
            && number.scale() <= 20 * MAX_DIGITS,
        at,
        "the number has more than " + MAX_DIGITS + " digits");
  }

  private void require(boolean holds, String at, String problem) {
    if (!holds) {
      throw source.refused(at, problem);
    }
  }

  private void require(boolean holds, String at, String expected, JsonNode found) {
    if (!holds) {
      throw source.refused(at, "expected " + expected + ", found " + Excerpt.ofValue(found));
    }
  }
}
