package io.hunyuan4j.text.template;

import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Python's comparisons. */
enum Comparison {
  EQUAL("=="),
  NOT_EQUAL("!="),
  LESS("<"),
  LESS_OR_EQUAL("<="),
  GREATER(">"),
  GREATER_OR_EQUAL(">="),
  IN("in"),
  NOT_IN("not in");

  private final String symbol;

  Comparison(String symbol) {
    this.symbol = symbol;
  }

  static @Nullable Comparison ofSymbol(String symbol) {
    for (Comparison comparison : values()) {
      if (comparison.symbol.equals(symbol)) {
        return comparison;
      }
    }
    return null;
  }

  boolean holds(Value left, Value right, Budget budget) {
    return switch (this) {
      case EQUAL -> equal(left, right, budget);
      case NOT_EQUAL -> !equal(left, right, budget);
      case LESS, LESS_OR_EQUAL, GREATER, GREATER_OR_EQUAL -> isOrdered(left, right, budget);
      case IN -> contains(right, left, budget);
      case NOT_IN -> !contains(right, left, budget);
    };
  }

  /** {@code left == right}. */
  static boolean equal(Value left, Value right, Budget budget) {
    budget.enter();
    try {
      if (left instanceof Text a && right instanceof Text b) {
        budget.scan(Math.min(a.length(), b.length()));
        return a.equals(b);
      }
      if (Numbers.isNumber(left) && Numbers.isNumber(right)) {
        Integer order = Numbers.compare(left, right);
        return order != null && order == 0;
      }
      if (left instanceof Sequence a && right instanceof Sequence b) {
        return a.kind() == b.kind() && equalItems(a.items(), b.items(), budget);
      }
      if (left instanceof Dict a && right instanceof Dict b) {
        return equalEntries(a, b, budget);
      }
      if (left instanceof Undefined && right instanceof Undefined) {
        return true;
      }
      return left == right || (left instanceof Value.None && right instanceof Value.None);
    } finally {
      budget.leave();
    }
  }

  private static boolean equalItems(List<Value> left, List<Value> right, Budget budget) {
    if (left.size() != right.size()) {
      return false;
    }
    budget.read(left.size()); // the same objects are not looked into, but there may be many
    Iterator<Value> others = right.iterator();
    for (Value item : left) {
      Value other = others.next();
      if (item != other && !equal(item, other, budget)) {
        return false;
      }
    }
    return true;
  }

  private static boolean equalEntries(Dict left, Dict right, Budget budget) {
    if (left.size() != right.size()) {
      return false;
    }
    for (Dict.Entry entry : left.entries()) {
      Value other = right.get(entry.key(), budget);
      if (other == null || !equal(entry.value(), other, budget)) {
        return false;
      }
    }
    return true;
  }

  private boolean isOrdered(Value left, Value right, Budget budget) {
    budget.step();
    Integer order = order(left, right, budget);
    if (order == null) {
      return false; // not a number is in no order
    }
    return switch (this) {
      case LESS -> order < 0;
      case LESS_OR_EQUAL -> order <= 0;
      case GREATER -> order > 0;
      case GREATER_OR_EQUAL -> order >= 0;
      case EQUAL, NOT_EQUAL, IN, NOT_IN -> throw new IllegalStateException(symbol);
    };
  }

  /** Below, at or above 0; null where there is no order. */
  private @Nullable Integer order(Value left, Value right, Budget budget) {
    if (left instanceof Undefined undefined) {
      throw undefined.used();
    }
    if (right instanceof Undefined undefined) {
      throw undefined.used();
    }
    if (Numbers.isNumber(left) && Numbers.isNumber(right)) {
      return Numbers.compare(left, right);
    }
    if (left instanceof Text a && right instanceof Text b) {
      budget.scan(Math.min(a.length(), b.length()));
      return compareByCodePoints(a.chars(), b.chars());
    }
    if (left instanceof Sequence a && right instanceof Sequence b && a.kind() == b.kind()) {
      throw TemplateException.notSupported("the order of two sequences");
    }
    throw TemplateException.type(
        "'%s' not supported between instances of '%s' and '%s'"
            .formatted(symbol, Types.name(left), Types.name(right)));
  }

  /** As Python orders strings; {@code String.compareTo} goes by chars. */
  private static int compareByCodePoints(String left, String right) {
    int length = Math.min(left.length(), right.length());
    for (int i = 0; i < length; i++) {
      char a = left.charAt(i);
      char b = right.charAt(i);
      if (a != b) {
        // Surrogates stand for code points above all others.
        boolean supplementary = Character.isSurrogate(a) != Character.isSurrogate(b);
        return supplementary ? (Character.isSurrogate(a) ? 1 : -1) : Character.compare(a, b);
      }
    }
    return Integer.compare(left.length(), right.length());
  }

  /** {@code item in container}. */
  static boolean contains(Value container, Value item, Budget budget) {
    return switch (container) {
      case Text text -> {
        if (!(item instanceof Text part)) {
          throw TemplateException.type(
              "'in <string>' requires string as left operand, not " + Types.name(item));
        }
        budget.search(text.length(), part.length());
        yield text.chars().contains(part.chars());
      }
      case Sequence sequence -> isAmong(item, sequence.items(), budget);
      case Generator generator -> {
        // What was looked at is gone.
        List<Value> items = generator.peek();
        int at = 0;
        while (at < items.size() && !equal(items.get(at), item, budget)) {
          at++;
        }
        generator.skip(Math.min(at + 1, items.size()));
        yield at < items.size();
      }
      case Dict dict -> dict.get(item, budget) != null;
      case Undefined _ -> false;
      case Value.None _, Value.Bool _, Value.Int _, Value.Real _, Namespace _, Loop _, Function _ ->
          throw TemplateException.type(
              "argument of type '" + Types.name(container) + "' is not iterable");
    };
  }

  private static boolean isAmong(Value item, List<Value> items, Budget budget) {
    for (Value other : items) {
      if (equal(other, item, budget)) {
        return true;
      }
    }
    return false;
  }
}
