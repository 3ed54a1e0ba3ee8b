package io.hunyuan4j.text.template;

import java.math.BigInteger;

/** What Python calls the types of values, and what of them is true. */
final class Types {
  private static final BigInteger MAX_INT = BigInteger.valueOf(Integer.MAX_VALUE);

  private Types() {}

  /** The name of the type, as Python's errors have it. */
  static String name(Value value) {
    return switch (value) {
      case Undefined _ -> "Undefined";
      case Value.None _ -> "NoneType";
      case Value.Bool _ -> "bool";
      case Value.Int _ -> "int";
      case Value.Real _ -> "float";
      case Text _ -> "str";
      case Sequence sequence -> sequence.kind().typeName();
      case Generator _ -> "generator";
      case Dict _ -> "dict";
      case Namespace _ -> "Namespace";
      case Loop _ -> "LoopContext";
      case Function _ -> "function";
    };
  }

  /** What Jinja calls an object of this type in its errors. */
  static String objectName(Value value) {
    return switch (value) {
      case Value.None _ -> "None";
      case Namespace _ -> "jinja2.utils.Namespace object";
      case Loop _ -> "jinja2.runtime.LoopContext object";
      case Undefined _, Value.Bool _, Value.Int _, Value.Real _, Text _, Sequence _ ->
          name(value) + " object";
      case Generator _, Dict _, Function _ -> name(value) + " object";
    };
  }

  /** Whether an {@code if} takes the value for true. */
  static boolean isTrue(Value value) {
    return switch (value) {
      case Undefined _, Value.None _ -> false;
      case Value.Bool bool -> bool.value();
      case Value.Int whole -> whole.value().signum() != 0;
      case Value.Real real -> real.value() != 0;
      case Text text -> text.length() > 0;
      case Sequence sequence -> !sequence.items().isEmpty();
      case Dict dict -> dict.size() > 0;
      case Generator _, Namespace _, Loop _, Function _ -> true;
    };
  }

  /** The value as a whole number for an index or a count, cut off at the ends of {@code int}. */
  static int index(Value value) {
    return switch (value) {
      case Value.Int whole -> whole.value().min(MAX_INT).max(MAX_INT.negate()).intValue();
      case Value.Bool bool -> bool.value() ? 1 : 0;
      case Undefined undefined -> throw undefined.used();
      case Value.None _,
          Value.Real _,
          Text _,
          Sequence _,
          Dict _,
          Generator _,
          Namespace _,
          Loop _,
          Function _ ->
          throw TemplateException.type(
              "'" + name(value) + "' object cannot be interpreted as an integer");
    };
  }
}
