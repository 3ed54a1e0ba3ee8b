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
  private interface Method {
    Value call(Text text, Arguments arguments, Budget budget);
  }

  private static final Map<String, Method> METHODS =
      Map.ofEntries(
          Map.entry(
              "strip", (text, arguments, budget) -> strip(text, arguments, true, true, budget)),
          Map.entry(
              "lstrip", (text, arguments, budget) -> strip(text, arguments, true, false, budget)),
          Map.entry(
              "rstrip", (text, arguments, budget) -> strip(text, arguments, false, true, budget)),
          Map.entry("split", (text, arguments, budget) -> split(text, arguments, false, budget)),
          Map.entry("rsplit", (text, arguments, budget) -> split(text, arguments, true, budget)),
          Map.entry("splitlines", TextMethods::splitLines),
          Map.entry("startswith", (text, arguments, _) -> affix(text, arguments, true)),
          Map.entry("endswith", (text, arguments, _) -> affix(text, arguments, false)),
          Map.entry("removeprefix", (text, arguments, _) -> removeAffix(text, arguments, true)),
          Map.entry("removesuffix", (text, arguments, _) -> removeAffix(text, arguments, false)),
          Map.entry("replace", TextMethods::replace),
          Map.entry("find", (text, arguments, budget) -> find(text, arguments, false, budget)),
          Map.entry("rfind", (text, arguments, budget) -> find(text, arguments, true, budget)),
          Map.entry("index", TextMethods::index),
          Map.entry("count", TextMethods::count),
          Map.entry("join", TextMethods::join),
          Map.entry(
              "upper",
              (text, arguments, budget) -> LetterCase.upper(alone(text, arguments), budget)),
          Map.entry(
              "lower",
              (text, arguments, budget) -> LetterCase.lower(alone(text, arguments), budget)),
          Map.entry(
              "title",
              (text, arguments, budget) -> LetterCase.title(alone(text, arguments), budget)),
          Map.entry(
              "capitalize",
              (text, arguments, budget) -> LetterCase.capitalize(alone(text, arguments), budget)),
          Map.entry(
              "isupper",
              (text, arguments, budget) ->
                  Value.Bool.of(LetterCase.isUpper(alone(text, arguments), budget))),
          Map.entry(
              "islower",
              (text, arguments, budget) ->
                  Value.Bool.of(LetterCase.isLower(alone(text, arguments), budget))),
          Map.entry("isspace", all(Characters::isSpace)),
          Map.entry("isalpha", all(Character::isLetter)),
          Map.entry("isdigit", all(Character::isDigit)),
          Map.entry("isalnum", all(Character::isLetterOrDigit)));

  private TextMethods() {}

  /** The method of this name on this text, or null if there is none. */
  static @Nullable Function find(Text text, String name, Budget budget) {
    Method method = METHODS.get(name);
    return method == null
        ? null
        : new Function(name, arguments -> method.call(text, arguments, budget));
  }

  private static Text alone(Text text, Arguments arguments) {
    arguments.requireNone("str method");
    return text;
  }

  private static Method all(IntPredicate wanted) {
    return (text, arguments, budget) -> {
      budget.read(alone(text, arguments).length());
      return Value.Bool.of(text.length() > 0 && text.chars().codePoints().allMatch(wanted));
    };
  }

  private static Text strip(
      Text text, Arguments arguments, boolean left, boolean right, Budget budget) {
    Value chars = arguments.bind("strip", 0, "chars").findNotNone(0);
    if (chars == null) {
      return strip(text, Characters::isSpace, left, right, budget);
    }
    if (!(chars instanceof Text set)) {
      throw TemplateException.type("strip arg must be None or str");
    }
    return strip(text, set, left, right, budget);
  }

  /** Without the code points of {@code set} at its ends. */
  static Text strip(Text text, Text set, boolean left, boolean right, Budget budget) {
    budget.search(text.length(), set.length());
    return strip(text, c -> set.chars().indexOf(c) >= 0, left, right, budget);
  }

  /** Without the code points at its ends that go. */
  static Text strip(Text text, IntPredicate goes, boolean left, boolean right, Budget budget) {
    String chars = text.chars();
    int start = 0;
    int end = chars.length();
    while (left && start < end && goes.test(chars.codePointAt(start))) {
      start += Character.charCount(chars.codePointAt(start));
    }
    while (right && end > start && goes.test(chars.codePointBefore(end))) {
      end -= Character.charCount(chars.codePointBefore(end));
    }
    budget.characters(end - start);
    return text.slice(start, end);
  }

  private static Value split(Text text, Arguments arguments, boolean fromRight, Budget budget) {
    var given = arguments.bind("split", 0, "sep", "maxsplit");
    int most = given.number(1, -1);
    int limit = most < 0 ? Integer.MAX_VALUE : most;
    budget.characters(2L * text.length());
    Value separator = given.findNotNone(0);
    if (separator == null) {
      return Sequence.list(
          fromRight ? wordsFromRight(text, limit, budget) : words(text, limit, budget));
    }
    if (!(separator instanceof Text by)) {
      throw TemplateException.type("must be str or None, not " + Types.name(separator));
    }
    if (by.length() == 0) {
      throw TemplateException.value("empty separator");
    }
    budget.search(text.length(), by.length());
    return Sequence.list(
        fromRight ? partsFromRight(text, by, limit, budget) : parts(text, by, limit, budget));
  }

  private static List<Value> parts(Text text, Text by, int limit, Budget budget) {
    List<Value> parts = new ArrayList<>();
    int start = 0;
    for (int at = text.chars().indexOf(by.chars());
        at >= 0 && parts.size() < limit;
        at = text.chars().indexOf(by.chars(), start)) {
      budget.characters(1);
      parts.add(text.slice(start, at));
      start = at + by.length();
    }
    parts.add(text.slice(start, text.length()));
    return parts;
  }

  private static List<Value> partsFromRight(Text text, Text by, int limit, Budget budget) {
    List<Value> parts = new ArrayList<>();
    int end = text.length();
    while (parts.size() < limit && end >= by.length()) {
      int at = text.chars().lastIndexOf(by.chars(), end - by.length());
      if (at < 0) {
        break;
      }
      budget.characters(1);
      parts.add(text.slice(at + by.length(), end));
      end = at;
    }
    parts.add(text.slice(0, end));
    return parts.reversed();
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
      budget.characters(1);
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

  private static List<Value> wordsFromRight(Text text, int limit, Budget budget) {
    List<Value> words = new ArrayList<>();
    String chars = text.chars();
    int end = chars.length();
    while (true) {
      while (end > 0 && Characters.isSpace(chars.charAt(end - 1))) {
        end--;
      }
      if (end == 0) {
        return words.reversed();
      }
      budget.characters(1);
      int start = words.size() == limit ? 0 : end;
      while (start > 0 && !Characters.isSpace(chars.charAt(start - 1))) {
        start--;
      }
      words.add(text.slice(start, end));
      end = start;
    }
  }

  private static Value splitLines(Text text, Arguments arguments, Budget budget) {
    boolean keepEnds = arguments.bind("splitlines", 0, "keepends").isTrue(0, false);
    return Sequence.list(lines(text, keepEnds, budget));
  }

  /** The lines of a text, with what ends them or without. */
  static List<Value> lines(Text text, boolean keepEnds, Budget budget) {
    budget.characters(text.length());
    List<Value> lines = new ArrayList<>();
    String chars = text.chars();
    for (int start = 0; start < chars.length(); ) {
      int end = start;
      while (end < chars.length() && !Characters.isLineBreak(chars.charAt(end))) {
        end++;
      }
      int next = end == chars.length() ? end : chars.startsWith("\r\n", end) ? end + 2 : end + 1;
      budget.characters(1);
      lines.add(text.slice(start, keepEnds ? next : end));
      start = next;
    }
    return lines;
  }

  private static Value affix(Text text, Arguments arguments, boolean prefix) {
    String name = prefix ? "startswith" : "endswith";
    Value wanted = arguments.bind(name, 1, "affix").get(0);
    List<Value> choices =
        wanted instanceof Sequence tuple && tuple.kind() == Sequence.Kind.TUPLE
            ? tuple.items()
            : List.of(wanted);
    for (Value choice : choices) {
      if (!(choice instanceof Text affix)) {
        throw TemplateException.type(
            "%s first arg must be str or a tuple of str, not %s"
                .formatted(name, Types.name(choice)));
      }
      if (prefix ? text.chars().startsWith(affix.chars()) : text.chars().endsWith(affix.chars())) {
        return Value.Bool.of(true);
      }
    }
    return Value.Bool.of(false);
  }

  private static Value removeAffix(Text text, Arguments arguments, boolean prefix) {
    Text affix = arguments.bind(prefix ? "removeprefix" : "removesuffix", 1, "affix").text(0);
    if (prefix && text.chars().startsWith(affix.chars())) {
      return text.slice(affix.length(), text.length());
    }
    if (!prefix && text.chars().endsWith(affix.chars())) {
      return text.slice(0, text.length() - affix.length());
    }
    return text;
  }

  private static Value replace(Text text, Arguments arguments, Budget budget) {
    var given = arguments.bind("replace", 2, "old", "new", "count");
    return replace(text, given.text(0), given.text(1), given.number(2, -1), budget);
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

  private static Value find(Text text, Arguments arguments, boolean last, Budget budget) {
    Text wanted = arguments.bind(last ? "rfind" : "find", 1, "sub").text(0);
    budget.search(text.length(), wanted.length());
    int at = last ? text.chars().lastIndexOf(wanted.chars()) : text.chars().indexOf(wanted.chars());
    return Value.Int.of(at < 0 ? -1 : text.chars().codePointCount(0, at));
  }

  private static Value index(Text text, Arguments arguments, Budget budget) {
    Value at = find(text, arguments, false, budget);
    if (at.equals(Value.Int.of(-1))) {
      throw TemplateException.value("substring not found");
    }
    return at;
  }

  private static Value count(Text text, Arguments arguments, Budget budget) {
    Text wanted = arguments.bind("count", 1, "sub").text(0);
    budget.search(text.length(), wanted.length());
    if (wanted.length() == 0) {
      return Value.Int.of(text.codePoints() + 1L);
    }
    int count = 0;
    for (int at = text.chars().indexOf(wanted.chars());
        at >= 0;
        at = text.chars().indexOf(wanted.chars(), at + wanted.length())) {
      count++;
    }
    return Value.Int.of(count);
  }

  private static Value join(Text separator, Arguments arguments, Budget budget) {
    TextBuilder out = new TextBuilder(budget);
    int index = 0;
    for (Value item : Items.of(arguments.bind("join", 1, "iterable").get(0), budget)) {
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
