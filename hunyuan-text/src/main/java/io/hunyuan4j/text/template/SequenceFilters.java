package io.hunyuan4j.text.template;

import static io.hunyuan4j.text.template.Filters.filter;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Filters on sequences as a whole. */
final class SequenceFilters {
  private SequenceFilters() {}

  static Stream<Filter> all() {
    return Stream.of(
        filter("length", (input, _, budget) -> Value.Int.of(Items.count(input, budget))),
        filter("first", SequenceFilters::first),
        filter("last", SequenceFilters::last),
        filter("list", SequenceFilters::list),
        filter("items", SequenceFilters::items),
        filter("dictsort", SequenceFilters::dictSort),
        filter("sort", SequenceFilters::sort, "attribute"),
        filter("unique", SequenceFilters::unique),
        filter("join", SequenceFilters::join, "d"));
  }

  private static Value first(Value input, Bound arguments, Budget budget) {
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

  private static Value last(Value input, Bound arguments, Budget budget) {
    if (input instanceof Generator || !Items.isIterable(input)) {
      throw TemplateException.type("'" + Types.name(input) + "' object is not reversible");
    }
    List<Value> items = Items.of(input, budget);
    return items.isEmpty()
        ? Undefined.missing("No last item, sequence was empty.")
        : items.getLast();
  }

  private static Value list(Value input, Bound arguments, Budget budget) {
    List<Value> items = Items.of(input, budget);
    budget.elements(items.size());
    return Sequence.list(items);
  }

  private static Value items(Value input, Bound arguments, Budget budget) {
    return switch (input) {
      case Undefined _ -> new Generator(List.of());
      case Dict dict -> new Generator(dict.pairs(budget));
      default -> throw TemplateException.type("Can only get item pairs from a mapping.");
    };
  }

  private static Value dictSort(Value input, Bound arguments, Budget budget) {
    return switch (input) {
      case Undefined undefined -> throw undefined.used();
      case Dict dict ->
          Sequence.list(
              Sorting.sort(
                  dict.pairs(budget), pair -> ((Sequence) pair).items().getFirst(), budget));
      default ->
          throw TemplateException.type(
              "'" + Types.name(input) + "' object has no attribute 'items'");
    };
  }

  private static Value sort(Value input, Bound arguments, Budget budget) {
    Value attribute = arguments.find(0);
    return Sequence.list(
        Sorting.sort(
            Items.of(input, budget),
            item -> attribute == null ? item : Access.path(item, attribute, budget),
            budget));
  }

  private static Value unique(Value input, Bound arguments, Budget budget) {
    Dict.Builder seen = new Dict.Builder();
    List<Value> kept = new ArrayList<>();
    for (Value item : Items.of(input, budget)) {
      budget.elements(4);
      Value key = Sorting.caseless(item, budget);
      Dict.payFor(key, budget);
      if (seen.add(key)) {
        kept.add(item);
      }
    }
    return new Generator(kept);
  }

  private static Value join(Value input, Bound arguments, Budget budget) {
    Text separator = Printer.text(arguments.get(0, Text.EMPTY), budget);
    TextBuilder out = new TextBuilder(budget);
    boolean first = true;
    for (Value item : Items.of(input, budget)) {
      budget.step();
      if (!first) {
        out.append(separator);
      }
      Printer.print(item, out, budget);
      first = false;
    }
    return out.toText();
  }
}
