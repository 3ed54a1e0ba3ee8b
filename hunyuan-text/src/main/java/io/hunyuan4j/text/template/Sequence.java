package io.hunyuan4j.text.template;

import java.util.Collections;
import java.util.List;

/** Elements in order: one of Python's types of them. Immutable, as the sandbox demands. */
record Sequence(Kind kind, List<Value> items) implements Value {
  static final Sequence EMPTY_TUPLE = new Sequence(Kind.TUPLE, List.of());

  /** Python's type. */
  enum Kind {
    LIST("list"),
    TUPLE("tuple"),
    RANGE("range"),
    KEYS("dict_keys"),
    VALUES("dict_values"),
    ITEMS("dict_items");

    private final String typeName;

    Kind(String typeName) {
      this.typeName = typeName;
    }

    String typeName() {
      return typeName;
    }

    /** Whether elements have an index. */
    boolean isIndexed() {
      return switch (this) {
        case LIST, TUPLE, RANGE -> true;
        case KEYS, VALUES, ITEMS -> false;
      };
    }
  }

  Sequence {
    items = Collections.unmodifiableList(items);
  }

  static Sequence list(List<Value> items) {
    return new Sequence(Kind.LIST, items);
  }

  static Sequence tuple(List<Value> items) {
    return new Sequence(Kind.TUPLE, items);
  }
}
