package io.hunyuan4j.text.template;

import java.util.List;

/**
 * Elements that can be taken once. As in Python a generator is always true, has no length and is
 * empty the second time. Unlike there its elements are computed when it is made.
 */
final class Generator implements Value {
  private List<Value> rest;

  /** What filters such as {@code map} give. */
  Generator(List<Value> items) {
    this.rest = items;
  }

  /** All elements that are left. */
  List<Value> take() {
    List<Value> taken = rest;
    rest = List.of();
    return taken;
  }

  /** The elements that are left, which stay. */
  List<Value> peek() {
    return rest;
  }

  /** Leaves the elements from {@code index} on. */
  void skip(int index) {
    rest = rest.subList(index, rest.size());
  }
}
