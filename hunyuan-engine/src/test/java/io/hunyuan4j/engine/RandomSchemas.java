package io.hunyuan4j.engine;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Random;

/** Random JSON schemas of the keywords that are supported. */
final class RandomSchemas {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final List<String> NAMES =
      List.of("name", "id", "a", "b", "naïve", "say \"hi\"", "", "tags", "地址", "x/y~z");
  private static final List<String> PATTERNS =
      List.of(
          "^[a-z]+$",
          "\\d",
          "^(?:red|green)",
          "[^\\x00-\\x7f]$",
          "^.{2,5}$",
          "^a*b*$",
          "q.*z",
          "\\\\");
  private static final List<String> FORMATS = List.of("date", "date-time", "uuid");
  private static final int DEFINITIONS = 3;

  private final Random random;

  RandomSchemas(Random random) {
    this.random = random;
  }

  /** A schema with definitions that may refer to one another, also to themselves. */
  ObjectNode next() {
    ObjectNode root = schema(0);
    ObjectNode definitions = root.putObject("$defs");
    for (int i = 0; i < DEFINITIONS; i++) {
      definitions.set("d" + i, schema(1));
    }
    return root;
  }

  private ObjectNode schema(int depth) {
    ObjectNode schema = JSON.objectNode();
    switch (random.nextInt(depth > 3 ? 6 : 13)) {
      case 0 -> schema.put("type", "boolean");
      case 1 -> integer(schema);
      case 2, 3 -> string(schema);
      case 4 -> values(schema);
      case 5 -> types(schema);
      case 6, 7, 8 -> object(schema, depth);
      case 9 -> array(schema, depth);
      case 10 -> several(schema.putArray("anyOf"), depth);
      case 11 -> combined(schema, depth);
      default -> schema.put("$ref", "#/$defs/d" + random.nextInt(DEFINITIONS));
    }
    return schema;
  }

  private void integer(ObjectNode schema) {
    schema.put("type", "integer");
    long low = random.nextInt(2000) - 1000;
    if (random.nextBoolean()) {
      schema.put("minimum", low);
    }
    if (random.nextBoolean()) {
      schema.put("maximum", low + random.nextInt(5000));
    }
  }

  private void string(ObjectNode schema) {
    schema.put("type", "string");
    int least = random.nextInt(4);
    switch (random.nextInt(6)) {
      case 0 -> schema.put("minLength", least).put("maxLength", least + random.nextInt(40));
      case 1 -> schema.put("maxLength", random.nextInt(200));
      case 2 -> schema.put("pattern", PATTERNS.get(random.nextInt(PATTERNS.size())));
      case 3 ->
          schema
              .put("pattern", PATTERNS.get(random.nextInt(PATTERNS.size())))
              .put("minLength", least)
              .put("maxLength", least + random.nextInt(9));
      case 4 -> schema.put("format", FORMATS.get(random.nextInt(FORMATS.size())));
      default -> {}
    }
  }

  private void values(ObjectNode schema) {
    ArrayNode values = schema.putArray("enum");
    values.add("red").add("two words").add(17).add(-0.5).addNull().add(true);
    values.addObject().put("k", 1).putArray("l").add("é");
    while (values.size() > 1 + random.nextInt(3)) {
      values.remove(random.nextInt(values.size()));
    }
    if (random.nextInt(4) == 0) {
      schema.set("const", values.get(0));
      schema.remove("enum");
    }
  }

  private void types(ObjectNode schema) {
    ArrayNode types = schema.putArray("type");
    List.of("null", "number", "string", "array", "object", "integer")
        .forEach(
            type -> {
              if (random.nextInt(3) == 0) {
                types.add(type);
              }
            });
    if (types.isEmpty()) {
      types.add("null");
    }
  }

  private void object(ObjectNode schema, int depth) {
    schema.put("type", "object");
    ObjectNode properties = schema.putObject("properties");
    ArrayNode required = schema.putArray("required");
    for (int i = random.nextInt(5); i > 0; i--) {
      String name = NAMES.get(random.nextInt(NAMES.size()));
      properties.set(name, schema(depth + 1));
      if (random.nextBoolean() && depth < 3) {
        required.add(name);
      }
    }
    switch (random.nextInt(4)) {
      case 0 -> {}
      case 1 -> schema.set("additionalProperties", schema(depth + 1));
      default -> schema.put("additionalProperties", false);
    }
  }

  private void array(ObjectNode schema, int depth) {
    schema.put("type", "array");
    if (random.nextInt(3) == 0) {
      several(schema.putArray("prefixItems"), depth);
    }
    if (random.nextInt(4) > 0) {
      schema.set("items", schema(depth + 1));
    } else if (random.nextBoolean()) {
      schema.put("items", false);
    }
    int least = random.nextInt(3);
    if (random.nextBoolean()) {
      schema.put("minItems", least);
    }
    if (random.nextBoolean()) {
      schema.put("maxItems", least + random.nextInt(4));
    }
  }

  private void several(ArrayNode schemas, int depth) {
    for (int i = 1 + random.nextInt(3); i > 0; i--) {
      schemas.add(schema(depth + 1));
    }
  }

  private void combined(ObjectNode schema, int depth) {
    if (random.nextBoolean()) {
      ArrayNode all = schema.putArray("allOf");
      for (int i = 0; i < 2; i++) {
        ObjectNode part = JSON.objectNode();
        object(part, depth);
        part.remove("additionalProperties");
        all.add(part);
      }
      return;
    }
    ArrayNode options = schema.putArray("oneOf");
    for (String kind : List.of("cat", "dog")) {
      ObjectNode option = options.addObject();
      object(option, depth);
      option.withObjectProperty("properties").putObject("kind").put("const", kind);
      option.withArrayProperty("required").add("kind");
    }
  }
}
