package io.hunyuan4j.text.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes values of what comes from outside. */
final class Foreign {
  private static final int MAX_DEPTH = 200;

  /** Far above any conversation; lists that hold one other list many times reach it. */
  private static final int MAX_VALUES = 1 << 20;

  private int values;

  Value value(@Nullable Object json, int depth) {
    if (depth > MAX_DEPTH) {
      throw new IllegalArgumentException(
          "variables may be nested " + MAX_DEPTH + " deep, but one is deeper");
    }
    if (++values > MAX_VALUES) {
      throw new IllegalArgumentException(
          "a variable may consist of " + MAX_VALUES + " values, but one has more");
    }
    return switch (json) {
      case null -> Value.None.NONE;
      case Boolean bool -> Value.Bool.of(bool);
      case String text -> Text.foreign(text);
      case Number number -> number(number);
      case List<?> list -> {
        List<Value> items = new ArrayList<>(list.size());
        for (Object item : list) {
          items.add(value(item, depth + 1));
        }
        yield Sequence.list(items);
      }
      case Map<?, ?> map -> {
        Dict.Builder dict = new Dict.Builder();
        map.forEach((key, inner) -> dict.put(key(key), value(inner, depth + 1)));
        yield dict.build();
      }
      default ->
          throw new IllegalArgumentException(
              "a variable is null, a Boolean, a Number, a String, a List or a Map, not "
                  + json.getClass().getName());
    };
  }

  private static Value number(Number number) {
    return switch (number) {
      case Double real -> new Value.Real(real);
      case Float real -> new Value.Real(real);
      case BigDecimal real -> new Value.Real(real.doubleValue());
      case BigInteger whole when whole.bitLength() > Value.Int.MAX_BITS ->
          throw new IllegalArgumentException(
              "a whole number may have %d bits, but one has %d"
                  .formatted(Value.Int.MAX_BITS, whole.bitLength()));
      case BigInteger whole -> new Value.Int(whole);
      default -> Value.Int.of(number.longValue());
    };
  }

  private static Text key(@Nullable Object key) {
    if (key instanceof String text) {
      return Text.foreign(text);
    }
    throw new IllegalArgumentException("the key of an object is a String, not " + key);
  }
}
