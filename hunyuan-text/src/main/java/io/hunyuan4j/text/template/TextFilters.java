package io.hunyuan4j.text.template;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Filters that give texts. Most take any value, as text. */
final class TextFilters {
  private static final String WORD_BEGINNINGS = "-({[<";

  private TextFilters() {}

  static Map<String, Filter> all() {
    return Map.ofEntries(
        Map.entry("string", TextFilters::string),
        Map.entry("safe", TextFilters::string),
        Map.entry("tojson", TextFilters::toJson),
        Map.entry("trim", TextFilters::trim),
        Map.entry(
            "upper", (input, arguments, budget) -> LetterCase.upper(text(input, budget), budget)),
        Map.entry(
            "lower", (input, arguments, budget) -> LetterCase.lower(text(input, budget), budget)),
        Map.entry(
            "capitalize",
            (input, arguments, budget) -> LetterCase.capitalize(text(input, budget), budget)),
        Map.entry("title", TextFilters::title),
        Map.entry("replace", TextFilters::replace),
        Map.entry("indent", TextFilters::indent),
        Map.entry("format", TextFilters::format),
        Map.entry("e", TextFilters::escape),
        Map.entry("escape", TextFilters::escape),
        Map.entry("wordcount", TextFilters::countWords));
  }

  private static Text text(Value value, Budget budget) {
    return Printer.text(value, budget);
  }

  private static Value string(Value input, Arguments arguments, Budget budget) {
    arguments.requireNone("string");
    return text(input, budget);
  }

  /** As transformers defines it, which is without the HTML escapes of Jinja's own. */
  private static Value toJson(Value input, Arguments arguments, Budget budget) {
    var given = arguments.bind("tojson", 0, "ensure_ascii", "indent", "separators", "sort_keys");
    Text indent = jsonIndent(given.findNotNone(1), budget);
    Text itemSeparator = Text.foreign(indent == null ? ", " : ",");
    Text keySeparator = Text.foreign(": ");
    Value separators = given.findNotNone(2);
    if (separators != null) {
      List<Value> both = Items.of(separators, budget);
      if (both.size() != 2
          || !(both.get(0) instanceof Text first)
          || !(both.get(1) instanceof Text second)) {
        throw TemplateException.value("the separators of tojson are two strings");
      }
      itemSeparator = first;
      keySeparator = second;
    }
    TextBuilder out = new TextBuilder(budget);
    new Json(
            indent,
            itemSeparator,
            keySeparator,
            given.isTrue(0, false),
            given.isTrue(3, false),
            budget)
        .write(input, out);
    return out.toText();
  }

  private static @Nullable Text jsonIndent(@Nullable Value indent, Budget budget) {
    if (indent == null || indent instanceof Text) {
      return (Text) indent;
    }
    return spaces(Types.index(indent), budget);
  }

  private static Text spaces(int count, Budget budget) {
    int spaces = Math.max(0, count);
    budget.characters(spaces);
    return Text.foreign(" ".repeat(spaces));
  }

  private static Value trim(Value input, Arguments arguments, Budget budget) {
    Value chars = arguments.bind("trim", 0, "chars").findNotNone(0);
    Text text = text(input, budget);
    if (chars == null) {
      return TextMethods.strip(text, Characters::isSpace, true, true, budget);
    }
    if (!(chars instanceof Text set)) {
      throw TemplateException.type("strip arg must be None or str");
    }
    return TextMethods.strip(text, set, true, true, budget);
  }

  /** Unlike {@code str.title}, words begin after a hyphen, an open bracket or whitespace only. */
  private static Value title(Value input, Arguments arguments, Budget budget) {
    arguments.requireNone("title");
    Text text = text(input, budget);
    TextBuilder out = new TextBuilder(budget);
    int start = 0;
    while (start < text.length()) {
      int end = start;
      boolean separator = isWordBeginning(text.chars().charAt(start));
      while (end < text.length() && isWordBeginning(text.chars().charAt(end)) == separator) {
        end++;
      }
      Text part = text.slice(start, end);
      if (separator) {
        out.append(part);
      } else {
        int first = part.indexOf(1);
        out.append(LetterCase.upper(part.slice(0, first), budget));
        out.append(LetterCase.lower(part.slice(first, part.length()), budget));
      }
      start = end;
    }
    return out.toText();
  }

  private static boolean isWordBeginning(char c) {
    return WORD_BEGINNINGS.indexOf(c) >= 0 || Characters.isSpace(c);
  }

  private static Value replace(Value input, Arguments arguments, Budget budget) {
    var given = arguments.bind("replace", 2, "old", "new", "count");
    int count = given.findNotNone(2) == null ? -1 : given.number(2, -1);
    return TextMethods.replace(
        text(input, budget), text(given.get(0), budget), text(given.get(1), budget), count, budget);
  }

  private static Value indent(Value input, Arguments arguments, Budget budget) {
    var given = arguments.bind("indent", 0, "width", "first", "blank");
    if (!(input instanceof Text text)) {
      // Python adds a line break to the input first.
      return Arithmetic.ADD.apply(input, Text.EMPTY, budget);
    }
    Text indent = given.find(0) instanceof Text width ? width : spaces(given.number(0, 4), budget);
    boolean blank = given.isTrue(2, false);
    TextBuilder out = new TextBuilder(budget);
    if (given.isTrue(1, false)) {
      out.append(indent);
    }
    boolean first = true;
    Text closed = new TextBuilder(budget).append(text).append("\n", Text.foreign(" "), 0).toText();
    for (Value line : TextMethods.lines(closed, false, budget)) {
      Text content = (Text) line;
      if (!first) {
        out.appendForeign("\n");
        if (blank || content.length() > 0) {
          out.append(indent);
        }
      }
      out.append(content);
      first = false;
    }
    return out.toText();
  }

  private static Value format(Value input, Arguments arguments, Budget budget) {
    if (!arguments.named().isEmpty()) {
      throw TemplateException.notSupported("the filter 'format' with names");
    }
    return PercentFormat.apply(text(input, budget), Sequence.tuple(arguments.positional()), budget);
  }

  private static Value escape(Value input, Arguments arguments, Budget budget) {
    arguments.requireNone("escape");
    Text text = text(input, budget);
    TextBuilder out = new TextBuilder(budget);
    int copied = 0;
    for (int at = 0; at < text.length(); at++) {
      String escaped =
          switch (text.chars().charAt(at)) {
            case '&' -> "&amp;";
            case '<' -> "&lt;";
            case '>' -> "&gt;";
            case '\'' -> "&#39;";
            case '"' -> "&#34;";
            default -> "";
          };
      if (!escaped.isEmpty()) {
        out.append(text, copied, at).append(escaped, text, at);
        copied = at + 1;
      }
    }
    return out.append(text, copied, text.length()).toText();
  }

  private static Value countWords(Value input, Arguments arguments, Budget budget) {
    arguments.requireNone("wordcount");
    String chars = text(input, budget).chars();
    budget.characters(chars.length());
    int words = 0;
    boolean inWord = false;
    for (int at = 0; at < chars.length(); at++) {
      boolean part = Character.isLetterOrDigit(chars.charAt(at)) || chars.charAt(at) == '_';
      words += part && !inWord ? 1 : 0;
      inWord = part;
    }
    return Value.Int.of(words);
  }
}
