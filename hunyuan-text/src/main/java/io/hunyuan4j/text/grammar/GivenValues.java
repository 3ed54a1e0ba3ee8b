package io.hunyuan4j.text.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import io.hunyuan4j.text.grammar.Shape.Arrays;
import io.hunyuan4j.text.grammar.Shape.Numbers;
import io.hunyuan4j.text.grammar.Shape.Objects;
import io.hunyuan4j.text.grammar.Shape.SchemaSet;
import io.hunyuan4j.text.grammar.Shape.Strings;
import java.math.BigDecimal;

/** Tells whether values that a schema gives, by {@code const} or {@code enum}, are valid. */
final class GivenValues {
  private final SchemaShapes shapes;

  GivenValues(SchemaShapes shapes) {
    this.shapes = shapes;
  }

  /** Whether a value is of a shape, apart from {@link Shape#values}. */
  boolean admits(Shape shape, JsonNode value) {
    shapes.spend(1, "");
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

  /** Whether a value is one that a set of schemas allows. */
  private boolean admits(SchemaSet schemas, JsonNode value) {
    return shapes.of(schemas).stream()
        .anyMatch(shape -> admits(shape, value) && isAmongValues(shape, value));
  }

  private boolean isAmongValues(Shape shape, JsonNode value) {
    if (shape.values() == null) {
      return true;
    }
    String canonical = JsonValues.canonical(value);
    shapes.spend(canonical.length(), "");
    return shape.values().containsKey(canonical);
  }

  private boolean admitsNumber(Numbers numbers, JsonNode value) {
    shapes.requireWholeIfBounded(numbers);
    BigDecimal number = value.decimalValue();
    return (!numbers.whole() || JsonValues.isWhole(value))
        && (numbers.min() == null || number.compareTo(new BigDecimal(numbers.min())) >= 0)
        && (numbers.max() == null || number.compareTo(new BigDecimal(numbers.max())) <= 0);
  }

  private boolean admitsString(Strings strings, String value) {
    shapes.spend((long) value.length() * (1 + strings.parts().size()), "");
    int length = value.codePointCount(0, value.length());
    return length >= strings.min()
        && length <= strings.max()
        && strings.parts().stream().allMatch(part -> part.texts().accepts(value));
  }

  private boolean admitsArray(Arrays arrays, JsonNode value) {
    if (value.size() < arrays.min() || value.size() > arrays.max()) {
      return false;
    }
    for (int i = 0; i < value.size(); i++) {
      if (!admits(arrays.element(i), value.get(i))) {
        return false;
      }
    }
    return true;
  }

  private boolean admitsObject(Objects objects, JsonNode value) {
    shapes.spend(objects.required().size(), "");
    return objects.required().stream().allMatch(value::has)
        && value.properties().stream()
            .allMatch(entry -> admits(objects.property(entry.getKey()), entry.getValue()));
  }
}
