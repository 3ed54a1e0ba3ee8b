package io.hunyuan4j.text.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The methods of Python's types that a template may call. */
final class Methods {
  private static final Set<String> CHANGE_DICTS =
      Set.of("clear", "pop", "popitem", "setdefault", "update");

  private static final Set<String> CHANGE_LISTS =
      Set.of("append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort");

  /** Methods of Python's types that no published chat template is known to use. */
  private static final Set<String> UNSUPPORTED =
      Set.of(
          "casefold",
          "center",
          "copy",
          "count",
          "cycle",
          "encode",
          "expandtabs",
          "find",
          "format",
          "format_map",
          "fromkeys",
          "index",
          "isalnum",
          "isalpha",
          "isascii",
          "isdecimal",
          "isdigit",
          "isidentifier",
          "islower",
          "isnumeric",
          "isprintable",
          "isspace",
          "istitle",
          "isupper",
          "ljust",
          "maketrans",
          "partition",
          "removeprefix",
          "removesuffix",
          "rfind",
          "rindex",
          "rjust",
          "rpartition",
          "rsplit",
          "splitlines",
          "swapcase",
          "translate",
          "zfill");

  private static final Signature GET = Signature.of("get", 1, "key", "default");

  private Methods() {}

  /** Whether a call of this name is known to be Python's and not to be supported. */
  static boolean isUnsupported(String name) {
    return UNSUPPORTED.contains(name);
  }

  /** Whether the method would change the object, which the sandbox forbids. */
  static boolean changes(Value value, String name) {
    return switch (value) {
      case Dict _ -> CHANGE_DICTS.contains(name);
      case Sequence sequence ->
          sequence.kind() == Sequence.Kind.LIST && CHANGE_LISTS.contains(name);
      default -> false;
    };
  }

  /** The method of this name with the dict it belongs to, or null if there is none. */
  static @Nullable Function find(Dict dict, String name, Budget budget) {
    return switch (name) {
      case "get" ->
          new Function(
              name,
              arguments -> {
                Bound given = arguments.bind(GET);
                Value value = dict.get(given.get(0), budget);
                return value == null ? given.get(1, Value.None.NONE) : value;
              });
      case "keys" -> view(name, Sequence.Kind.KEYS, () -> Items.of(dict, budget));
      case "values" ->
          view(
              name,
              Sequence.Kind.VALUES,
              () -> {
                budget.elements(dict.size());
                List<Value> values = new ArrayList<>();
                dict.entries().forEach(entry -> values.add(entry.value()));
                return values;
              });
      case "items" -> view(name, Sequence.Kind.ITEMS, () -> dict.pairs(budget));
      default -> null;
    };
  }

  private static Function view(String name, Sequence.Kind kind, Supplier<List<Value>> items) {
    return new Function(
        name,
        arguments -> {
          arguments.bind(Signature.of(name));
          return new Sequence(kind, items.get());
        });
  }
}
