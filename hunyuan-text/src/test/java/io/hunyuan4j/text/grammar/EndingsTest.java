package io.hunyuan4j.text.grammar;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The number of tokens to an end, against a search that tries all tokens, one after the other. */
class EndingsTest {
  private static final int DEPTH = 4;
  private static final int MAX_STATES = 400;

  private final ConstraintVocabulary vocabulary =
      Vocabularies.of(
          "aa",
          "ab",
          "ba",
          "aab",
          "bb]",
          "[a",
          "[[",
          "]]",
          "[[]]",
          "a]",
          "]b",
          "b}",
          "}}",
          "{a",
          "}]",
          "abab",
          "\":\"",
          "\"}",
          "{\"",
          "\",\"",
          "\"}}",
          "\":[",
          "]}",
          "],",
          "ababab}",
          "true}",
          "[[]",
          "]]]",
          "a,",
          ",a",
          ",b]",
          "\"a\"",
          "é",
          "{\"a\":{\"");

  private CompiledFormat compile(ResponseFormat format) {
    return CompiledFormat.compile(format, vocabulary);
  }

  /** The fewest tokens from a state to an end, or −1 if that takes more than {@link #DEPTH}. */
  private int search(CompiledFormat format, State from) {
    Set<State> seen = new LinkedHashSet<>(List.of(from));
    List<State> layer = List.of(from);
    for (int tokens = 0; tokens <= DEPTH; tokens++) {
      if (layer.stream().anyMatch(state -> state.accepting)) {
        return tokens;
      }
      List<State> next = new ArrayList<>();
      for (State state : layer) {
        for (int token = 0; token < vocabulary.size(); token++) {
          byte[] bytes = vocabulary.tokenBytes(token);
          State after = format.after(state, bytes);
          if (bytes.length > 0 && !after.isDead() && seen.add(after)) {
            next.add(after);
          }
        }
      }
      if (seen.size() > MAX_STATES) {
        return -1;
      }
      layer = next;
    }
    return -1;
  }

  /** There more tokens are kept in reserve. */
  private static boolean isInFreeKey(CompiledFormat format, State state) {
    Program program = format.recognizer().program();
    return state.threads.stream().anyMatch(thread -> program.factsOf(thread.node()).freeKey());
  }

  /** Compares at the start and on the way of some random texts; returns how often it could. */
  private int compare(CompiledFormat format, Random random) {
    int compared = 0;
    State state = format.recognizer().start();
    for (int step = 0; step < 12; step++) {
      int found = isInFreeKey(format, state) ? -1 : search(format, state);
      if (found >= 0) {
        compared++;
        assertEquals(found, format.tokensNeeded(state));
      } else {
        assertTrue(format.tokensNeeded(state) > 0);
      }
      List<State> next = new ArrayList<>();
      for (int token = 0; token < vocabulary.size(); token++) {
        State after = format.after(state, vocabulary.tokenBytes(token));
        if (!after.isDead() && after != state) {
          next.add(after);
        }
      }
      if (next.isEmpty()) {
        break;
      }
      state = next.get(random.nextInt(next.size()));
    }
    return compared;
  }

  @Test
  void recursionMayBeWorthIt() {
    // "[[]]" is one token where "[]" is two.
    CompiledFormat format = compile(new ResponseFormat.Gbnf("root ::= \"[\" root? \"]\""));
    assertEquals(1, format.tokensNeeded(format.recognizer().start()));
  }

  @Test
  void additionsAreKnownBeforeTheFirstToken() {
    // No shortest text has an addition, but one that must end may have begun it.
    CompiledFormat format =
        CompiledFormat.compile(
            new ResponseFormat.JsonSchema(
                """
                {"type":"object","properties":{"a":{"type":"object","properties":{"street":{"type":"string"},
                 "city":{"type":"string"}},"required":["street","city"]}},"required":["a"]}
                """),
            Vocabularies.bundled());
    int known = format.endingsKnown();
    for (String text :
        List.of("", ",\"ci", ",\"c\":[{", ",\"city", ",\"city\":\"x\",\"n\":{\"m\":1")) {
      byte[] bytes = ("{\"a\":{\"street\":\"x\"" + text).getBytes(UTF_8);
      State state = format.after(format.recognizer().start(), bytes);
      format.allow(state, format.tokensNeeded(state) + 2, new long[format.vocabulary().words()]);
    }
    assertEquals(known, format.endingsKnown());
  }

  @Test
  void anAdditionThatCannotBeReadDoesNotSpoilOtherTexts() {
    StringBuilder properties = new StringBuilder("\"p\":{}");
    for (int i = 0; i < 5000; i++) {
      properties.append(",\"p").append(i).append("\":{}");
    }
    CompiledFormat format =
        compile(
            new ResponseFormat.JsonSchema(
                """
                {"type":"object","properties":{"a":{"type":"null"}},"required":["a"],
                 "additionalProperties":{"type":"object","additionalProperties":false,"properties":{%s}}}
                """
                    .formatted(properties)));
    State state = format.after(format.recognizer().start(), "{\"a\":nul".getBytes(UTF_8));
    assertEquals(search(format, state), format.tokensNeeded(state));
  }

  @Test
  void randomGrammars() {
    Random random = new Random(5);
    int compared = 0;
    for (int i = 0; i < 200; i++) {
      try {
        compared += compare(compile(new ResponseFormat.Gbnf(randomGrammar(random))), random);
      } catch (GrammarException e) {
        assertTrue(
            e.getMessage().contains("no text is")
                || e.getMessage().contains("refers to itself")
                || e.getMessage().contains("in more than 4096 ways"),
            e.getMessage());
      }
    }
    assertTrue(compared > 200, compared + " compared");
  }

  private static String randomGrammar(Random random) {
    StringBuilder grammar = new StringBuilder();
    for (String name : List.of("root", "x", "y", "z")) {
      grammar.append(name).append(" ::= ").append(alternatives(random, 0)).append('\n');
    }
    return grammar.toString();
  }

  private static String alternatives(Random random, int depth) {
    List<String> options = new ArrayList<>();
    for (int i = random.nextInt(3); i >= 0; i--) {
      List<String> parts = new ArrayList<>();
      for (int j = random.nextInt(3); j >= 0; j--) {
        parts.add(part(random, depth));
      }
      options.add(String.join(" ", parts));
    }
    return String.join(" | ", options);
  }

  private static String part(Random random, int depth) {
    List<String> atoms =
        List.of(
            "\"a\"", "\"b\"", "\"[\"", "\"]\"", "\"{\"", "\"}\"", "[ab]", "\"ab\"", "x", "y", "z");
    String atom =
        depth < 2 && random.nextInt(4) == 0
            ? "(" + alternatives(random, depth + 1) + ")"
            : atoms.get(random.nextInt(atoms.size()));
    return atom + List.of("", "", "", "", "?", "*", "+", "{2,3}").get(random.nextInt(8));
  }

  @Test
  void jsonSchemas() {
    Random random = new Random(6);
    int compared = 0;
    for (String schema :
        List.of(
            "{'type':'object','properties':{'a':{'type':'string'}},'required':['a'],'additionalProperties':false}",
            "{'type':'array','items':{'type':'array','items':{'type':'array'}},'minItems':1}",
            "{'type':'object','properties':{'a':{'$ref':'#'},'b':{'type':'string','maxLength':3}},'additionalProperties':false}",
            "{'type':'string','minLength':4,'maxLength':5}",
            "{'enum':['ababab','é','x',true,[[]]]}",
            "{'type':'array','items':{'type':'boolean'},'minItems':2,'maxItems':3}",
            "{'anyOf':[{'type':'integer','minimum':17,'maximum':23},{'type':'string','pattern':'^(a|b){3}$'}]}")) {
      CompiledFormat format = compile(new ResponseFormat.JsonSchema(schema.replace('\'', '"')));
      for (int i = 0; i < 10; i++) {
        compared += compare(format, random);
      }
    }
    assertTrue(compared > 200, compared + " compared");
  }
}
