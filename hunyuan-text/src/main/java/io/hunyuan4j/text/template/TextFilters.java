package io.hunyuan4j.text.template;

import static io.hunyuan4j.text.template.Filters.filter;

import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Filters that give texts. Most take any value, as text. */
final class TextFilters {
  private static final String WORD_BEGINNINGS = "-({[<";

  private TextFilters() {}

  static Stream<Filter> all() {
    return Stream.of(
        filter("string", (input, _, budget) -> Printer.text(input, budget)),
        filter("safe", (input, _, budget) -> Printer.text(input, budget)),
        filter("tojson", TextFilters::toJson, "ensure_ascii", "indent", "separators"),
        filter(
            "trim",
            (input, arguments, budget) ->
                TextMethods.strip(
                    Printer.text(input, budget), arguments, TextMethods.Side.BOTH, budget),
            "chars"),
        filter(
            "upper", (input, _, budget) -> LetterCase.upper(Printer.text(input, budget), budget)),
        filter(
            "lower", (input, _, budget) -> LetterCase.lower(Printer.text(input, budget), budget)),
        filter(
            "capitalize",
            (input, _, budget) -> LetterCase.capitalize(Printer.text(input, budget), budget)),
        filter("title", (input, _, budget) -> title(Printer.text(input, budget), budget)),
        new Filter(Signature.of("replace", 2, "old", "new", "count"), TextFilters::replace),
        filter("indent", TextFilters::indent, "width", "first", "blank"));
  }

  /** As transformers defines it, which is without the HTML escapes of Jinja's own. */
  private static Value toJson(Value input, Bound arguments, Budget budget) {
    Text indent = jsonIndent(arguments.find(1), budget);
    Text itemSeparator = Text.foreign(indent == null ? ", " : ",");
    Text keySeparator = Text.foreign(": ");
    Value separators = arguments.find(2);
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
    new Json(indent, itemSeparator, keySeparator, arguments.isTrue(0), budget).write(input, out);
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

  /** Unlike {@code str.title}, words begin after a hyphen, an open bracket or whitespace only. */
  private static Text title(Text text, Budget budget) {
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

  private static Value replace(Value input, Bound arguments, Budget budget) {
    return TextMethods.replace(
        Printer.text(input, budget),
        Printer.text(arguments.get(0), budget),
        Printer.text(arguments.get(1), budget),
        arguments.find(2) == null ? -1 : arguments.number(2, -1),
        budget);
  }

  private static Value indent(Value input, Bound arguments, Budget budget) {
    if (!(input instanceof Text text)) {
      // Python adds a line break to the input first.
      return Arithmetic.ADD.apply(input, Text.EMPTY, budget);
    }
    Text indent =
        arguments.find(0) instanceof Text width ? width : spaces(arguments.number(0, 4), budget);
    TextBuilder out = new TextBuilder(budget);
    if (arguments.isTrue(1)) {
      out.append(indent);
    }
    boolean first = true;
    // A line break at the very end begins one more line, unlike in splitlines.
    Text closed = new TextBuilder(budget).append(text).appendForeign("\n").toText();
    for (Text line : lines(closed, budget)) {
      if (!first) {
        out.appendForeign("\n");
        if (arguments.isTrue(2) || line.length() > 0) {
          out.append(indent);
        }
      }
      out.append(line);
      first = false;
    }
    return out.toText();
  }

  /** What {@code str.splitlines} gives. */
  private static List<Text> lines(Text text, Budget budget) {
    budget.characters(text.length());
    Stream.Builder<Text> lines = Stream.builder();
    String chars = text.chars();
    for (int start = 0; start < chars.length(); ) {
      int end = start;
      while (end < chars.length() && !Characters.isLineBreak(chars.charAt(end))) {
        end++;
      }
      budget.elements(1);
      lines.add(text.slice(start, end));
      start = chars.startsWith("\r\n", end) ? end + 2 : end + 1;
    }
    return lines.build().toList();
  }
}
