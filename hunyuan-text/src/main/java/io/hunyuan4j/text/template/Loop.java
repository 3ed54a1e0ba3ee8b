package io.hunyuan4j.text.template;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The variable {@code loop} inside a {@code for}: which element it is at. */
record Loop(List<Value> items, int index) implements Value {
  /** An attribute, or null if there is none of that name. */
  @Nullable Value attribute(String name) {
    return switch (name) {
      case "index" -> Int.of(index + 1L);
      case "index0" -> Int.of(index);
      case "revindex" -> Int.of(items.size() - index);
      case "revindex0" -> Int.of(items.size() - index - 1L);
      case "first" -> Bool.of(index == 0);
      case "last" -> Bool.of(index == items.size() - 1);
      case "length" -> Int.of(items.size());
      case "previtem" ->
          index > 0 ? items.get(index - 1) : Undefined.missing("there is no previous item");
      case "nextitem" ->
          index + 1 < items.size()
              ? items.get(index + 1)
              : Undefined.missing("there is no next item");
      default -> null;
    };
  }
}
