package io.hunyuan4j.text.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Python's dict: keys in the order they were added; immutable, as the sandbox demands. */
final class Dict implements Value {
  private final Map<Object, Entry> entries;

  private Dict(Map<Object, Entry> entries) {
    this.entries = entries;
  }

  /** A key with its value. */
  record Entry(Value key, Value value) {}

  /** Collects entries. */
  static final class Builder {
    private final Map<Object, Entry> entries = new LinkedHashMap<>();

    /** Adds a key, or gives one that is there another value. */
    void put(Value key, Value value) {
      entries.merge(identity(key), new Entry(key, value), (old, _) -> new Entry(old.key(), value));
    }

    /** Adds a key with itself as value, unless it is there. */
    boolean add(Value key) {
      return entries.putIfAbsent(identity(key), new Entry(key, key)) == null;
    }

    Dict build() {
      return new Dict(entries);
    }
  }

  Collection<Entry> entries() {
    return entries.values();
  }

  /** Keys with values, as tuples. */
  List<Value> pairs(Budget budget) {
    budget.elements(3L * size());
    List<Value> pairs = new ArrayList<>();
    entries().forEach(entry -> pairs.add(Sequence.tuple(List.of(entry.key(), entry.value()))));
    return pairs;
  }

  int size() {
    return entries.size();
  }

  /** To be called before a key is looked for or added: it is read, and compared to one there. */
  static void payFor(Value key, Budget budget) {
    switch (key) {
      case Text text -> budget.scan(text.length());
      case Int whole -> budget.scan(whole.value().bitLength());
      case None _, Bool _, Real _ -> {}
      case Sequence _, Dict _, Generator _, Namespace _, Loop _, Function _, Undefined _ -> {}
    }
  }

  /** The value of {@code key}, or null. */
  @Nullable Value get(Value key, Budget budget) {
    payFor(key, budget);
    Entry entry = entries.get(identity(key));
    return entry == null ? null : entry.value();
  }

  /** What is equal where Python finds two keys equal: 1, 1.0 and True are one. */
  private static Object identity(Value key) {
    return switch (key) {
      case Text text -> text.chars();
      case None none -> none;
      case Bool bool -> bool.value() ? BigInteger.ONE : BigInteger.ZERO;
      case Int whole -> whole.value();
      case Real real
          when real.value() == Math.rint(real.value()) && Double.isFinite(real.value()) ->
          new BigDecimal(real.value()).toBigInteger();
      case Real real -> real;
      case Undefined _ -> Undefined.Cause.MISSING; // all of them are equal
      case Sequence tuple when tuple.kind() == Sequence.Kind.TUPLE ->
          throw TemplateException.notSupported("a tuple as a key");
      case Sequence _, Dict _, Generator _, Namespace _, Loop _, Function _ ->
          throw TemplateException.type("unhashable type: '" + Types.name(key) + "'");
    };
  }
}
