package io.hunyuan4j.core;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A configuration from a map, with the same strictness as a file. */
public final class MapConfig implements ConfigSource {
  private final Map<String, Object> values;
  private final Set<String> read = new TreeSet<>();

  public MapConfig(Map<String, ?> values) {
    this.values = new LinkedHashMap<>(values);
  }

  /**
   * A small Hunyuan-Large: four layers, cross-layer attention by two, eight experts top-1 beside a
   * shared one.
   */
  public static MapConfig tinyLarge() {
    return new MapConfig(
            Map.of(
                "model_type", "hunyuan",
                "vocab_size", 50,
                "hidden_size", 32,
                "intermediate_size", 24,
                "num_hidden_layers", 4,
                "num_attention_heads", 4,
                "num_key_value_heads", 2,
                "max_position_embeddings", 512,
                "rms_norm_eps", 1e-5,
                "rope_theta", 10000.0))
        .with("rope_scaling", Map.of("type", "dynamic", "alpha", 1000.0, "factor", 1.0))
        .with("use_qk_norm", true)
        .with("use_cla", true)
        .with("cla_share_factor", 2)
        .with("num_experts", 8)
        .with("moe_topk", 1)
        .with("num_shared_expert", 1)
        .with("use_mixed_mlp_moe", true)
        .with("tie_word_embeddings", true);
  }

  /** A copy with one value changed; the copy has read nothing. */
  public MapConfig with(String key, Object value) {
    MapConfig copy = new MapConfig(values);
    copy.values.put(key, value);
    return copy;
  }

  /** A copy without a key. */
  public MapConfig without(String key) {
    MapConfig copy = new MapConfig(values);
    copy.values.remove(key);
    return copy;
  }

  private <T> @Nullable T value(String key, Class<T> type) {
    read.add(key);
    Object value = values.get(key);
    if (value != null && !type.isInstance(value)) {
      throw invalid(key, "expected a " + type.getSimpleName() + ", found " + value);
    }
    return type.cast(value);
  }

  private <T> T required(String key, Class<T> type) {
    T value = value(key, type);
    if (value == null) {
      throw invalid(key, "is missing");
    }
    return value;
  }

  @Override
  public boolean has(String key) {
    read.add(key);
    return values.get(key) != null;
  }

  @Override
  public int integer(String key) {
    return required(key, Integer.class);
  }

  @Override
  public OptionalInt optionalInteger(String key) {
    Integer value = value(key, Integer.class);
    return value == null ? OptionalInt.empty() : OptionalInt.of(value);
  }

  @Override
  public double number(String key) {
    return required(key, Number.class).doubleValue();
  }

  @Override
  public double number(String key, double fallback) {
    Number value = value(key, Number.class);
    return value == null ? fallback : value.doubleValue();
  }

  @Override
  public boolean flag(String key, boolean fallback) {
    Boolean value = value(key, Boolean.class);
    return value == null ? fallback : value;
  }

  @Override
  public String text(String key) {
    return required(key, String.class);
  }

  @Override
  public Optional<String> optionalText(String key) {
    return Optional.ofNullable(value(key, String.class));
  }

  @Override
  public List<Integer> integers(String key) {
    read.add(key);
    return switch (values.get(key)) {
      case null -> List.of();
      case Integer one -> List.of(one);
      case List<?> many -> many.stream().map(Integer.class::cast).toList();
      case Object other -> throw invalid(key, "expected integers, found " + other);
    };
  }

  @Override
  public List<String> texts(String key) {
    List<?> list = value(key, List.class);
    return list == null ? List.of() : list.stream().map(String.class::cast).toList();
  }

  @Override
  @SuppressWarnings("unchecked")
  public Optional<ConfigSource> object(String key) {
    Map<String, Object> nested = value(key, Map.class);
    return Optional.ofNullable(nested).map(MapConfig::new);
  }

  @Override
  public Set<String> keys() {
    return values.keySet();
  }

  @Override
  public Set<String> unreadKeys() {
    Set<String> unread = new TreeSet<>(values.keySet());
    unread.removeAll(read);
    return unread;
  }

  @Override
  public String describe(String key) {
    Object value = values.get(key);
    return value instanceof String text ? '"' + text + '"' : String.valueOf(value);
  }

  @Override
  public RuntimeException invalid(String key, String reason) {
    return new IllegalStateException(key + ": " + reason);
  }
}
