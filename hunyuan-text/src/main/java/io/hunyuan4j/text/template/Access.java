package io.hunyuan4j.text.template;

import java.math.BigInteger;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code value.name} and {@code value[key]} as Jinja's immutable sandbox allows them. Attributes
 * are those of a fixed list for each type; nothing of Java can be asked for.
 */
final class Access {
  /** Attributes that every object of Python has, and that lead out of the sandbox. */
  private static final Set<String> INTERNAL =
      Set.of(
          "__class__",
          "__delattr__",
          "__dir__",
          "__doc__",
          "__eq__",
          "__format__",
          "__ge__",
          "__getattribute__",
          "__getstate__",
          "__gt__",
          "__hash__",
          "__init__",
          "__init_subclass__",
          "__le__",
          "__lt__",
          "__ne__",
          "__new__",
          "__reduce__",
          "__reduce_ex__",
          "__repr__",
          "__setattr__",
          "__sizeof__",
          "__str__",
          "__subclasshook__");

  private static final Set<String> INTERNAL_OF_CONTAINERS =
      Set.of("__class_getitem__", "__contains__", "__getitem__", "__iter__", "__len__");

  private static final Set<String> INTERNAL_OF_FUNCTIONS =
      Set.of(
          "__call__",
          "__closure__",
          "__code__",
          "__defaults__",
          "__dict__",
          "__func__",
          "__globals__",
          "__module__",
          "__name__",
          "__qualname__",
          "__self__");

  private Access() {}

  /** {@code value.name}: an attribute, else what a dict has under that key. */
  static Value attribute(Value value, String name, Budget budget) {
    Value attribute = builtIn(value, name, budget);
    if (attribute != null) {
      return attribute;
    }
    if (value instanceof Undefined undefined) {
      throw undefined.used();
    }
    Value item = value instanceof Dict dict ? dict.get(Text.own(name)) : null;
    return item == null ? missing(value, name) : item;
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
      return attribute == null ? missing(value, name.chars()) : attribute;
    }
    String shown = Printer.text(key, budget).chars();
    return Undefined.missing(Types.objectName(value) + " has no element " + shown);
  }

  private static Undefined missing(Value value, String name) {
    return Undefined.missing(
        "'%s' has no attribute '%s'".formatted(Types.objectName(value), shown(name)));
  }

  /** A name from outside may be of any length. */
  private static String shown(String name) {
    return name.length() <= 200 ? name : name.substring(0, 200) + "…";
  }

  private static @Nullable Value element(Value value, Value key, Budget budget) {
    return switch (value) {
      case Dict dict -> {
        budget.scan(key instanceof Text text ? text.length() : 0);
        yield isHashable(key) ? dict.get(key) : null;
      }
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
      case Text _, Value.None _, Value.Bool _, Value.Int _, Value.Real _ -> true;
      case Sequence sequence -> sequence.kind() == Sequence.Kind.TUPLE;
      case Undefined _, Generator _, Dict _, Namespace _, Loop _, Function _ -> false;
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
    if (isInternal(value, name) || Methods.changes(value, name)) {
      return Undefined.unsafe(
          "access to attribute '%s' of '%s' object is unsafe.".formatted(name, Types.name(value)));
    }
    return switch (value) {
      case Namespace namespace -> namespace.attributes().get(name);
      case Loop loop -> loop.attribute(name);
      case Text _, Dict _, Sequence _ -> Methods.find(value, name, budget);
      case Undefined _,
          Value.None _,
          Value.Bool _,
          Value.Int _,
          Value.Real _,
          Generator _,
          Function _ ->
          null;
    };
  }

  private static boolean isInternal(Value value, String name) {
    if (!name.startsWith("__")) {
      return false;
    }
    boolean container = value instanceof Text || value instanceof Dict || value instanceof Sequence;
    return INTERNAL.contains(name)
        || (container && INTERNAL_OF_CONTAINERS.contains(name))
        || (value instanceof Function && INTERNAL_OF_FUNCTIONS.contains(name));
  }
}
