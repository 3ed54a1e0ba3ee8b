package io.hunyuan4j.text.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Filters on sequences as a whole. */
final class SequenceFilters {
  private SequenceFilters() {}

  static Map<String, Filter> all() {
    return Map.ofEntries(
        Map.entry("length", SequenceFilters::length),
        Map.entry("count", SequenceFilters::length),
        Map.entry("first", SequenceFilters::first),
        Map.entry("last", SequenceFilters::last),
        Map.entry("list", SequenceFilters::list),
        Map.entry("reverse", SequenceFilters::reverse),
        Map.entry("items", SequenceFilters::items),
        Map.entry("dictsort", SequenceFilters::dictSort),
        Map.entry("sort", SequenceFilters::sort),
        Map.entry("unique", SequenceFilters::unique),
        Map.entry("min", (input, arguments, budget) -> extreme(input, arguments, false, budget)),
        Map.entry("max", (input, arguments, budget) -> extreme(input, arguments, true, budget)),
        Map.entry("sum", SequenceFilters::sum),
        Map.entry("join", SequenceFilters::join));
  }

  private static Value length(Value input, Arguments arguments, Budget budget) {
    arguments.requireNone("length");
    return Value.Int.of(Items.count(input, budget));
  }

  private static Value first(Value input, Arguments arguments, Budget budget) {
    arguments.requireNone("first");
    if (input instanceof Generator generator && !generator.peek().isEmpty()) {
      Value first = generator.peek().getFirst();
      generator.skip(1);
      return first;
    }
    List<Value> items = Items.of(input, budget);
    return items.isEmpty()
        ? Undefined.missing("No first item, sequence was empty.")
        : items.getFirst();
  }

  private static Value last(Value input, Arguments arguments, Budget budget) {
    arguments.requireNone("last");
    if (input instanceof Generator || input instanceof Undefined || !Items.isIterable(input)) {
      throw TemplateException.type("'" + Types.name(input) + "' object is not reversible");
    }
    List<Value> items = Items.of(input, budget);
    return items.isEmpty()
        ? Undefined.missing("No last item, sequence was empty.")
        : items.getLast();
  }

  private static Value list(Value input, Arguments arguments, Budget budget) {
    arguments.requireNone("list");
    List<Value> items = Items.of(input, budget);
    budget.characters(items.size());
    return Sequence.list(items);
  }

  private static Value reverse(Value input, Arguments arguments, Budget budget) {
    arguments.requireNone("reverse");
    List<Value> reversed = Items.of(input, budget).reversed();
    budget.characters(reversed.size());
    return switch (input) {
      case Text _ -> {
        TextBuilder out = new TextBuilder(budget);
        reversed.forEach(item -> out.append((Text) item));
        yield out.toText();
      }
      case Generator _, Undefined _ -> Sequence.list(reversed);
      case Sequence _,
          Dict _,
          Value.None _,
          Value.Bool _,
          Value.Int _,
          Value.Real _,
          Namespace _,
          Loop _,
          Function _ ->
          new Generator("list_reverseiterator", reversed);
    };
  }

  private static Value items(Value input, Arguments arguments, Budget budget) {
    arguments.requireNone("items");
    if (input instanceof Undefined) {
      return new Generator(List.of());
    }
    if (!(input instanceof Dict dict)) {
      throw TemplateException.type("Can only get item pairs from a mapping.");
    }
    return new Generator(Methods.pairs(dict, budget));
  }

  private static Value dictSort(Value input, Arguments arguments, Budget budget) {
    var given = arguments.bind("dictsort", 0, "case_sensitive", "by", "reverse");
    String by = given.find(1) == null ? "key" : given.text(1).chars();
    if (!by.equals("key") && !by.equals("value")) {
      throw TemplateException.filterArgument("You can only sort by either \"key\" or \"value\"");
    }
    if (!(input instanceof Dict dict)) {
      if (input instanceof Undefined undefined) {
        throw undefined.used();
      }
      throw TemplateException.type("'" + Types.name(input) + "' object has no attribute 'items'");
    }
    boolean caseSensitive = given.isTrue(0, false);
    int place = by.equals("key") ? 0 : 1;
    return Sequence.list(
        Sorting.sort(
            Methods.pairs(dict, budget),
            pair -> Sorting.key(((Sequence) pair).items().get(place), caseSensitive, budget),
            given.isTrue(2, false),
            budget));
  }

  private static Value sort(Value input, Arguments arguments, Budget budget) {
    var given = arguments.bind("sort", 0, "reverse", "case_sensitive", "attribute");
    boolean caseSensitive = given.isTrue(1, false);
    List<AttributePath> paths = AttributePath.several(given.findNotNone(2), budget);
    return Sequence.list(
        Sorting.sort(
            Items.of(input, budget),
            item -> {
              List<Value> keys = new ArrayList<>();
              for (AttributePath path : paths) {
                keys.add(Sorting.key(path.of(item, budget), caseSensitive, budget));
              }
              return Sequence.list(keys);
            },
            given.isTrue(0, false),
            budget));
  }

  private static Value unique(Value input, Arguments arguments, Budget budget) {
    var given = arguments.bind("unique", 0, "case_sensitive", "attribute");
    AttributePath path = AttributePath.one(given.findNotNone(1), budget);
    Dict.Builder seen = new Dict.Builder();
    List<Value> kept = new ArrayList<>();
    for (Value item : Items.of(input, budget)) {
      budget.characters(1);
      Value key = Sorting.key(path.of(item, budget), given.isTrue(0, false), budget);
      if (seen.add(key)) {
        kept.add(item);
      }
    }
    return new Generator(kept);
  }

  private static Value extreme(Value input, Arguments arguments, boolean greatest, Budget budget) {
    var given = arguments.bind(greatest ? "max" : "min", 0, "case_sensitive", "attribute");
    AttributePath path = AttributePath.one(given.findNotNone(1), budget);
    Value best = null;
    Value bestKey = null;
    for (Value item : Items.of(input, budget)) {
      budget.step();
      Value key = Sorting.key(path.of(item, budget), given.isTrue(0, false), budget);
      Comparison better = greatest ? Comparison.GREATER : Comparison.LESS;
      if (bestKey == null || better.holds(key, bestKey, budget)) {
        best = item;
        bestKey = key;
      }
    }
    return best == null ? Undefined.missing("No aggregated item, sequence was empty.") : best;
  }

  private static Value sum(Value input, Arguments arguments, Budget budget) {
    var given = arguments.bind("sum", 0, "attribute", "start");
    AttributePath path = AttributePath.one(given.findNotNone(0), budget);
    Value sum = given.get(1, Value.Int.of(0));
    if (sum instanceof Text) {
      throw TemplateException.type("sum() can't sum strings [use ''.join(seq) instead]");
    }
    for (Value item : Items.of(input, budget)) {
      budget.step();
      sum = Arithmetic.ADD.apply(sum, path.of(item, budget), budget);
    }
    return sum;
  }

  private static Value join(Value input, Arguments arguments, Budget budget) {
    var given = arguments.bind("join", 0, "d", "attribute");
    Text separator = Printer.text(given.get(0, Text.EMPTY), budget);
    @Nullable Value attribute = given.findNotNone(1);
    AttributePath path = AttributePath.one(attribute, budget);
    TextBuilder out = new TextBuilder(budget);
    boolean first = true;
    for (Value item : Items.of(input, budget)) {
      budget.step();
      if (!first) {
        out.append(separator);
      }
      Printer.print(path.of(item, budget), out, budget);
      first = false;
    }
    return out.toText();
  }
}
