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
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
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

  private final SchemaSource source;
  private final WorkLimit work = new WorkLimit();
  private final Map<String, List<Shape>> known = new HashMap<>();
  private final Map<SchemaSet, List<Shape>> knownSets = new HashMap<>();
  private final Map<String, Part> parts = new HashMap<>();
  private final Set<String> underWay = new LinkedHashSet<>();

  /** For a schema that has passed {@link SchemaCheck}. */
  SchemaShapes(SchemaSource source) {
    this.source = source;
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
    }
    return shapes;
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
        new Disjointness(this).require(options, place);
      }
      shapes = options.stream().flatMap(List::stream).toList();
      requireFew(shapes.size(), place);
    }
    return shapes;
  }

  SchemaSource source() {
    return source;
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
        Shape shape = a == Shape.ANY ? b : b == Shape.ANY ? a : a.and(b);
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
            name.equals("integer")
                ? Type.NUMBER
                : Type.valueOf(name.toUpperCase(java.util.Locale.ROOT)));
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

  private static @Nullable List<JsonNode> values(JsonNode schema) {
    List<JsonNode> values = null;
    if (schema.has("enum")) {
      values = schema.get("enum").valueStream().toList();
    }
    if (schema.has("const")) {
      JsonNode only = schema.get("const");
      boolean allowed = values == null || values.stream().anyMatch(v -> JsonValues.same(v, only));
      values = allowed ? List.of(only) : List.of();
    }
    return values;
  }

  private Strings strings(String pointer, JsonNode schema) {
    List<Part> restrictions = new ArrayList<>();
    for (String keyword : List.of("pattern", "format")) {
      if (schema.has(keyword)) {
        String at = SchemaSource.child(pointer, keyword);
        restrictions.add(parts.computeIfAbsent(at, key -> part(keyword, at, schema)));
      }
    }
    return new Strings(
        count(schema, "minLength", 0),
        count(schema, "maxLength", Expression.UNBOUNDED),
        List.copyOf(restrictions));
  }

  private Part part(String keyword, String at, JsonNode schema) {
    String value = schema.get(keyword).textValue();
    if (keyword.equals("format")) {
      return new Part(StringFormats.automaton(value), at);
    }
    try {
      return new Part(Patterns.containing(RegexParser.parse(value, source.place(at)), work), at);
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

  private static java.math.BigInteger rounded(JsonNode number, RoundingMode mode) {
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

  /** Whether a value, given in a schema, is of a shape, apart from {@link Shape#values}. */
  boolean admits(Shape shape, JsonNode value) {
    if (!shape.types().contains(JsonValues.type(value))) {
      return false;
    }
    return switch (JsonValues.type(value)) {
      case NULL, BOOLEAN -> true;
      case NUMBER -> admitsNumber(shape.numbers(), value);
      case STRING -> admitsString(shape.strings(), value.textValue());
      case ARRAY -> admitsArray(shape.arrays(), value);
      case OBJECT -> admitsObject(shape.objects(), value);
    };
  }

  /** Whether a value, given in a schema, is one that a set of schemas allows. */
  boolean admits(SchemaSet schemas, JsonNode value) {
    return of(schemas).stream()
        .anyMatch(
            shape ->
                admits(shape, value)
                    && (shape.values() == null
                        || shape.values().stream().anyMatch(v -> JsonValues.same(v, value))));
  }

  private boolean admitsNumber(Numbers numbers, JsonNode value) {
    requireWholeIfBounded(numbers);
    BigDecimal number = value.decimalValue();
    return (!numbers.whole() || JsonValues.isWhole(value))
        && (numbers.min() == null || number.compareTo(new BigDecimal(numbers.min())) >= 0)
        && (numbers.max() == null || number.compareTo(new BigDecimal(numbers.max())) <= 0);
  }

  /** Refuses bounds on numbers that need not be whole. */
  void requireWholeIfBounded(Numbers numbers) {
    if (!numbers.whole() && (numbers.min() != null || numbers.max() != null)) {
      throw source.refused(
          numbers.boundedAt(), "bounds are supported where the type is integer, and nowhere else");
    }
  }

  private static boolean admitsString(Strings strings, String value) {
    int length = value.codePointCount(0, value.length());
    return length >= strings.min()
        && length <= strings.max()
        && strings.parts().stream().allMatch(part -> part.texts().accepts(value));
  }

  private boolean admitsArray(Arrays arrays, JsonNode value) {
    for (int i = 0; i < value.size(); i++) {
      if (!admits(arrays.element(i), value.get(i))) {
        return false;
      }
    }
    return value.size() >= arrays.min() && value.size() <= arrays.max();
  }

  private boolean admitsObject(Objects objects, JsonNode value) {
    return objects.required().stream().allMatch(value::has)
        && value.properties().stream()
            .allMatch(entry -> admits(objects.property(entry.getKey()), entry.getValue()));
  }
}
