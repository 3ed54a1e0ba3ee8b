package io.hunyuan4j.text.template;

import java.util.ArrayList;
import java.util.List;

/** The elements of values, how many there are, and parts of them. */
final class Items {
  private Items() {}

  /** What a loop over the value sees; a generator is empty after that. */
  static List<Value> of(Value value, Budget budget) {
    return switch (value) {
      case Sequence sequence -> sequence.items();
      case Generator generator -> generator.take();
      case Undefined _ -> List.of();
      case Text text -> characters(text, budget);
      case Dict dict -> {
        budget.elements(dict.size());
        List<Value> keys = new ArrayList<>();
        dict.entries().forEach(entry -> keys.add(entry.key()));
        yield keys;
      }
      case Loop _ -> throw TemplateException.notSupported("a loop as a sequence");
      case Value.None _, Value.Bool _, Value.Int _, Value.Real _, Namespace _, Function _ ->
          throw TemplateException.type("'" + Types.name(value) + "' object is not iterable");
    };
  }

  /** Whether {@link #of} would give elements and no error. */
  static boolean isIterable(Value value) {
    return switch (value) {
      case Sequence _, Generator _, Undefined _, Text _, Dict _, Loop _ -> true;
      case Value.None _, Value.Bool _, Value.Int _, Value.Real _, Namespace _, Function _ -> false;
    };
  }

  /** Whether the value has a length and elements by index or key. */
  static boolean isSequence(Value value) {
    return switch (value) {
      case Text _, Dict _, Undefined _ -> true;
      case Sequence sequence -> sequence.kind().isIndexed();
      case Value.None _,
          Value.Bool _,
          Value.Int _,
          Value.Real _,
          Generator _,
          Namespace _,
          Loop _,
          Function _ ->
          false;
    };
  }

  private static List<Value> characters(Text text, Budget budget) {
    budget.elements(text.length());
    List<Value> characters = new ArrayList<>();
    for (int at = 0; at < text.length(); ) {
      int end = at + Character.charCount(text.chars().codePointAt(at));
      characters.add(text.slice(at, end));
      at = end;
    }
    return characters;
  }

  /** {@code len(value)}. */
  static int count(Value value, Budget budget) {
    return switch (value) {
      case Text text -> {
        budget.read(text.length());
        yield text.codePoints();
      }
      case Sequence sequence -> sequence.items().size();
      case Dict dict -> dict.size();
      case Undefined _ -> 0;
      case Loop loop -> loop.items().size();
      case Value.None _,
          Value.Bool _,
          Value.Int _,
          Value.Real _,
          Generator _,
          Namespace _,
          Function _ ->
          throw TemplateException.type("object of type '" + Types.name(value) + "' has no len()");
    };
  }

  /**
   * {@code value[start:stop:step]}.
   *
   * @param bounds start, stop and step, each {@code None} where it is left out
   */
  static Value slice(Value value, List<Value> bounds, Budget budget) {
    switch (value) {
      case Undefined undefined -> throw undefined.used();
      case Dict _ -> throw TemplateException.type("unhashable type: 'slice'");
      case Sequence sequence when sequence.kind().isIndexed() -> {
        List<Value> items = new ArrayList<>();
        for (int index : indices(bounds, sequence.items().size(), budget)) {
          items.add(sequence.items().get(index));
        }
        return new Sequence(sequence.kind(), items);
      }
      case Text text -> {
        return sliceOfText(text, bounds, budget);
      }
      case Sequence _,
          Value.None _,
          Value.Bool _,
          Value.Int _,
          Value.Real _,
          Generator _,
          Namespace _,
          Loop _,
          Function _ ->
          throw TemplateException.type("'" + Types.name(value) + "' object is not subscriptable");
    }
  }

  private static Text sliceOfText(Text text, List<Value> bounds, Budget budget) {
    budget.read(text.length());
    int count = text.codePoints();
    if (step(bounds) == 1) {
      int start = bound(bounds.get(0), 0, count, 0, count);
      int stop = Math.max(start, bound(bounds.get(1), count, count, 0, count));
      int from = text.indexOf(start);
      int to = text.chars().offsetByCodePoints(from, stop - start);
      budget.characters(to - from);
      return text.slice(from, to);
    }
    List<Value> characters = characters(text, budget);
    TextBuilder out = new TextBuilder(budget);
    for (int index : indices(bounds, count, budget)) {
      out.append((Text) characters.get(index));
    }
    return out.toText();
  }

  private static int step(List<Value> bounds) {
    int step = bounds.get(2) instanceof Value.None ? 1 : sliceIndex(bounds.get(2));
    if (step == 0) {
      throw TemplateException.value("slice step cannot be zero");
    }
    return step;
  }

  private static int sliceIndex(Value value) {
    if (Numbers.whole(value) == null) {
      throw TemplateException.type(
          "slice indices must be integers or None or have an __index__ method");
    }
    return Types.index(value);
  }

  /** A bound among {@code count} elements, from the end if negative, kept in the range. */
  private static int bound(Value value, int otherwise, int count, int lowest, int highest) {
    if (value instanceof Value.None) {
      return otherwise;
    }
    int index = sliceIndex(value);
    return Math.clamp(index < 0 ? (long) index + count : index, lowest, highest);
  }

  private static List<Integer> indices(List<Value> bounds, int count, Budget budget) {
    int step = step(bounds);
    boolean forward = step > 0;
    int lowest = forward ? 0 : -1;
    int highest = forward ? count : count - 1;
    int start = bound(bounds.get(0), forward ? 0 : count - 1, count, lowest, highest);
    int stop = bound(bounds.get(1), forward ? count : -1, count, lowest, highest);
    List<Integer> indices = new ArrayList<>();
    for (long index = start; forward ? index < stop : index > stop; index += step) {
      budget.elements(1);
      indices.add((int) index);
    }
    return indices;
  }
}
