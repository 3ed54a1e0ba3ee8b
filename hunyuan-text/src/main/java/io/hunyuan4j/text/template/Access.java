package io.hunyuan4j.text.template;

import io.hunyuan4j.text.internal.Excerpt;
import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/**
 * {@code value.name} and {@code value[key]} as Jinja's immutable sandbox allows them. Attributes
 * are those of a fixed list for each type; nothing of Java can be asked for.
 */
final class Access {
  private Access() {}

  /** {@code value.name}: an attribute, else what a dict has under that key. */
  static Value attribute(Value value, String name, Budget budget) {
    if (value instanceof Undefined undefined) {
      throw undefined.used();
    }
    Value attribute = builtIn(value, name, budget);
    if (attribute != null) {
      return attribute;
    }
    Value item = value instanceof Dict dict ? dict.get(Text.own(name), budget) : null;
    return item == null ? missing(value, name, budget) : item;
  }

  /** {@code value[key]}: an element, else, for a text, the attribute of that name. */
  static Value item(Value value, Value key, Budget budget) {
    if (value instanceof Undefined undefined) {
      throw undefined.used();
    }
    Value item = element(value, key, budget);
    if (item != null) {
      return item;
    }
    if (key instanceof Text name) {
      Value attribute = builtIn(value, name.chars(), budget);
      return attribute == null ? missing(value, name.chars(), budget) : attribute;
    }
    String shown = Printer.text(key, budget).chars();
    return Undefined.missing(Types.objectName(value) + " has no element " + shown);
  }

  /**
   * What the parameter {@code attribute} of a filter names: {@code address.city}, each part a text
   * or an index.
   */
  static Value path(Value value, Value attribute, Budget budget) {
    if (!(attribute instanceof Text path)) {
      return item(value, attribute, budget);
    }
    budget.read(path.length());
    Value at = value;
    String[] parts = path.chars().split("\\.", -1);
    budget.elements(parts.length);
    for (String part : parts) {
      budget.step();
      at =
          item(
              at,
              part.matches("[0-9]{1,9}") ? Value.Int.of(Long.parseLong(part)) : Text.own(part),
              budget);
    }
    return at;
  }

  private static Undefined missing(Value value, String name, Budget budget) {
    String problem =
        "'%s' has no attribute '%s'".formatted(Types.objectName(value), Excerpt.ofName(name));
    budget.characters(problem.length());
    return Undefined.missing(problem);
  }

  private static @Nullable Value element(Value value, Value key, Budget budget) {
    return switch (value) {
      case Dict dict -> isHashable(key) ? dict.get(key, budget) : null;
      case Sequence sequence when sequence.kind().isIndexed() -> {
        int index = index(key, sequence.items().size());
        yield index < 0 ? null : sequence.items().get(index);
      }
      case Text text -> {
        budget.read(text.length());
        int index = index(key, text.codePoints());
        if (index < 0) {
          yield null;
        }
        int from = text.indexOf(index);
        yield text.slice(from, text.chars().offsetByCodePoints(from, 1));
      }
      case Sequence _,
          Undefined _,
          Value.None _,
          Value.Bool _,
          Value.Int _,
          Value.Real _,
          Generator _,
          Namespace _,
          Loop _,
          Function _ ->
          null;
    };
  }

  private static boolean isHashable(Value key) {
    return switch (key) {
      case Text _, Value.None _, Value.Bool _, Value.Int _, Value.Real _, Undefined _ -> true;
      case Sequence _, Generator _, Dict _, Namespace _, Loop _, Function _ -> false;
    };
  }

  /** The index among {@code count} elements, counted from the end if negative; -1 if outside. */
  private static int index(Value key, int count) {
    BigInteger whole = Numbers.whole(key);
    if (whole == null || whole.bitLength() > 31) {
      return -1;
    }
    long index = whole.longValue() < 0 ? whole.longValue() + count : whole.longValue();
    return index >= 0 && index < count ? (int) index : -1;
  }

  /** An attribute that the type has, or null. */
  private static @Nullable Value builtIn(Value value, String name, Budget budget) {
    if (isInternal(name) || Methods.changes(value, name)) {
      return Undefined.unsafe(
          "access to attribute '%s' of '%s' object is unsafe."
              .formatted(Excerpt.ofName(name), Types.name(value)));
    }
    return switch (value) {
      case Namespace namespace -> namespace.attributes().get(name);
      case Loop loop -> loop.attribute(name);
      case Text text -> TextMethods.find(text, name, budget);
      case Dict dict -> Methods.find(dict, name, budget);
      case Undefined _,
          Sequence _,
          Value.None _,
          Value.Bool _,
          Value.Int _,
          Value.Real _,
          Generator _,
          Function _ ->
          null;
    };
  }

  /** Whether Python's own machinery is behind the name, which leads out of the sandbox. */
  private static boolean isInternal(String name) {
    return name.startsWith("__") && name.endsWith("__");
  }
}
