package io.hunyuan4j.text.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import io.hunyuan4j.text.grammar.CharAutomaton.TooLargeException;
import io.hunyuan4j.text.grammar.Shape.Arrays;
import io.hunyuan4j.text.grammar.Shape.Numbers;
import io.hunyuan4j.text.grammar.Shape.Objects;
import io.hunyuan4j.text.grammar.Shape.Part;
import io.hunyuan4j.text.grammar.Shape.SchemaSet;
import io.hunyuan4j.text.grammar.Shape.Strings;
import io.hunyuan4j.text.grammar.Shape.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The shapes that schemas allow, any of which will do: references followed, {@code allOf} merged,
 * {@code anyOf} and {@code oneOf} spread out.
 */
final class SchemaShapes {
  private static final int MAX_SHAPES = 1000;
  private static final int MAX_NESTING = 200;

  /** The {@link Shape#size} of all shapes together. */
  private static final long MAX_SIZE = 400_000;

  private final SchemaSource source;
  private final StringTexts texts;
  private final Map<String, List<Shape>> known = new HashMap<>();
  private final Map<SchemaSet, List<Shape>> knownSets = new HashMap<>();
  private final Set<String> underWay = new LinkedHashSet<>();
  private final ArrayDeque<OneOf> unproven = new ArrayDeque<>();
  private boolean proving;
  private long size;

  /** Options that must be shown to exclude one another: at leisure, as they may be recursive. */
  private record OneOf(List<List<Shape>> options, String place) {}

  /** For a schema that has passed {@link SchemaCheck}. */
  SchemaShapes(SchemaSource source, StringTexts texts) {
    this.source = source;
    this.texts = texts;
  }

  /** The shapes of values for which all schemas of a set hold. */
  List<Shape> of(SchemaSet schemas) {
    List<Shape> shapes = knownSets.get(schemas);
    if (shapes == null) {
      shapes = List.of(Shape.ANY);
      for (String pointer : schemas.pointers()) {
        shapes = and(shapes, of(pointer), pointer);
      }
      knownSets.put(schemas, shapes);
      prove();
    }
    return shapes;
  }

  /** Proves what waits, unless something is under way: a proof may ask for shapes that wait too. */
  private void prove() {
    if (proving || !underWay.isEmpty()) {
      return;
    }
    proving = true;
    while (!unproven.isEmpty()) {
      OneOf next = unproven.remove();
      new Disjointness(this, next.place()).require(next.options());
    }
    proving = false;
  }

  private List<Shape> of(String pointer) {
    List<Shape> shapes = known.get(pointer);
    if (shapes == null) {
      if (!underWay.add(pointer)) {
        throw source.refused(
            pointer, "the schema refers to itself without getting on in the value");
      }
      if (underWay.size() > MAX_NESTING) {
        throw source.refused(
            pointer, "more than " + MAX_NESTING + " schemas refer to one another for one value");
      }
      JsonNode schema = source.at(pointer);
      shapes =
          schema.isBoolean()
              ? (schema.booleanValue() ? List.of(Shape.ANY) : List.of())
              : ofObject(pointer, schema);
      underWay.remove(pointer);
      known.put(pointer, shapes);
    }
    return shapes;
  }

  private List<Shape> ofObject(String pointer, JsonNode schema) {
    List<Shape> shapes = List.of(own(pointer, schema));
    requireRoom(shapes.getFirst(), pointer);
    if (schema.has("$ref")) {
      shapes = and(shapes, of(source.target(pointer)), pointer);
    }
    for (String option : children(pointer, schema, "allOf")) {
      shapes = and(shapes, of(option), pointer + "/allOf");
    }
    for (String keyword : List.of("anyOf", "oneOf")) {
      if (!schema.has(keyword)) {
        continue;
      }
      String place = SchemaSource.child(pointer, keyword);
      List<List<Shape>> options = new ArrayList<>();
      for (String option : children(pointer, schema, keyword)) {
        options.add(and(shapes, of(option), place));
      }
      if (keyword.equals("oneOf")) {
        unproven.add(new OneOf(options, place));
      }
      shapes = options.stream().flatMap(List::stream).toList();
      requireFew(shapes.size(), place);
    }
    return shapes;
  }

  SchemaSource source() {
    return source;
  }

  StringTexts texts() {
    return texts;
  }

  /** Notes steps that the schema at a pointer costs, and refuses it if there are too many. */
  void spend(long steps, String pointer) {
    if (!texts.work().tookForSchemas(steps)) {
      throw source.refused(pointer, "combining the schemas takes too many steps");
    }
  }

  private static List<String> children(String pointer, JsonNode schema, String keyword) {
    List<String> pointers = new ArrayList<>();
    for (int i = 0; i < schema.path(keyword).size(); i++) {
      pointers.add(SchemaSource.child(pointer, keyword) + "/" + i);
    }
    return pointers;
  }

  private List<Shape> and(List<Shape> left, List<Shape> right, String place) {
    requireFew((long) left.size() * right.size(), place);
    List<Shape> both = new ArrayList<>();
    for (Shape a : left) {
      for (Shape b : right) {
        if (a == Shape.ANY || b == Shape.ANY) {
          both.add(a == Shape.ANY ? b : a);
          continue;
        }
        spend(a.size() + b.size(), place);
        Shape shape = a.and(b);
        requireRoom(shape, place);
        if (!shape.types().isEmpty() && (shape.values() == null || !shape.values().isEmpty())) {
          both.add(shape);
        }
      }
    }
    return both;
  }

  private void requireFew(long shapes, String place) {
    if (shapes > MAX_SHAPES) {
      throw source.refused(
          place,
          "the schemas combine to %d alternatives, at most %d are possible"
              .formatted(shapes, MAX_SHAPES));
    }
  }

  private void requireRoom(Shape shape, String place) {
    size += shape.size();
    if (size > MAX_SIZE) {
      throw source.refused(
          place,
          "the schemas combine to alternatives of more than %d types, values, items and properties in all"
              .formatted(MAX_SIZE));
    }
  }

  private Shape own(String pointer, JsonNode schema) {
    JsonNode type = schema.path("type");
    Set<Type> types = EnumSet.allOf(Type.class);
    boolean whole = false;
    if (!type.isMissingNode()) {
      List<String> names =
          type.isArray()
              ? type.valueStream().map(JsonNode::textValue).toList()
              : List.of(type.textValue());
      types = EnumSet.noneOf(Type.class);
      for (String name : names) {
        types.add(
            name.equals("integer") ? Type.NUMBER : Type.valueOf(name.toUpperCase(Locale.ROOT)));
      }
      whole = names.contains("integer") && !names.contains("number");
    }
    return new Shape(
        types,
        values(schema),
        strings(pointer, schema),
        numbers(pointer, schema, whole),
        arrays(pointer, schema),
        objects(pointer, schema));
  }

  private static @Nullable Map<String, JsonNode> values(JsonNode schema) {
    Map<String, JsonNode> values = null;
    if (schema.has("enum")) {
      Map<String, JsonNode> given = new LinkedHashMap<>();
      schema.get("enum").forEach(value -> given.putIfAbsent(JsonValues.canonical(value), value));
      values = given;
    }
    if (schema.has("const")) {
      JsonNode only = schema.get("const");
      String key = JsonValues.canonical(only);
      values = values == null || values.containsKey(key) ? Map.of(key, only) : Map.of();
    }
    return values;
  }

  private Strings strings(String pointer, JsonNode schema) {
    List<Part> restrictions = new ArrayList<>();
    for (String keyword : List.of("pattern", "format")) {
      if (schema.has(keyword)) {
        String at = SchemaSource.child(pointer, keyword);
        restrictions.add(part(keyword, at, schema));
      }
    }
    return new Strings(
        count(schema, "minLength", 0),
        count(schema, "maxLength", Expression.UNBOUNDED),
        List.copyOf(restrictions));
  }

  private Part part(String keyword, String at, JsonNode schema) {
    String value = schema.get(keyword).textValue();
    try {
      return new Part(
          keyword.equals("format")
              ? texts.ofFormat(value)
              : texts.ofPattern(value, source.place(at)),
          at);
    } catch (TooLargeException e) {
      throw tooManyStates(at);
    }
  }

  GrammarException tooManyStates(String at) {
    return source.refused(
        at,
        "with the others of its string the keyword needs more than %d states, or with those of the schema too many steps"
            .formatted(CharAutomaton.MAX_STATES));
  }

  private static int count(JsonNode schema, String keyword, int otherwise) {
    return schema.has(keyword) ? schema.get(keyword).decimalValue().intValue() : otherwise;
  }

  private static Numbers numbers(String pointer, JsonNode schema, boolean whole) {
    JsonNode min = schema.get("minimum");
    JsonNode max = schema.get("maximum");
    String bounded = min != null ? "minimum" : max != null ? "maximum" : "";
    return new Numbers(
        whole,
        min == null ? null : rounded(min, RoundingMode.CEILING),
        max == null ? null : rounded(max, RoundingMode.FLOOR),
        bounded.isEmpty() ? "" : SchemaSource.child(pointer, bounded));
  }

  private static BigInteger rounded(JsonNode number, RoundingMode mode) {
    BigDecimal value = number.decimalValue();
    return value.setScale(0, mode).toBigInteger();
  }

  private static Arrays arrays(String pointer, JsonNode schema) {
    List<SchemaSet> prefix = new ArrayList<>();
    children(pointer, schema, "prefixItems").forEach(child -> prefix.add(SchemaSet.of(child)));
    return new Arrays(
        List.copyOf(prefix),
        schema.has("items") ? SchemaSet.of(pointer + "/items") : SchemaSet.ANYTHING,
        count(schema, "minItems", 0),
        count(schema, "maxItems", Expression.UNBOUNDED));
  }

  private static Objects objects(String pointer, JsonNode schema) {
    Map<String, SchemaSet> properties = new LinkedHashMap<>();
    String at = pointer + "/properties";
    schema
        .path("properties")
        .fieldNames()
        .forEachRemaining(name -> properties.put(name, SchemaSet.of(SchemaSource.child(at, name))));
    Set<String> required = new LinkedHashSet<>();
    schema.path("required").forEach(name -> required.add(name.textValue()));
    boolean closed = schema.has("additionalProperties");
    return new Objects(
        properties,
        required,
        closed ? SchemaSet.of(pointer + "/additionalProperties") : SchemaSet.ANYTHING);
  }

  /** Refuses bounds on numbers that need not be whole. */
  void requireWholeIfBounded(Numbers numbers) {
    if (!numbers.whole() && (numbers.min() != null || numbers.max() != null)) {
      throw source.refused(
          numbers.boundedAt(), "bounds are supported where the type is integer, and nowhere else");
    }
  }
}
