package io.hunyuan4j.text.grammar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * The trees of tokens that bytes of one class share, and masks by them against trying all tokens.
 */
class TokenTreeTest {
  private static Program program(ResponseFormat format) {
    WorkLimit work = new WorkLimit();
    return ProgramBuilder.build(Formats.grammar(format, work), work);
  }

  @Test
  void bytesThatNoNodeTellsApartAreOfOneClass() {
    ByteClasses classes = ByteClasses.of(program(new ResponseFormat.Regex("[a-cx-z]+[a-c]0|b?")));
    assertEquals(classes.of('a'), classes.of('c'));
    assertEquals(classes.of('x'), classes.of('z'));
    assertNotEquals(classes.of('a'), classes.of('b'));
    assertNotEquals(classes.of('a'), classes.of('x'));
    assertEquals('x', classes.first('z'));
    assertEquals(classes.of('d'), classes.of(0xC3));
    assertTrue(classes.isRead('0'));
    assertFalse(classes.isRead('d'));
  }

  @Test
  void mergedTokensEndAtOneNodeAndThoseThatNoNodeReadsAreLeftOut() {
    ConstraintVocabulary vocabulary = Vocabularies.of("ab", "ba", "bb", "ax", "aab");
    ByteClasses classes = ByteClasses.of(program(new ResponseFormat.Regex("[ab]*")));
    TokenTree tree = vocabulary.tree().merged(classes);
    assertEquals(4, tree.size()); // the root, a, aa, aaa
    assertEquals(List.of(0, 2, 3, 1), List.of(0, 1, 2, 3).stream().map(tree::tokens).toList());
    assertEquals('b', tree.token(tree.firstToken(1) + 1));
  }

  @Test
  void masksAdmitExactlyTheTokensThatLeadToAnEndInTime() {
    ConstraintVocabulary vocabulary =
        Vocabularies.of(
            "aa",
            "ab",
            "abc",
            "a\"",
            "\",",
            "\":",
            "\"}",
            "{\"",
            "éa",
            "日本",
            "日\"",
            " b",
            "aaaaaa",
            "bbbbbbbb",
            "bb\"",
            "ab\":",
            "}}",
            "\"}}",
            "0,",
            "00",
            "xyz");
    List<ResponseFormat> formats =
        List.of(
            new ResponseFormat.JsonObject(),
            new ResponseFormat.FreeText(),
            new ResponseFormat.Regex("[a-c]{1,9}(?:\"[^\"]{2,5}\"|.*b)"),
            new ResponseFormat.JsonSchema("{\"type\":\"string\",\"maxLength\":7}"),
            new ResponseFormat.JsonSchema("{\"type\":\"string\",\"minLength\":3,\"maxLength\":99}"),
            new ResponseFormat.JsonSchema("{\"type\":\"string\",\"minLength\":9}"),
            new ResponseFormat.JsonSchema("{\"type\":\"string\",\"pattern\":\"^a.*b\"}"),
            new ResponseFormat.Gbnf("root ::= [^\"]{3,70} \"ab\" | \"日\" root"));
    Random random = new Random(3);
    for (ResponseFormat format : formats) {
      CompiledFormat compiled = CompiledFormat.compile(format, vocabulary);
      for (int text = 0; text < 8; text++) {
        State state = compiled.recognizer().start();
        for (int budget = 12; budget > 0 && !state.threads.isEmpty(); budget--) {
          List<State> next = compare(compiled, state, 1 + random.nextInt(budget));
          next.removeIf(State::isDead);
          state = next.isEmpty() ? state : next.get(random.nextInt(next.size()));
        }
      }
    }
  }

  /** Compares a mask with what each token by itself leads to; returns where they lead. */
  private static List<State> compare(CompiledFormat format, State state, int tokens) {
    ConstraintVocabulary vocabulary = format.vocabulary();
    List<State> landings = new ArrayList<>();
    BitSet expected = new BitSet();
    for (int token = 0; token < vocabulary.size(); token++) {
      byte[] bytes = vocabulary.tokenBytes(token);
      if (bytes.length > 0) {
        State landing = format.after(state, bytes);
        landings.add(landing);
        expected.set(token, !landing.isDead() && format.tokensNeeded(landing) < tokens);
      }
    }
    long[] allowed = new long[vocabulary.words()];
    format.allow(state, tokens, allowed);
    assertEquals(expected, BitSet.valueOf(allowed));
    return landings;
  }
}
