package io.hunyuan4j.text.grammar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GbnfTest {
  private static final String ARITHMETIC =
      """
      # sums of products
      root   ::= sum "\\n"
      sum    ::= product (("+" | "-") product)*
      product ::= factor
        | factor "*" product
      factor ::= [0-9]{1,3} | "(" sum ")"
      """;

  private static CompiledFormat compile(String grammar) {
    return CompiledFormat.compile(new ResponseFormat.Gbnf(grammar), Vocabularies.bundled());
  }

  @Test
  void sumsAreRecognised() {
    CompiledFormat format = compile(ARITHMETIC);
    assertTrue(Writer.allows(format, "1\n"));
    assertTrue(Writer.allows(format, "(12*(3+4))*5-999\n"));
    assertFalse(Writer.allows(format, "(1\n"));
    assertFalse(Writer.allows(format, "1000\n"));
    assertFalse(Writer.allows(format, "1+\n"));
  }

  @Test
  void writtenSumsAreSums() {
    CompiledFormat format = compile(ARITHMETIC);
    Random random = new Random(7);
    Writer writer = new Writer(Vocabularies.bundled(), random);
    for (int i = 0; i < 60; i++) {
      String text = writer.write(format, 2 + random.nextInt(60));
      assertTrue(text.endsWith("\n"), text);
      assertEquals(text.length() - 1, new Sums(text).sum(0), text);
    }
  }

  /** A recursive descent over the same language. */
  private record Sums(String text) {
    int sum(int from) {
      int at = product(from);
      while (at < text.length() && "+-".indexOf(text.charAt(at)) >= 0) {
        at = product(at + 1);
      }
      return at;
    }

    int product(int from) {
      int at = factor(from);
      return at < text.length() && text.charAt(at) == '*' ? product(at + 1) : at;
    }

    int factor(int from) {
      int at = from;
      if (text.charAt(at) == '(') {
        at = sum(at + 1);
        assertEquals(')', text.charAt(at), text);
        return at + 1;
      }
      while (Character.isDigit(text.charAt(at))) {
        at++;
      }
      assertTrue(at > from && at <= from + 3, text);
      return at;
    }
  }

  @Test
  void rightRecursionAndAmbiguityAreFine() {
    CompiledFormat format = compile("root ::= item root | item\nitem ::= \"a\" | \"aa\" | [^a-z.]");
    assertTrue(Writer.allows(format, "a".repeat(300) + "é"));
    assertFalse(Writer.allows(format, "ab"));
  }

  @Test
  void partsMayBeEmpty() {
    CompiledFormat format = compile("root ::= x{2,5} \"!\"\nx ::= \"a\"? y*\ny ::= \"b\"?");
    assertTrue(Writer.allows(format, "!"));
    assertTrue(Writer.allows(format, "abba!"));
    assertFalse(Writer.allows(format, "aaaaaa!"));
  }

  @Test
  void escapesAndClasses() {
    CompiledFormat format = compile("root ::= \"\\x41\\u00e9\\U0001F600\\\"\" [\\]\\-^x] .");
    assertTrue(Writer.allows(format, "Aé😀\"]😀"));
    assertTrue(Writer.allows(format, "Aé😀\"^\n"));
    assertFalse(Writer.allows(format, "Aé😀\"y\n"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "root ::= root \"a\" | \"b\"; refers to itself before",
        "root ::= a \"x\" | \"y\"\\na ::= b? root \"z\"\\nb ::= \"b\"; refers to itself before",
        "root ::= \"a\" root; no text is what",
        "root ::= other; line 1: there is no rule other",
        "start ::= \"a\"; no rule root",
        "root ::= \"a; has no end",
        "root ::= (\"a\"; expected )",
        "root ::= [z-a]; backwards",
        "root ::= \"\\q\"; escape",
        "root = \"a\"; expected ::=",
        "root ::= \"a\"{3,2}; at most n",
        "root ::= \"a\"\\nroot ::= \"b\"; second rule",
        "root ::= \"a\" ); end of the line",
      })
  void brokenGrammarsAreRefused(String grammar, String problem) {
    String lines = grammar.replace("\\n", "\n");
    GrammarException e = assertThrows(GrammarException.class, () -> compile(lines));
    assertTrue(e.getMessage().contains(problem), e.getMessage());
  }

  @Test
  void rulesThatDoubleWhatIsToBeTriedAreRefused() {
    StringBuilder grammar = new StringBuilder("root ::= a0 \"x\"\n");
    for (int i = 0; i < 30; i++) {
      grammar.append("a%d ::= a%d a%d\n".formatted(i, i + 1, i + 1));
    }
    grammar.append("a30 ::= \"\"");
    assertThrows(GrammarException.class, () -> Writer.allows(compile(grammar.toString()), "x"));
  }

  @Test
  void deepNestingIsRefused() {
    assertThrows(GrammarException.class, () -> compile("root ::= " + "(".repeat(100_000)));
    assertThrows(
        GrammarException.class, () -> compile("root ::= (\"a\" root \"b\")" + "?".repeat(100_000)));
  }

  @Test
  void nestingCountsGroupsAndQuantifiersTogether() {
    // Each alone would be within the bounds; one within the other they overflowed the stack.
    String body = "\"a\"";
    for (int i = 0; i < 95; i++) {
      body = "(" + body + ")" + "?".repeat(95);
    }
    String grammar = "root ::= " + body;
    GrammarException e = assertThrows(GrammarException.class, () -> compile(grammar));
    assertTrue(e.getMessage().contains("nested deeper than 100"), e.getMessage());
  }

  @Test
  void linesOfReferencesAreCountedOnce() {
    // Counted from the start for each reference, these would take many minutes.
    String grammar = "root ::= " + "|\n x ".repeat(300_000).substring(1) + "\nx ::= other";
    GrammarException e = assertThrows(GrammarException.class, () -> compile(grammar));
    assertEquals("line 300002", e.place());
  }

  @Test
  void aTextIsAlwaysFinishedWithinItsBudgetHoweverDeepItMustNest() {
    StringBuilder rules = new StringBuilder("root ::= r0\n");
    for (int i = 0; i < 1500; i++) {
      rules.append("r%d ::= \"the [\" r%d \"] the\"\n".formatted(i, i + 1));
    }
    CompiledFormat format = compile(rules + "r1500 ::= [a-z]*\n");
    int shortest = Writer.shortest(format);
    assertTrue(shortest < 12 * 1500, shortest + " tokens");
    String text = new Writer(Vocabularies.bundled(), new Random(8)).write(format, shortest);
    assertTrue(text.endsWith("] the"), text);
  }

  @Test
  void rulesMayCallOneAnotherToAnyDepth() {
    StringBuilder rules = new StringBuilder("root ::= r0\n");
    for (int i = 0; i < 3000; i++) {
      rules.append("r%d ::= \"a\" r%d \"b\"\n".formatted(i, i + 1));
    }
    CompiledFormat format = compile(rules + "r3000 ::= \"c\"\n");
    String text = "a".repeat(3000) + "c" + "b".repeat(3000);
    assertTrue(Writer.allows(format, text));
    assertFalse(Writer.allows(format, text + "b"));
    assertThrows(GrammarException.class, () -> format.constraint(1000));
  }

  /** What may follow each of many parts was looked for from each of them anew: for minutes. */
  @Test
  void longSequencesOfOptionalRulesAreRefusedSoon() {
    String grammar =
        "root ::= \"!\" | \"?\"" + " x?".repeat(90_000) + "\nx ::= \"a\" y?\ny ::= \"b\" x?";
    GrammarException e = assertThrows(GrammarException.class, () -> compile(grammar));
    assertTrue(e.getMessage().contains("ways to go on without a text"), e.getMessage());
  }

  /** What is known of the endings when their limit is reached is enough. */
  @Test
  void endingsOfVeryAmbiguousGrammarsAreFoundInBoundedTime() {
    CompiledFormat format = compile("root ::= s \"!\"\ns ::= [a-z] s s | [a-z] s | [a-z ]");
    Writer writer = new Writer(Vocabularies.bundled(), new Random(10));
    int shortest = Writer.shortest(format);
    for (int further = 0; further < 6; further++) {
      assertTrue(writer.write(format, shortest + further).endsWith("!"));
    }
  }

  @Test
  void partsThatTakeTooManyStepsToMakeDeterministicAreReadAsTheyStand() {
    StringBuilder parts = new StringBuilder("root ::=");
    for (int i = 0; i < 40; i++) {
      parts.append(" ([ab]* \"a\" [ab]{14} \"%d\")".formatted(i));
    }
    CompiledFormat format = compile(parts + "\n");
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 40; i++) {
      text.append("bab").append("b".repeat(13)).append(i);
    }
    assertTrue(Writer.allows(format, text.toString().replace("bab", "aab")));
    assertFalse(Writer.allows(format, text.toString().replace("bab", "bbb")));
  }

  @Test
  void moreWaysToReadATextThanAreFollowedAreAnErrorThatSaysSo() {
    StringBuilder rules = new StringBuilder();
    List<String> names = new ArrayList<>();
    for (int i = 0; i < 5000; i++) {
      names.add("r" + i);
      rules.append("r%d ::= \"a%d\"\n".formatted(i, i));
    }
    String grammar = "root ::= " + String.join(" | ", names) + "\n" + rules;
    GrammarException e = assertThrows(GrammarException.class, () -> compile(grammar));
    assertTrue(e.getMessage().contains("in more than 4096 ways at once"), e.getMessage());
  }
}
