package io.hunyuan4j.text.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/** Parts of variables as they come from outside. */
final class Foreign {
  static final int MAX_DEPTH = 200;

  private Foreign() {}

  static Value number(Number number) {
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

  static Text key(@Nullable Object key) {
    if (key instanceof String text) {
      return Text.foreign(text);
    }
    throw new IllegalArgumentException("the key of an object is a String, not " + key);
  }
}
