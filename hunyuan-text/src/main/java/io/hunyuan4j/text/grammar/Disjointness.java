package io.hunyuan4j.text.grammar;

import io.hunyuan4j.text.grammar.CharAutomaton.TooLargeException;
import io.hunyuan4j.text.grammar.Shape.Numbers;
import io.hunyuan4j.text.grammar.Shape.Objects;
import io.hunyuan4j.text.grammar.Shape.SchemaSet;
import io.hunyuan4j.text.grammar.Shape.Strings;
import io.hunyuan4j.text.grammar.Shape.Type;
import java.util.List;

/**
 * Proves that no value has two shapes, where it can: by type, by values, by bounds, by the texts of
 * strings, and for objects by a property that one of them must have.
 */
final class Disjointness {
  private static final int MAX_NESTING = 3;

  private final SchemaShapes shapes;
  private final GivenValues values;
  private final String place;

  /**
   * For one {@code oneOf}.
   *
   * @param place its pointer
   */
  Disjointness(SchemaShapes shapes, String place) {
    this.shapes = shapes;
    this.values = new GivenValues(shapes);
    this.place = place;
  }

  /**
   * Refuses options of which two may hold at once, or seem to.
   *
   * @param options the shapes of each
   */
  void require(List<List<Shape>> options) {
    for (int i = 0; i < options.size(); i++) {
      for (int j = i + 1; j < options.size(); j++) {
        if (!areDisjoint(options.get(i), options.get(j), 0)) {
          throw shapes
              .source()
              .refused(
                  place,
                  "oneOf is supported where no value fits two schemas, but %d and %d may overlap"
                      .formatted(i, j));
        }
      }
    }
  }

  private boolean areDisjoint(List<Shape> left, List<Shape> right, int nesting) {
    return left.stream().allMatch(a -> right.stream().allMatch(b -> areDisjoint(a, b, nesting)));
  }

  private boolean areDisjoint(Shape a, Shape b, int nesting) {
    shapes.spend(a.size() + b.size(), place);
    Shape both = a.and(b);
    if (both.values() != null) {
      return both.values().values().stream().noneMatch(value -> values.admits(both, value));
    }
    return both.types().stream().allMatch(type -> isEmpty(type, both, a, b, nesting));
  }

  private boolean isEmpty(Type type, Shape both, Shape a, Shape b, int nesting) {
    return switch (type) {
      case NULL, BOOLEAN -> false;
      case NUMBER -> isEmpty(both.numbers());
      case STRING -> isEmpty(both.strings());
      case ARRAY -> both.arrays().min() > both.arrays().max();
      case OBJECT -> areDisjoint(a.objects(), b.objects(), both.objects(), nesting);
    };
  }

  private static boolean isEmpty(Numbers numbers) {
    return numbers.min() != null
        && numbers.max() != null
        && numbers.whole()
        && numbers.min().compareTo(numbers.max()) > 0;
  }

  private boolean isEmpty(Strings strings) {
    if (strings.parts().isEmpty() || strings.min() > strings.max()) {
      return strings.min() > strings.max();
    }
    try {
      return shapes.texts().of(strings).isEmpty();
    } catch (TooLargeException e) {
      return false; // there are too many states to tell
    }
  }

  private boolean areDisjoint(Objects a, Objects b, Objects both, int nesting) {
    if (nesting >= MAX_NESTING) {
      return false;
    }
    for (String name : both.required()) {
      SchemaSet left = a.property(name);
      SchemaSet right = b.property(name);
      if (!left.equals(right) && areDisjoint(shapes.of(left), shapes.of(right), nesting + 1)) {
        return true;
      }
    }
    return false;
  }
}
