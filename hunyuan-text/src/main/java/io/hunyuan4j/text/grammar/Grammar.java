package io.hunyuan4j.text.grammar;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Rules by name, of which one is what the whole text must be.
 *
 * @param rules in the order in which they were met
 * @param start name of a rule
 * @param keys where in the text the keys of JSON objects must be watched for repeats
 */
record Grammar(Map<String, Rule> rules, String start, KeyPolicy keys) {
  /** A rule that references may name. */
  record Rule(Expression expression, RuleKind kind) {}

  /** What is special about a rule. */
  enum RuleKind {
    ORDINARY,
    /** The key of an additional property: it must not repeat another of its object. */
    FREE_KEY
  }

  /**
   * Where JSON begins whose objects must not repeat a key.
   *
   * @param watched whether there are free keys at all
   * @param tag behind which the JSON begins, of the form {@code <…>}; empty if it is all JSON
   */
  record KeyPolicy(boolean watched, String tag) {
    static final KeyPolicy NONE = new KeyPolicy(false, "");
    static final KeyPolicy JSON = new KeyPolicy(true, "");
  }

  /** Keeps the order of the rules. */
  Grammar {
    rules = new LinkedHashMap<>(rules);
  }

  /** A grammar of one rule that refers to none. */
  static Grammar of(Expression expression) {
    return new Grammar(
        Map.of("root", new Rule(expression, RuleKind.ORDINARY)), "root", KeyPolicy.NONE);
  }
}
