package io.hunyuan4j.bench;

import io.hunyuan4j.core.ConfigSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A configuration held in a map of strings, numbers, booleans, lists and maps. For one thread.
 *
 * <p>A value of another type than asked for is an {@link IllegalArgumentException}.
 */
final class MapConfig implements ConfigSource {
  private final String name;
  private final Map<String, Object> values;
  private final Set<String> readKeys = new TreeSet<>();
  private final Map<String, MapConfig> objects = new HashMap<>();

  /** A configuration that messages call {@code name}. */
  MapConfig(String name, Map<String, Object> values) {
    this.name = name;
    this.values = values;
  }

  @Override
  public boolean has(String key) {
    return value(key) != null;
  }

  @Override
  public int integer(String key) {
    return required(key, Integer.class);
  }

  @Override
  public OptionalInt optionalInteger(String key) {
    return value(key) == null ? OptionalInt.empty() : OptionalInt.of(integer(key));
  }

  @Override
  public double number(String key) {
    return required(key, Number.class).doubleValue();
  }

  @Override
  public double number(String key, double fallback) {
    return value(key) == null ? fallback : number(key);
  }

  @Override
  public boolean flag(String key, boolean fallback) {
    return value(key) == null ? fallback : required(key, Boolean.class);
  }

  @Override
  public String text(String key) {
    return required(key, String.class);
  }

  @Override
  public Optional<String> optionalText(String key) {
    return value(key) == null ? Optional.empty() : Optional.of(text(key));
  }

  @Override
  public List<Integer> integers(String key) {
    return value(key) instanceof Integer single ? List.of(single) : list(key, Integer.class);
  }

  @Override
  public List<String> texts(String key) {
    return list(key, String.class);
  }

  @Override
  public Optional<ConfigSource> object(String key) {
    return value(key) == null ? Optional.empty() : Optional.of(nested(key));
  }

  @Override
  public Set<String> keys() {
    return Set.copyOf(values.keySet());
  }

  @Override
  public Set<String> unreadKeys() {
    Set<String> unread = new LinkedHashSet<>();
    for (String key : values.keySet()) {
      if (!readKeys.contains(key)) {
        unread.add(key);
      } else if (values.get(key) instanceof Map<?, ?>) {
        nested(key).unreadKeys().forEach(inner -> unread.add(key + "." + inner));
      }
    }
    return unread;
  }

  @Override
  public String describe(String key) {
    Object value = values.get(key);
    if (value == null) {
      return "absent";
    }
    return value instanceof String text ? '"' + text + '"' : value.toString();
  }

  @Override
  public IllegalArgumentException invalid(String key, String reason) {
    return new IllegalArgumentException(name + ": " + key + ": " + reason);
  }

  @Override
  public String toString() {
    return name;
  }

  private @Nullable Object value(String key) {
    readKeys.add(key);
    return values.get(key);
  }

  private <T> T required(String key, Class<T> type) {
    Object value = value(key);
    if (!type.isInstance(value)) {
      throw invalid(key, "expected " + type.getSimpleName() + ", found " + describe(key));
    }
    return type.cast(value);
  }

  private <T> List<T> list(String key, Class<T> type) {
    if (value(key) == null) {
      return List.of();
    }
    Collection<?> elements = required(key, Collection.class);
    if (!elements.stream().allMatch(type::isInstance)) {
      throw invalid(key, "expected a list of " + type.getSimpleName() + ", found " + elements);
    }
    return elements.stream().map(type::cast).toList();
  }

  private MapConfig nested(String key) {
    return objects.computeIfAbsent(
        key,
        k -> {
          Map<String, Object> inner = new HashMap<>();
          Map<?, ?> outer = required(k, Map.class);
          outer.forEach((innerKey, value) -> inner.put((String) innerKey, value));
          return new MapConfig(name + "/" + k, inner);
        });
  }
}
