package io.hunyuan4j.text.template;

import java.util.List;

/** Python's {@code str} and {@code repr}. */
final class Printer {
  private Printer() {}

  /** {@code str(value)}; an undefined value is empty. */
  static Text text(Value value, Budget budget) {
    if (value instanceof Text text) {
      return text;
    }
    TextBuilder out = new TextBuilder(budget);
    print(value, out, budget);
    return out.toText();
  }

  /** Appends {@code str(value)}. */
  static void print(Value value, TextBuilder out, Budget budget) {
    switch (value) {
      case Text text -> out.append(text);
      case Undefined _ -> {}
      case Value.None _,
          Value.Bool _,
          Value.Int _,
          Value.Real _,
          Sequence _,
          Generator _,
          Dict _,
          Namespace _,
          Loop _,
          Function _ ->
          repr(value, out, budget);
    }
  }

  /** Appends {@code repr(value)}. */
  static void repr(Value value, TextBuilder out, Budget budget) {
    budget.enter();
    switch (value) {
      case Text text -> quoted(text, out);
      case Undefined _ -> out.appendForeign("Undefined");
      case Value.None _ -> out.appendForeign("None");
      case Value.Bool bool -> out.appendForeign(bool.value() ? "True" : "False");
      case Value.Int whole -> out.appendForeign(whole.value().toString());
      case Value.Real real -> out.appendForeign(Numbers.repr(real.value()));
      case Sequence sequence -> sequence(sequence, out, budget);
      case Generator _ -> out.appendForeign("<generator object>");
      case Dict dict -> dict(dict, out, budget);
      case Namespace namespace -> {
        out.appendForeign("<Namespace {");
        String separator = "";
        for (var attribute : namespace.attributes().entrySet()) {
          entry(separator, Text.own(attribute.getKey()), attribute.getValue(), out, budget);
          separator = ", ";
        }
        out.appendForeign("}>");
      }
      case Loop loop ->
          out.appendForeign("<LoopContext %d/%d>".formatted(loop.index() + 1, loop.items().size()));
      case Function function -> out.appendForeign("<function " + function.name() + ">");
    }
    budget.leave();
  }

  private static void sequence(Sequence sequence, TextBuilder out, Budget budget) {
    List<Value> items = sequence.items();
    switch (sequence.kind()) {
      case LIST -> items("[", items, "]", out, budget);
      case TUPLE -> items("(", items, items.size() == 1 ? ",)" : ")", out, budget);
      case RANGE -> throw TemplateException.notSupported("a range as text");
      case KEYS, VALUES, ITEMS ->
          items(sequence.kind().typeName() + "([", items, "])", out, budget);
    }
  }

  private static void items(
      String open, List<Value> items, String close, TextBuilder out, Budget budget) {
    out.appendForeign(open);
    String separator = "";
    for (Value item : items) {
      out.appendForeign(separator);
      repr(item, out, budget);
      separator = ", ";
    }
    out.appendForeign(close);
  }

  private static void dict(Dict dict, TextBuilder out, Budget budget) {
    out.appendForeign("{");
    String separator = "";
    for (Dict.Entry entry : dict.entries()) {
      entry(separator, entry.key(), entry.value(), out, budget);
      separator = ", ";
    }
    out.appendForeign("}");
  }

  private static void entry(
      String separator, Value key, Value value, TextBuilder out, Budget budget) {
    out.appendForeign(separator);
    repr(key, out, budget);
    out.appendForeign(": ");
    repr(value, out, budget);
  }

  private static void quoted(Text text, TextBuilder out) {
    String chars = text.chars();
    String quote = chars.indexOf('\'') >= 0 && chars.indexOf('"') < 0 ? "\"" : "'";
    out.appendForeign(quote);
    for (int at = 0; at < chars.length(); ) {
      int codePoint = chars.codePointAt(at);
      int end = at + Character.charCount(codePoint);
      String escaped = escaped(codePoint, quote);
      if (escaped.isEmpty()) {
        out.append(text, at, end);
      } else {
        out.append(escaped, text, at);
      }
      at = end;
    }
    out.appendForeign(quote);
  }

  /** How the character is written inside the quotes; empty if as it is. */
  private static String escaped(int codePoint, String quote) {
    return switch (codePoint) {
      case '\\' -> "\\\\";
      case '\n' -> "\\n";
      case '\r' -> "\\r";
      case '\t' -> "\\t";
      default -> {
        if (codePoint == quote.charAt(0)) {
          yield "\\" + quote;
        }
        if (Characters.isPrintable(codePoint)) {
          yield "";
        }
        yield codePoint < 0x100
            ? "\\x%02x".formatted(codePoint)
            : codePoint < 0x10000 ? "\\u%04x".formatted(codePoint) : "\\U%08x".formatted(codePoint);
      }
    };
  }
}
