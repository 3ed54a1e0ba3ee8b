package io.hunyuan4j.text.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The methods of Python's types that a template may call. */
final class Methods {
  private static final Set<String> CHANGE_DICTS =
      Set.of("clear", "pop", "popitem", "setdefault", "update");

  private static final Set<String> CHANGE_LISTS =
      Set.of("append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort");

  /** Methods of {@code str} and others in Python that are not supported here. */
  private static final Set<String> UNSUPPORTED =
      Set.of(
          "as_integer_ratio",
          "bit_count",
          "bit_length",
          "casefold",
          "center",
          "conjugate",
          "encode",
          "expandtabs",
          "format",
          "format_map",
          "fromkeys",
          "hex",
          "is_integer",
          "isascii",
          "isdecimal",
          "isidentifier",
          "isnumeric",
          "isprintable",
          "istitle",
          "ljust",
          "maketrans",
          "partition",
          "rindex",
          "rjust",
          "rpartition",
          "swapcase",
          "to_bytes",
          "translate",
          "zfill");

  /** A method of a dict. */
  @FunctionalInterface
  private interface DictMethod {
    Value call(Dict dict, Arguments arguments, Budget budget);
  }

  private static final Map<String, DictMethod> OF_DICTS =
      Map.of(
          "get",
          (dict, arguments, _) -> {
            var given = arguments.bind("get", 1, "key", "default");
            Value value = dict.get(given.get(0));
            return value == null ? given.get(1, Value.None.NONE) : value;
          },
          "keys",
          (dict, arguments, budget) -> {
            arguments.requireNone("keys");
            return new Sequence(Sequence.Kind.KEYS, Items.of(dict, budget));
          },
          "values",
          (dict, arguments, budget) -> {
            arguments.requireNone("values");
            budget.characters(dict.size());
            List<Value> values = new ArrayList<>();
            dict.entries().forEach(entry -> values.add(entry.value()));
            return new Sequence(Sequence.Kind.VALUES, values);
          },
          "items",
          (dict, arguments, budget) -> {
            arguments.requireNone("items");
            return new Sequence(Sequence.Kind.ITEMS, pairs(dict, budget));
          },
          "copy",
          (dict, arguments, _) -> {
            arguments.requireNone("copy");
            return dict;
          });

  private Methods() {}

  /** Keys with values, as tuples. */
  static List<Value> pairs(Dict dict, Budget budget) {
    budget.characters(3L * dict.size());
    List<Value> pairs = new ArrayList<>();
    for (Dict.Entry entry : dict.entries()) {
      pairs.add(Sequence.tuple(List.of(entry.key(), entry.value())));
    }
    return pairs;
  }

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
      case Undefined _,
          Value.None _,
          Value.Bool _,
          Value.Int _,
          Value.Real _,
          Text _,
          Generator _,
          Namespace _,
          Loop _,
          Function _ ->
          false;
    };
  }

  /** The method of this name with the object it belongs to, or null if there is none. */
  static @Nullable Value find(Value value, String name, Budget budget) {
    return switch (value) {
      case Text text -> TextMethods.find(text, name, budget);
      case Dict dict -> {
        DictMethod method = OF_DICTS.get(name);
        yield method == null
            ? null
            : new Function(name, arguments -> method.call(dict, arguments, budget));
      }
      case Sequence sequence -> ofSequence(sequence, name, budget);
      case Undefined _,
          Value.None _,
          Value.Bool _,
          Value.Int _,
          Value.Real _,
          Generator _,
          Namespace _,
          Loop _,
          Function _ ->
          null;
    };
  }

  private static @Nullable Value ofSequence(Sequence sequence, String name, Budget budget) {
    if (!sequence.kind().isIndexed()) {
      return null;
    }
    return switch (name) {
      case "index" ->
          new Function(
              name,
              arguments -> {
                Value wanted = arguments.bind(name, 1, "value").get(0);
                for (int i = 0; i < sequence.items().size(); i++) {
                  if (Comparison.equal(sequence.items().get(i), wanted, budget)) {
                    return Value.Int.of(i);
                  }
                }
                throw TemplateException.value(
                    Printer.text(wanted, budget) + " is not in " + Types.name(sequence));
              });
      case "count" ->
          new Function(
              name,
              arguments -> {
                Value wanted = arguments.bind(name, 1, "value").get(0);
                int count = 0;
                for (Value item : sequence.items()) {
                  count += Comparison.equal(item, wanted, budget) ? 1 : 0;
                }
                return Value.Int.of(count);
              });
      case "copy" -> sequence.kind() == Sequence.Kind.LIST ? copy(sequence) : null;
      default -> null;
    };
  }

  private static Function copy(Sequence list) {
    return new Function(
        "copy",
        arguments -> {
          arguments.requireNone("copy");
          return list;
        });
  }
}
