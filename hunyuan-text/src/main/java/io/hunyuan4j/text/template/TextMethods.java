package io.hunyuan4j.text.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** The methods of Python's {@code str}. Indices are of code points. */
final class TextMethods {
  /** A method on a text. */
  @FunctionalInterface
  private interface Body {
    Value call(Text text, Bound arguments, Budget budget);
  }

  private record Method(Signature signature, Body body) {}

  /** The ends of a text. */
  enum Side {
    LEFT,
    RIGHT,
    BOTH
  }

  private static final Map<String, Method> METHODS =
      Map.ofEntries(
          method("strip", (text, given, budget) -> strip(text, given, Side.BOTH, budget), "chars"),
          method("lstrip", (text, given, budget) -> strip(text, given, Side.LEFT, budget), "chars"),
          method(
              "rstrip", (text, given, budget) -> strip(text, given, Side.RIGHT, budget), "chars"),
          method("split", TextMethods::split, "sep", "maxsplit"),
          method(
              "startswith",
              (text, given, budget) -> affix(text, given, Side.LEFT, budget),
              "prefix"),
          method(
              "endswith",
              (text, given, budget) -> affix(text, given, Side.RIGHT, budget),
              "suffix"),
          method("replace", TextMethods::replace, "old", "new", "count"),
          method("join", TextMethods::join, "iterable"),
          method("upper", (text, _, budget) -> LetterCase.upper(text, budget)),
          method("lower", (text, _, budget) -> LetterCase.lower(text, budget)),
          method("title", (text, _, budget) -> LetterCase.title(text, budget)),
          method("capitalize", (text, _, budget) -> LetterCase.capitalize(text, budget)));

  private TextMethods() {}

  private static Map.Entry<String, Method> method(String name, Body body, String... parameters) {
    return Map.entry(name, new Method(Signature.of(name, parameters), body));
  }

  /** The method of this name on this text, or null if there is none. */
  static @Nullable Function find(Text text, String name, Budget budget) {
    Method method = METHODS.get(name);
    return method == null
        ? null
        : new Function(
            name,
            arguments -> method.body().call(text, arguments.bind(method.signature()), budget));
  }

  /** Without the code points of the argument at its ends, or without whitespace. */
  static Text strip(Text text, Bound arguments, Side side, Budget budget) {
    budget.read(text.length());
    return switch (arguments.find(0)) {
      case null -> strip(text, Characters::isSpace, side, budget);
      case Text set -> {
        budget.search(text.length(), set.length());
        yield strip(text, c -> set.chars().indexOf(c) >= 0, side, budget);
      }
      default -> throw TemplateException.type("strip arg must be None or str");
    };
  }

  private static Text strip(Text text, IntPredicate goes, Side side, Budget budget) {
    String chars = text.chars();
    int start = 0;
    int end = chars.length();
    while (side != Side.RIGHT && start < end && goes.test(chars.codePointAt(start))) {
      start += Character.charCount(chars.codePointAt(start));
    }
    while (side != Side.LEFT && end > start && goes.test(chars.codePointBefore(end))) {
      end -= Character.charCount(chars.codePointBefore(end));
    }
    budget.characters(end - start);
    return text.slice(start, end);
  }

  private static Value split(Text text, Bound arguments, Budget budget) {
    int most = arguments.number(1, -1);
    int limit = most < 0 ? Integer.MAX_VALUE : most;
    budget.characters(text.length());
    return switch (arguments.find(0)) {
      case null -> Sequence.list(words(text, limit, budget));
      case Text by when by.length() == 0 -> throw TemplateException.value("empty separator");
      case Text by -> {
        budget.search(text.length(), by.length());
        yield Sequence.list(parts(text, by, limit, budget));
      }
      case Value other ->
          throw TemplateException.type("must be str or None, not " + Types.name(other));
    };
  }

  private static List<Value> parts(Text text, Text by, int limit, Budget budget) {
    List<Value> parts = new ArrayList<>();
    int start = 0;
    for (int at = text.chars().indexOf(by.chars());
        at >= 0 && parts.size() < limit;
        at = text.chars().indexOf(by.chars(), start)) {
      budget.elements(1);
      parts.add(text.slice(start, at));
      start = at + by.length();
    }
    parts.add(text.slice(start, text.length()));
    return parts;
  }

  private static List<Value> words(Text text, int limit, Budget budget) {
    List<Value> words = new ArrayList<>();
    String chars = text.chars();
    int at = 0;
    while (true) {
      while (at < chars.length() && Characters.isSpace(chars.charAt(at))) {
        at++;
      }
      if (at == chars.length()) {
        return words;
      }
      budget.elements(1);
      if (words.size() == limit) {
        words.add(text.slice(at, chars.length()));
        return words;
      }
      int start = at;
      while (at < chars.length() && !Characters.isSpace(chars.charAt(at))) {
        at++;
      }
      words.add(text.slice(start, at));
    }
  }

  private static Value affix(Text text, Bound arguments, Side side, Budget budget) {
    List<Value> choices =
        arguments.get(0) instanceof Sequence tuple && tuple.kind() == Sequence.Kind.TUPLE
            ? tuple.items()
            : List.of(arguments.get(0));
    for (Value choice : choices) {
      if (!(choice instanceof Text affix)) {
        throw TemplateException.type(
            "%s first arg must be str or a tuple of str, not %s"
                .formatted(side == Side.LEFT ? "startswith" : "endswith", Types.name(choice)));
      }
      budget.step();
      budget.scan(affix.length());
      if (side == Side.LEFT
          ? text.chars().startsWith(affix.chars())
          : text.chars().endsWith(affix.chars())) {
        return Value.Bool.of(true);
      }
    }
    return Value.Bool.of(false);
  }

  private static Value replace(Text text, Bound arguments, Budget budget) {
    return replace(text, arguments.text(0), arguments.text(1), arguments.number(2, -1), budget);
  }

  /** With the first {@code count} of {@code old} replaced, or all if that is negative. */
  static Text replace(Text text, Text old, Text replacement, int count, Budget budget) {
    budget.search(text.length(), old.length());
    int left = count < 0 ? Integer.MAX_VALUE : count;
    TextBuilder out = new TextBuilder(budget);
    int copied = 0;
    int at = 0;
    while (left > 0 && (at = text.chars().indexOf(old.chars(), at)) >= 0) {
      budget.step();
      out.append(text, copied, at).append(replacement);
      copied = at + old.length();
      left--;
      if (old.length() > 0) {
        at = copied;
      } else if (at < text.length()) { // between all code points
        at += Character.charCount(text.chars().codePointAt(at));
      } else {
        break;
      }
    }
    return out.append(text, copied, text.length()).toText();
  }

  private static Value join(Text separator, Bound arguments, Budget budget) {
    TextBuilder out = new TextBuilder(budget);
    int index = 0;
    for (Value item : Items.of(arguments.get(0), budget)) {
      budget.step();
      if (!(item instanceof Text text)) {
        throw TemplateException.type(
            "sequence item %d: expected str instance, %s found".formatted(index, Types.name(item)));
      }
      if (index++ > 0) {
        out.append(separator);
      }
      out.append(text);
    }
    return out.toText();
  }
}
