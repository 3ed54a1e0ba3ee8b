package io.hunyuan4j.text.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a conjunction of schemas says of a value itself. What it says of parts of the value stays in
 * the schemas, named by their pointers.
 *
 * @param types that the value may have
 * @param values the only ones allowed by {@link JsonValues#canonical}; null for no such limit
 */
record Shape(
    Set<Type> types,
    @Nullable Map<String, JsonNode> values,
    Strings strings,
    Numbers numbers,
    Arrays arrays,
    Objects objects) {
  /** Whole numbers are numbers for which {@link Numbers#whole} is said. */
  enum Type {
    NULL,
    BOOLEAN,
    NUMBER,
    STRING,
    ARRAY,
    OBJECT
  }

  /** Schemas by their pointers, sorted, all of which must hold; of none, anything goes. */
  record SchemaSet(List<String> pointers) {
    static final SchemaSet ANYTHING = new SchemaSet(List.of());

    static SchemaSet of(String pointer) {
      return new SchemaSet(List.of(pointer));
    }

    SchemaSet and(SchemaSet other) {
      return new SchemaSet(
          List.copyOf(
              new TreeSet<>(Stream.concat(pointers.stream(), other.pointers.stream()).toList())));
    }
  }

  /** What a string must be. Lengths are in code points. */
  record Strings(int min, int max, List<Part> parts) {
    static final Strings ANY = new Strings(0, Expression.UNBOUNDED, List.of());

    Strings and(Strings other) {
      List<Part> all = new ArrayList<>(parts);
      other.parts.stream()
          .filter(part -> all.stream().noneMatch(known -> known.texts().equals(part.texts())))
          .forEach(all::add);
      return new Strings(Math.max(min, other.min), Math.min(max, other.max), List.copyOf(all));
    }
  }

  /** The texts that a keyword allows, and where it stands. */
  record Part(CharAutomaton texts, String pointer) {}

  /** What a number must be. Bounds are for whole numbers; {@code boundedAt} is where one stands. */
  record Numbers(
      boolean whole, @Nullable BigInteger min, @Nullable BigInteger max, String boundedAt) {
    static final Numbers ANY = new Numbers(false, null, null, "");

    Numbers and(Numbers other) {
      return new Numbers(
          whole || other.whole,
          chosen(min, other.min, BigInteger::max),
          chosen(max, other.max, BigInteger::min),
          boundedAt.isEmpty() ? other.boundedAt : boundedAt);
    }

    private static @Nullable BigInteger chosen(
        @Nullable BigInteger a,
        @Nullable BigInteger b,
        BiFunction<BigInteger, BigInteger, BigInteger> choice) {
      return a == null ? b : b == null ? a : choice.apply(a, b);
    }
  }

  /** What an array must be. */
  record Arrays(List<SchemaSet> prefix, SchemaSet items, int min, int max) {
    static final Arrays ANY = new Arrays(List.of(), SchemaSet.ANYTHING, 0, Expression.UNBOUNDED);

    SchemaSet element(int index) {
      return index < prefix.size() ? prefix.get(index) : items;
    }

    Arrays and(Arrays other) {
      List<SchemaSet> both = new ArrayList<>();
      for (int i = 0; i < Math.max(prefix.size(), other.prefix.size()); i++) {
        both.add(element(i).and(other.element(i)));
      }
      return new Arrays(
          List.copyOf(both),
          items.and(other.items),
          Math.max(min, other.min),
          Math.min(max, other.max));
    }
  }

  /** What an object must be. */
  record Objects(Map<String, SchemaSet> properties, Set<String> required, SchemaSet additional) {
    static final Objects ANY = new Objects(Map.of(), Set.of(), SchemaSet.ANYTHING);

    SchemaSet property(String name) {
      SchemaSet known = properties.get(name);
      return known == null ? additional : known;
    }

    Objects and(Objects other) {
      if (this == ANY) {
        return other;
      }
      Map<String, SchemaSet> both = new LinkedHashMap<>();
      properties.keySet().forEach(name -> both.put(name, property(name).and(other.property(name))));
      other
          .properties
          .keySet()
          .forEach(name -> both.put(name, property(name).and(other.property(name))));
      Set<String> all = new LinkedHashSet<>(required);
      all.addAll(other.required);
      return new Objects(both, all, additional.and(other.additional));
    }
  }

  static final Shape ANY =
      new Shape(EnumSet.allOf(Type.class), null, Strings.ANY, Numbers.ANY, Arrays.ANY, Objects.ANY);

  /** What both say. */
  Shape and(Shape other) {
    Set<Type> both = EnumSet.noneOf(Type.class);
    both.addAll(types);
    both.retainAll(other.types);
    Map<String, JsonNode> common = values == null ? other.values : values;
    if (values != null && other.values != null) {
      common = new LinkedHashMap<>(values);
      common.keySet().retainAll(other.values.keySet());
    }
    return new Shape(
        both,
        common,
        strings.and(other.strings),
        numbers.and(other.numbers),
        arrays.and(other.arrays),
        objects.and(other.objects));
  }

  /** How many parts it has; a long text counts as several. At least 4. */
  long size() {
    long size = 4 + strings.parts().size() + objects.required().size();
    if (values != null) {
      for (String value : values.keySet()) {
        size += textSize(value);
      }
    }
    for (SchemaSet element : arrays.prefix()) {
      size += 1 + element.pointers().size();
    }
    for (var property : objects.properties().entrySet()) {
      size += textSize(property.getKey()) + property.getValue().pointers().size();
    }
    return size;
  }

  private static long textSize(String text) {
    return 1 + text.length() / 16;
  }

  /** The same for values of one type. */
  Shape only(Type type) {
    return new Shape(EnumSet.of(type), values, strings, numbers, arrays, objects);
  }
}
