package io.hunyuan4j.text.grammar;

import io.hunyuan4j.text.grammar.CharAutomaton.TooLargeException;
import io.hunyuan4j.text.grammar.Expression.Additional;
import io.hunyuan4j.text.grammar.Expression.Automaton;
import io.hunyuan4j.text.grammar.Expression.Encoding;
import io.hunyuan4j.text.grammar.Expression.Repeat;
import io.hunyuan4j.text.grammar.Grammar.Rule;
import io.hunyuan4j.text.grammar.Grammar.RuleKind;
import io.hunyuan4j.text.internal.Excerpt;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Rules of JSON without a schema, added to a grammar when they are first asked for. JSON is written
 * on one line, with at most one space after commas and colons.
 */
final class JsonRules {
  static final Expression COMMA =
      Expression.sequence(new Expression.Text(","), Expression.optional(new Expression.Text(" ")));
  static final Expression COLON =
      Expression.sequence(new Expression.Text(":"), Expression.optional(new Expression.Text(" ")));
  static final Expression QUOTE = new Expression.Text("\"");

  private static final String VALUE = "json value";
  private static final String OBJECT = "json object";
  private static final String ARRAY = "json array";
  private static final String STRING = "json string";
  private static final String NUMBER = "json number";

  private final Map<String, Rule> rules = new LinkedHashMap<>();
  private final Map<List<String>, String> keyRules = new HashMap<>(); // by the keys they leave out
  private final WorkLimit work;
  private boolean freeKeys;

  JsonRules(WorkLimit work) {
    this.work = work;
  }

  /** All rules so far, to be added to. */
  Map<String, Rule> rules() {
    return rules;
  }

  /** Whether an object may have keys that the grammar does not spell out. */
  boolean hasFreeKeys() {
    return freeKeys;
  }

  Expression value() {
    if (!rules.containsKey(VALUE)) {
      put(VALUE, Expression.NEVER); // it is on its way: objects refer to it
      put(
          VALUE,
          Expression.choice(
              object(),
              array(),
              string(),
              number(),
              new Expression.Text("true"),
              new Expression.Text("false"),
              new Expression.Text("null")));
    }
    return new Expression.Reference(VALUE);
  }

  Expression object() {
    if (!rules.containsKey(OBJECT)) {
      put(OBJECT, Expression.NEVER);
      put(OBJECT, object(List.of(), additional(List.of(), value())));
    }
    return new Expression.Reference(OBJECT);
  }

  /** An object of these members, then additional ones if there is such a thing. */
  static Expression object(List<Expression.Member> members, @Nullable Additional additional) {
    return Expression.sequence(
        new Expression.Text("{"),
        new Expression.Members(members, COMMA, additional),
        new Expression.Text("}"));
  }

  /** Members under any key but those given. */
  Additional additional(List<String> otherKeys, Expression value) {
    freeKeys = true;
    String name = keyRules.get(otherKeys);
    if (name == null) {
      name = "json key " + keyRules.size(); // numbered: different lists may print alike
      keyRules.put(List.copyOf(otherKeys), name);
      Expression text = new Automaton(allBut(otherKeys), Encoding.JSON);
      Expression key = Expression.sequence(QUOTE, text, QUOTE);
      // The comma is part of the rule: once it stands there, a key must come.
      rules.put(name, new Rule(key, RuleKind.FREE_KEY));
      rules.put(afterComma(name), new Rule(Expression.sequence(COMMA, key), RuleKind.FREE_KEY));
    }
    return new Additional(
        Expression.sequence(new Expression.Reference(name), COLON, value),
        Expression.sequence(new Expression.Reference(afterComma(name)), COLON, value));
  }

  private CharAutomaton allBut(List<String> keys) {
    try {
      return CharAutomaton.allBut(keys, work);
    } catch (TooLargeException e) {
      throw new GrammarException(
          "",
          "the names of properties, such as %s, are too many or too long: with additional properties they need more than %d states"
              .formatted(Excerpt.ofValue(keys.getFirst()), CharAutomaton.MAX_STATES));
    }
  }

  private static String afterComma(String keyRule) {
    return keyRule + " after a comma";
  }

  Expression array() {
    if (!rules.containsKey(ARRAY)) {
      put(ARRAY, Expression.NEVER);
      Expression more = new Repeat(Expression.sequence(COMMA, value()), 0, Expression.UNBOUNDED);
      put(
          ARRAY,
          Expression.sequence(
              new Expression.Text("["),
              Expression.optional(Expression.sequence(value(), more)),
              new Expression.Text("]")));
    }
    return new Expression.Reference(ARRAY);
  }

  Expression string() {
    if (!rules.containsKey(STRING)) {
      Expression text = new Automaton(CharAutomaton.anyOf(CodePointSet.ALL), Encoding.JSON);
      put(STRING, Expression.sequence(QUOTE, text, QUOTE));
    }
    return new Expression.Reference(STRING);
  }

  /** A number that a double can hold: up to 15 digits, 15 decimals and two digits of exponent. */
  Expression number() {
    if (!rules.containsKey(NUMBER)) {
      Expression digit = new Expression.OneOf(CodePointSet.of('0', '9'));
      Expression sign = new Expression.OneOf(CodePointSet.of('+').with(CodePointSet.of('-')));
      Expression exponent =
          Expression.sequence(
              new Expression.OneOf(CodePointSet.of('e').with(CodePointSet.of('E'))),
              Expression.optional(sign),
              new Repeat(digit, 1, 2));
      Expression fraction =
          Expression.sequence(new Expression.Text("."), new Repeat(digit, 1, Integers.MOST_DIGITS));
      Expression number =
          Expression.sequence(
              Expression.optional(new Expression.Text("-")),
              Integers.digits(),
              Expression.optional(fraction),
              Expression.optional(exponent));
      put(NUMBER, new Repeat(number, 1, 1)); // a repeat becomes one automaton, a sequence would not
    }
    return new Expression.Reference(NUMBER);
  }

  /** The whole numbers {@link Integers#between} two bounds: a rule for each pair of these. */
  Expression integer(@Nullable BigInteger min, @Nullable BigInteger max) {
    String name = "json integer from %s to %s".formatted(min, max);
    if (!rules.containsKey(name)) {
      put(name, Integers.between(min, max));
    }
    return new Expression.Reference(name);
  }

  void put(String name, Expression expression) {
    rules.put(name, new Rule(expression, RuleKind.ORDINARY));
  }
}
