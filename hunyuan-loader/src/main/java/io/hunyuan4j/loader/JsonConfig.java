package io.hunyuan4j.loader;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hunyuan4j.core.ConfigSource;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * A JSON object as configuration: {@code config.json}, {@code generation_config.json}.
 *
 * <p>Strict. A key that occurs twice is an error when the file is read. An integer must have an
 * integral value that fits 32 bits; {@code 8.0} and {@code 1e3} have one, since JSON knows only one
 * kind of number. Numbers must be finite as a double: {@code NaN}, {@code Infinity} (which Python
 * writes) and {@code 1e400} are errors where they are asked for. Messages give the place as a JSON
 * pointer, as in {@code config.json: /rope_scaling/alpha: expected a number, found "x"}.
 *
 * <p>For one thread.
 */
public final class JsonConfig implements ConfigSource {
  static final int MAX_BYTES = 16 << 20;

  private final Path file;
  private final String pointer;
  private final ObjectNode values;
  private final Set<String> readKeys = new TreeSet<>();
  private final Map<String, JsonConfig> objects = new HashMap<>();

  private JsonConfig(Path file, String pointer, ObjectNode values) {
    this.file = file;
    this.pointer = pointer;
    this.values = values;
  }

  /**
   * Reads a file.
   *
   * @throws CheckpointFormatException if it is not one JSON object of at most 16 MiB
   * @throws IOException if it cannot be read
   */
  public static JsonConfig read(Path file) throws IOException {
    return read(file, file);
  }

  /** Reads {@code target}, which messages call {@code file}. */
  static JsonConfig read(Path file, Path target) throws IOException {
    JsonNode tree = new JsonReader(file, SmallFile.read(file, target, MAX_BYTES), 0).tree();
    if (!(tree instanceof ObjectNode object)) {
      throw CheckpointFormatException.of(file, "expected a JSON object, found " + shown(tree));
    }
    return new JsonConfig(file, "", object);
  }

  @Override
  public boolean has(String key) {
    return value(key) != null;
  }

  @Override
  public int integer(String key) {
    return toInteger(required(key, "an integer"), pointer(key));
  }

  @Override
  public OptionalInt optionalInteger(String key) {
    JsonNode value = value(key);
    return value == null ? OptionalInt.empty() : OptionalInt.of(toInteger(value, pointer(key)));
  }

  @Override
  public double number(String key) {
    return toNumber(required(key, "a number"), pointer(key));
  }

  @Override
  public double number(String key, double fallback) {
    JsonNode value = value(key);
    return value == null ? fallback : toNumber(value, pointer(key));
  }

  @Override
  public boolean flag(String key, boolean fallback) {
    JsonNode value = value(key);
    if (value == null) {
      return fallback;
    }
    if (!value.isBoolean()) {
      throw unexpected(pointer(key), "true or false", value);
    }
    return value.booleanValue();
  }

  @Override
  public String text(String key) {
    return toText(required(key, "a string"), pointer(key));
  }

  @Override
  public Optional<String> optionalText(String key) {
    return Optional.ofNullable(value(key)).map(value -> toText(value, pointer(key)));
  }

  @Override
  public List<Integer> integers(String key) {
    JsonNode value = value(key);
    if (value == null) {
      return List.of();
    }
    return value.isArray()
        ? elements(value, pointer(key), this::toInteger)
        : List.of(toInteger(value, pointer(key)));
  }

  @Override
  public List<String> texts(String key) {
    JsonNode value = value(key);
    if (value == null) {
      return List.of();
    }
    if (!value.isArray()) {
      throw unexpected(pointer(key), "an array of strings", value);
    }
    return elements(value, pointer(key), this::toText);
  }

  @Override
  public Optional<ConfigSource> object(String key) {
    JsonNode value = value(key);
    if (value == null) {
      return Optional.empty();
    }
    if (!(value instanceof ObjectNode)) {
      throw unexpected(pointer(key), "an object", value);
    }
    return Optional.of(nested(key));
  }

  @Override
  public Set<String> keys() {
    Set<String> keys = new LinkedHashSet<>();
    values.fieldNames().forEachRemaining(keys::add);
    return keys;
  }

  @Override
  public Set<String> unreadKeys() {
    Set<String> unread = new LinkedHashSet<>();
    for (String key : keys()) {
      JsonNode value = values.path(key);
      if (value.isNull()) {
        continue;
      }
      if (!readKeys.contains(key)) {
        unread.add(key);
      } else if (value.isObject()) {
        nested(key).unreadKeys().forEach(inner -> unread.add(key + "." + inner));
      }
    }
    return unread;
  }

  @Override
  public String describe(String key) {
    JsonNode value = values.get(key);
    int dot = key.indexOf('.');
    if (value == null
        && dot >= 0
        && values.get(key.substring(0, dot)) instanceof ObjectNode outer) {
      value = outer.get(key.substring(dot + 1));
    }
    return value == null ? "absent" : shown(value);
  }

  @Override
  public CheckpointFormatException invalid(String key, String reason) {
    return failure(pointer(key), reason);
  }

  @Override
  public String toString() {
    return file + pointer;
  }

  /** The value of a key, which counts as reading it; null where it is absent or JSON's null. */
  private @Nullable JsonNode value(String key) {
    readKeys.add(key);
    JsonNode value = values.get(key);
    return value == null || value.isNull() ? null : value;
  }

  private JsonNode required(String key, String expected) {
    JsonNode value = value(key);
    if (value == null) {
      throw invalid(
          key,
          "expected %s, found %s".formatted(expected, values.has(key) ? "null" : "no such key"));
    }
    return value;
  }

  private JsonConfig nested(String key) {
    return objects.computeIfAbsent(
        key, k -> new JsonConfig(file, pointer(k), (ObjectNode) values.path(k)));
  }

  private String pointer(String key) {
    return pointer + "/" + key.replace("~", "~0").replace("/", "~1");
  }

  private int toInteger(JsonNode value, String pointer) {
    BigDecimal number = value.isNumber() && isFinite(value) ? value.decimalValue() : null;
    if (number == null || !isIntegral(number)) {
      throw unexpected(pointer, "an integer", value);
    }
    try {
      return number.intValueExact();
    } catch (ArithmeticException e) {
      throw unexpected(
          pointer,
          "an integer from %d to %d".formatted(Integer.MIN_VALUE, Integer.MAX_VALUE),
          value);
    }
  }

  private double toNumber(JsonNode value, String pointer) {
    if (!value.isNumber()) {
      throw unexpected(pointer, "a number", value);
    }
    if (!isFinite(value)) {
      throw unexpected(pointer, "a finite number", value);
    }
    return value.doubleValue();
  }

  private String toText(JsonNode value, String pointer) {
    if (!value.isTextual()) {
      throw unexpected(pointer, "a string", value);
    }
    return value.textValue();
  }

  /**
   * The elements of an array, each converted by {@code read}, which is given the element and its
   * JSON pointer.
   */
  private static <T> List<T> elements(
      JsonNode array, String pointer, BiFunction<JsonNode, String, T> read) {
    List<T> elements = new ArrayList<>(array.size());
    for (JsonNode element : array) {
      elements.add(read.apply(element, pointer + "/" + elements.size()));
    }
    return List.copyOf(elements);
  }

  private static boolean isFinite(JsonNode number) {
    return Double.isFinite(number.doubleValue());
  }

  /**
   * Whether there is nothing behind the decimal point. The exponent is not applied: it may be a
   * billion.
   */
  private static boolean isIntegral(BigDecimal number) {
    return number.signum() == 0 || number.stripTrailingZeros().scale() <= 0;
  }

  private CheckpointFormatException unexpected(String pointer, String expected, JsonNode value) {
    return failure(pointer, "expected %s, found %s".formatted(expected, shown(value)));
  }

  private CheckpointFormatException failure(String pointer, String reason) {
    return CheckpointFormatException.of(
        file, CheckpointFormatException.printable(pointer) + ": " + reason);
  }

  /** A value as the file spells it, or nearly so. */
  private static String shown(JsonNode value) {
    return CheckpointFormatException.printable(
        value.isNumber() ? value.asText() : value.toString());
  }
}
