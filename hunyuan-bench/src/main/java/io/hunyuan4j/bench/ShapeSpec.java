package io.hunyuan4j.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The compact spelling of a shape: {@code key=value} between commas, for example {@code
 * hidden=1024,layers=4,experts=8}. Keys that are missing have the values of {@code mini-a13b}.
 */
final class ShapeSpec {
  /** A key, its value in mini-a13b, and the largest one that is no mistake. */
  private record Key(String name, int fallback, int largest) {}

  private static final List<Key> KEYS = keys(SyntheticShape.MINI_A13B);

  private final Map<String, Integer> values = new LinkedHashMap<>();

  private ShapeSpec() {}

  private static List<Key> keys(SyntheticShape shape) {
    return List.of(
        new Key("hidden", shape.hiddenSize(), 1 << 20),
        new Key("layers", shape.numLayers(), 1000),
        new Key("heads", shape.attention().numHeads(), 1024),
        new Key("kv-heads", shape.attention().numKeyValueHeads(), 1024),
        new Key("head-dim", shape.attention().headDim(), 1024),
        new Key("cla", shape.attention().shareFactor(), 1000),
        new Key("experts", shape.experts().numExperts(), 1024),
        new Key("top-k", shape.experts().topK(), 1024),
        new Key("width", shape.experts().width(), 1 << 20),
        new Key("vocab", shape.vocabSize(), 1 << 20));
  }

  /** Whether {@code text} is meant as one, right or wrong. */
  static boolean isMeant(String text) {
    return text.contains("=") || text.contains(",");
  }

  /**
   * The shape.
   *
   * @throws IllegalArgumentException in one sentence, naming key and value
   */
  static SyntheticShape parse(String text) {
    ShapeSpec spec = new ShapeSpec();
    for (String part : text.split(",", -1)) {
      spec.add(part.strip());
    }
    return spec.shape(text);
  }

  private void add(String part) {
    String[] pair = part.split("=", 2);
    String name = pair[0].strip();
    Key key =
        KEYS.stream()
            .filter(k -> k.name.equals(name))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException(unknown(name)));
    if (pair.length < 2) {
      throw new IllegalArgumentException("%s has no value".formatted(name));
    }
    if (values.put(name, number(key, pair[1].strip())) != null) {
      throw new IllegalArgumentException("%s is given twice".formatted(name));
    }
  }

  private static String unknown(String name) {
    return "\"%s\" is none of the keys %s"
        .formatted(name, KEYS.stream().map(Key::name).collect(Collectors.joining(", ")));
  }

  private static int number(Key key, String text) {
    int value;
    try {
      value = Integer.parseInt(text);
    } catch (NumberFormatException e) {
      value = 0;
    }
    if (value < 1 || value > key.largest) {
      throw new IllegalArgumentException(
          "%s must be a number from 1 to %d, not \"%s\"".formatted(key.name, key.largest, text));
    }
    return value;
  }

  private SyntheticShape shape(String text) {
    require(
        value("heads") % value("kv-heads") == 0,
        "heads=%d is no multiple of kv-heads=%d",
        "heads",
        "kv-heads");
    require(
        value("head-dim") % 2 == 0 && value("head-dim") >= 4,
        "head-dim=%d is no even number of at least 4",
        "head-dim");
    require(
        value("top-k") <= value("experts"), "top-k=%d is more than experts=%d", "top-k", "experts");
    require(value("cla") <= value("layers"), "cla=%d is more than layers=%d", "cla", "layers");
    return new SyntheticShape(
        text,
        value("vocab"),
        value("hidden"),
        value("layers"),
        new SyntheticShape.Attention(
            value("heads"), value("kv-heads"), value("head-dim"), value("cla")),
        new SyntheticShape.Experts(value("experts"), value("top-k"), value("width")));
  }

  private void require(boolean fine, String message, String... names) {
    if (!fine) {
      Object[] found = List.of(names).stream().map(this::value).toArray();
      throw new IllegalArgumentException(message.formatted(found));
    }
  }

  private int value(String name) {
    Integer given = values.get(name);
    return given != null
        ? given
        : KEYS.stream().filter(key -> key.name.equals(name)).findFirst().orElseThrow().fallback;
  }
}
