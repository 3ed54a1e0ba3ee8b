package io.hunyuan4j.text.template;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the parameter {@code attribute} of a filter names: {@code address.city}, each part a text or
 * an index.
 */
record AttributePath(List<Value> parts) {
  /** The path; where there is none, that of the value itself. */
  static AttributePath one(@Nullable Value attribute, Budget budget) {
    if (attribute == null) {
      return new AttributePath(List.of());
    }
    if (!(attribute instanceof Text text)) {
      return new AttributePath(List.of(attribute));
    }
    budget.characters(text.length());
    List<Value> parts = new ArrayList<>();
    int start = 0;
    for (int at = 0; at <= text.length(); at++) {
      if (at == text.length() || text.chars().charAt(at) == '.') {
        parts.add(part(text.slice(start, at)));
        start = at + 1;
      }
    }
    return new AttributePath(parts);
  }

  /** The paths between commas. */
  static List<AttributePath> several(@Nullable Value attributes, Budget budget) {
    if (!(attributes instanceof Text text)) {
      return List.of(one(attributes, budget));
    }
    budget.characters(text.length());
    List<AttributePath> paths = new ArrayList<>();
    int start = 0;
    for (int at = 0; at <= text.length(); at++) {
      if (at == text.length() || text.chars().charAt(at) == ',') {
        paths.add(one(text.slice(start, at), budget));
        start = at + 1;
      }
    }
    return paths;
  }

  private static Value part(Text text) {
    boolean index =
        text.length() > 0
            && text.length() < 10
            && text.chars().chars().allMatch(c -> c >= '0' && c <= '9');
    return index ? Value.Int.of(Long.parseLong(text.chars())) : text;
  }

  Value of(Value value, Budget budget) {
    return of(value, null, budget);
  }

  /** With {@code otherwise} for what is undefined on the way; null for no such value. */
  Value of(Value value, @Nullable Value otherwise, Budget budget) {
    Value at = value;
    for (Value part : parts) {
      budget.step();
      at = Access.item(at, part, budget);
      if (otherwise != null && at instanceof Undefined) {
        at = otherwise;
      }
    }
    return at;
  }
}
