package io.hunyuan4j.text.template;

import java.util.LinkedHashMap;
import java.util.Map;

/** What {@code namespace()} gives: the only value that a template can change. */
final class Namespace implements Value {
  private final Map<String, Value> attributes = new LinkedHashMap<>();

  Map<String, Value> attributes() {
    return attributes;
  }
}
