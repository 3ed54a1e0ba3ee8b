package io.hunyuan4j.text.template;

/**
 * What the filter {@code safe} does to a sum: the text that it gives is taken for HTML, so what is
 * added to that is escaped, and the sum is taken for HTML again. Chat templates that use it get the
 * escapes from transformers too. Jinja's mark stays with the value; here it counts within one sum.
 */
final class Markup {
  private Markup() {}

  /** Whether an expression gives a text that is taken for HTML. */
  static boolean isMarked(Expr expr) {
    return switch (expr) {
      case Expr.MarkedSum _ -> true;
      case Expr.Filtered filtered -> filtered.filter().filter().signature().name().equals("safe");
      default -> false;
    };
  }

  /** {@code left + right}, at least one of which is marked. */
  static Value add(Expr.MarkedSum sum, Value left, Value right, Budget budget) {
    if (!(left instanceof Text a && right instanceof Text b)) {
      throw unfit(sum, left, right);
    }
    TextBuilder out = new TextBuilder(budget);
    append(a, isMarked(sum.left()), out);
    append(b, isMarked(sum.right()), out);
    return out.toText();
  }

  private static void append(Text text, boolean marked, TextBuilder out) {
    if (marked) {
      out.append(text);
      return;
    }
    String chars = text.chars();
    int done = 0;
    for (int i = 0; i < chars.length(); i++) {
      String escape = escape(chars.charAt(i));
      if (!escape.isEmpty()) {
        out.append(text, done, i).append(escape, text, i);
        done = i + 1;
      }
    }
    out.append(text, done, chars.length());
  }

  private static String escape(char c) {
    return switch (c) {
      case '&' -> "&amp;";
      case '<' -> "&lt;";
      case '>' -> "&gt;";
      case '\'' -> "&#39;";
      case '"' -> "&#34;";
      default -> "";
    };
  }

  private static TemplateException unfit(Expr.MarkedSum sum, Value left, Value right) {
    if (left instanceof Undefined undefined) {
      return undefined.used();
    }
    if (right instanceof Undefined undefined) {
      return undefined.used();
    }
    String first = isMarked(sum.left()) ? "Markup" : Types.name(left);
    String second = isMarked(sum.right()) ? "Markup" : Types.name(right);
    boolean sequence = left instanceof Sequence;
    return TemplateException.type(
        sequence
            ? "can only concatenate %s (not \"%s\") to %s".formatted(first, second, first)
            : "unsupported operand type(s) for +: '%s' and '%s'".formatted(first, second));
  }
}
