package io.hunyuan4j.text.template;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Python's {@code json.dumps}.
 *
 * @param indent of one level; null for all on one line
 * @param itemSeparator between items
 * @param keySeparator between a key and its value
 */
record Json(
    @Nullable Text indent, Text itemSeparator, Text keySeparator, boolean ascii, Budget budget) {

  /** Appends the value as JSON. */
  void write(Value value, TextBuilder out) {
    write(value, 0, out);
  }

  private void write(Value value, int level, TextBuilder out) {
    budget.enter();
    switch (value) {
      case Value.None _ -> out.appendForeign("null");
      case Value.Bool bool -> out.appendForeign(bool.value() ? "true" : "false");
      case Value.Int whole -> out.appendForeign(whole.value().toString());
      case Value.Real real -> out.appendForeign(number(real.value()));
      case Text text -> string(text, out);
      case Sequence sequence when isList(sequence) -> list(sequence.items(), level, out);
      case Dict dict -> dict(dict, level, out);
      case Sequence _, Undefined _, Generator _, Namespace _, Loop _, Function _ ->
          throw TemplateException.type(
              "Object of type " + Types.name(value) + " is not JSON serializable");
    }
    budget.leave();
  }

  private static boolean isList(Sequence sequence) {
    return sequence.kind() == Sequence.Kind.LIST || sequence.kind() == Sequence.Kind.TUPLE;
  }

  private static String number(double real) {
    return switch (Numbers.repr(real)) {
      case "nan" -> "NaN";
      case "inf" -> "Infinity";
      case "-inf" -> "-Infinity";
      case String finite -> finite;
    };
  }

  private void list(List<Value> items, int level, TextBuilder out) {
    out.appendForeign("[");
    boolean first = true;
    for (Value item : items) {
      separate(first, level + 1, out);
      write(item, level + 1, out);
      first = false;
    }
    close(first, level, out);
    out.appendForeign("]");
  }

  private void dict(Dict dict, int level, TextBuilder out) {
    out.appendForeign("{");
    boolean first = true;
    for (Dict.Entry entry : dict.entries()) {
      separate(first, level + 1, out);
      string(key(entry.key()), out);
      out.append(keySeparator);
      write(entry.value(), level + 1, out);
      first = false;
    }
    close(first, level, out);
    out.appendForeign("}");
  }

  private Text key(Value key) {
    return switch (key) {
      case Text text -> text;
      case Value.None _ -> Text.foreign("null");
      case Value.Bool bool -> Text.foreign(bool.value() ? "true" : "false");
      case Value.Int whole -> Text.foreign(whole.value().toString());
      case Value.Real real -> Text.foreign(number(real.value()));
      case Undefined _, Sequence _, Generator _, Dict _, Namespace _, Loop _, Function _ ->
          throw TemplateException.type(
              "keys must be str, int, float, bool or None, not " + Types.name(key));
    };
  }

  private void separate(boolean first, int level, TextBuilder out) {
    if (!first) {
      out.append(itemSeparator);
    }
    newLine(level, out);
  }

  private void close(boolean empty, int level, TextBuilder out) {
    if (!empty) {
      newLine(level, out);
    }
  }

  private void newLine(int level, TextBuilder out) {
    if (indent != null) {
      budget.read(level);
      out.appendForeign("\n");
      for (int i = 0; i < level; i++) {
        out.append(indent);
      }
    }
  }

  private void string(Text text, TextBuilder out) {
    out.appendForeign("\"");
    int copied = 0;
    for (int at = 0; at < text.length(); at++) {
      String escaped = escaped(text.chars().charAt(at));
      if (!escaped.isEmpty()) {
        out.append(text, copied, at).append(escaped, text, at);
        copied = at + 1;
      }
    }
    out.append(text, copied, text.length()).appendForeign("\"");
  }

  private String escaped(char c) {
    return switch (c) {
      case '"' -> "\\\"";
      case '\\' -> "\\\\";
      case '\n' -> "\\n";
      case '\r' -> "\\r";
      case '\t' -> "\\t";
      case '\b' -> "\\b";
      case '\f' -> "\\f";
      default -> c < ' ' || (ascii && c > '~') ? "\\u%04x".formatted((int) c) : "";
    };
  }
}
