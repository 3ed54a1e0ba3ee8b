package io.hunyuan4j.text.grammar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonSchemaTest {
  private static CompiledFormat compile(String schema) {
    return CompiledFormat.compile(
        new ResponseFormat.JsonSchema(schema.replace('\'', '"')), Vocabularies.bundled());
  }

  private static boolean allows(String schema, String text) {
    return Writer.allows(compile(schema), text.replace('\'', '"'));
  }

  /** Schema; a text that it allows; one that it does not. Apostrophes stand for quotation marks. */
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "{'type':'null'}; null; true",
        "{'type':'boolean'}; true; 'true'",
        "{'type':'integer'}; -12; 1.5",
        "{'type':'integer'}; 0; -0",
        "{'type':'integer'}; 999999999999999; 1000000000000000",
        "{'type':'number'}; -1.5e+10; 01",
        "{'type':['integer','null']}; null; 1.5",
        "{'type':'integer','minimum':-5,'maximum':120}; 120; 121",
        "{'type':'integer','minimum':-5,'maximum':120}; -5; -6",
        "{'type':'integer','minimum':1.5}; 2; 1",
        "{'type':'integer','minimum':12345678901234567890}; 12345678901234567891; 9",
        "{'allOf':[{'type':'integer'},{'maximum':-3}]}; -3; -2",
        "{'type':'string'}; 'é\\n'; 'é",
        "{'type':'string'}; '/'; '\\/'",
        "{'type':'string','minLength':2,'maxLength':3}; '😀é'; '😀'",
        "{'type':'string','minLength':2,'maxLength':3}; 'a\\n\\u0001'; 'abcd'",
        "{'type':'string','minLength':1}; 'x'; ''",
        "{'type':'string','pattern':'b$'}; 'aab'; 'aba'",
        "{'type':'string','pattern':'^[^a]*$','maxLength':2}; '\\\\'; '\\\\a'",
        "{'type':'string','pattern':'x','format':'date'}; ; 'x'",
        "{'type':'string','format':'date'}; '2024-02-29'; '2023-02-29'",
        "{'type':'string','format':'date'}; '2000-02-29'; '1900-02-29'",
        "{'type':'string','format':'date-time'}; '2024-12-31T23:59:59.5+01:00'; '2024-12-31 23:59:59Z'",
        "{'type':'string','format':'uuid'}; '123e4567-E89b-12d3-a456-426614174000'; '123e4567'",
        "{'enum':['a',1,null,{'x':[1, 2]}]}; {'x':[1,2]}; {'x':[2,1]}",
        "{'enum':['a',1,null],'type':'string'}; 'a'; 1",
        "{'enum':['a','bcd'],'maxLength':2}; 'a'; 'bcd'",
        "{'const':'say \\'hi\\''}; 'say \\'hi\\''; 'say hi'",
        "{'const':1.0,'enum':[1,2]}; 1.0; 2",
        "{'type':'array','items':{'type':'integer'}}; [1, 2,3]; [1,]",
        "{'type':'array','items':{'type':'integer'},'minItems':2,'maxItems':3}; [1,2]; [1]",
        "{'type':'array','items':{'type':'integer'},'minItems':2,'maxItems':3}; [1,2,3]; [1,2,3,4]",
        "{'type':'array','maxItems':0}; []; [1]",
        "{'type':'array','prefixItems':[{'const':1},{'const':2}],'items':false}; [1,2]; [1,2,3]",
        "{'type':'array','prefixItems':[{'const':1},{'const':2}],'items':{'const':3}}; [1]; [2]",
        "{'type':'array','prefixItems':[{'const':1},{'const':2}],'minItems':4}; [1,2,'x',{}]; [1,2,3]",
        "{'type':'object'}; {'a':1}; {'a':1,'a':2}",
        "{'type':'object','properties':{'a':{'const':1},'b':{'const':2}}}; {'a':1,'b':2,'c':3}; {'c':3,'a':1}",
        "{'type':'object','properties':{'a':{'const':1}}}; {'b':2}; {'a':2}",
        "{'type':'object','properties':{'a':{'const':1}},'additionalProperties':false}; {}; {'b':2}",
        "{'type':'object','properties':{'a':{},'b':{}},'required':['b'],'additionalProperties':false}; {'b': 1}; {'a':1}",
        "{'type':'object','required':['z'],'additionalProperties':{'type':'null'}}; {'z':null}; {'z':1}",
        "{'type':'object','properties':{'a':false},'additionalProperties':true}; {'b':1}; {'a':1}",
        "{'type':'object','additionalProperties':{'type':'integer'}}; {'k':1,'l':2}; {'k':'v'}",
        "{'type':'object','properties':{'':{'type':'integer'}}}; {'':1,'a':{'':'x'}}; {'':'x'}",
        "{'type':'object','required':['x','y'],'properties':{'x':{'type':'object','properties':{'a, b':{}}},'y':{'type':'object','properties':{'a':{'type':'integer'},'b':{}}}}}; {'x':{'a':1},'y':{'a':1}}; {'x':{},'y':{'a':'t'}}",
        "{'anyOf':[{'type':'string'},{'type':'integer'}]}; 5; null",
        "{'oneOf':[{'type':'string'},{'type':'integer'}]}; 'x'; null",
        "{'properties':{'a':{'const':1}},'anyOf':[{'required':['a']},{'required':['b']}],'type':'object'}; {'b':0}; {'c':0}",
        "{'allOf':[{'properties':{'a':{'type':'integer'}},'required':['a']},{'properties':{'a':{'minimum':3}}}],'type':'object'}; {'a':3}; {'a':2}",
        "{'$defs':{'n':{'type':'object','properties':{'v':{'type':'integer'},'next':{'$ref':'#/$defs/n'}},'required':['v'],'additionalProperties':false}},'$ref':'#/$defs/n'}; {'v':1,'next':{'v':2,'next':{'v':3}}}; {'v':1,'next':{}}",
        "{'type':'array','items':{'$ref':'#'}}; [[],[[]]]; [1]",
        "{'$defs':{'n':{'oneOf':[{'properties':{'next':{'$ref':'#/$defs/n'},'t':{'const':1}},'required':['next','t']},{'properties':{'next':{'type':'null'},'t':{'const':2}},'required':['next','t']}],'type':'object'}},'$ref':'#/$defs/n'}; {'next':{'next':null,'t':2},'t':1}; {'next':null,'t':1}",
        "{'properties':{'a/b~c':{'$ref':'#/$defs/x%25y'}},'type':'object','$defs':{'x%y':{'const':7}},'required':['a/b~c']}; {'a/b~c':7}; {'a/b~c':8}",
        "{'$ref':'#/$defs/a','maxLength':1,'$defs':{'a':{'type':'string'}}}; 'x'; 'xx'",
        "true; [{}]; [",
        "{'title':'t','description':'d','default':1,'examples':[2],'$comment':'c','type':'integer'}; 3; 'x'",
      })
  void allowsWhatIsValidAndNothingElse(String schema, String valid, String invalid) {
    if (valid == null) {
      assertThrows(GrammarException.class, () -> compile(schema));
      return;
    }
    assertTrue(allows(schema, valid), valid);
    assertFalse(allows(schema, invalid), invalid);
  }

  /** Schema; the place that its error names. */
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "{'properties':{'age':{'type':'number','multipleOf':2}}}; #/properties/age/multipleOf",
        "{'items':{'not':{}}}; #/items/not",
        "{'type':'number','minimum':1}; #/minimum",
        "{'maximum':1}; #/maximum",
        "{'type':'integer','exclusiveMinimum':1}; #/exclusiveMinimum",
        "{'uniqueItems':true}; #/uniqueItems",
        "{'patternProperties':{'a':{}}}; #/patternProperties",
        "{'if':{},'then':{}}; #/if",
        "{'properties':{'a':{'format':'email'}}}; #/properties/a/format",
        "{'properties':{'a/b':{'pattern':'(?=x)'}}}; #/properties/a~1b/pattern",
        "{'pattern':'('}; #/pattern",
        "{'type':'strin'}; #/type",
        "{'required':'a'}; #/required",
        "{'minLength':-1}; #/minLength",
        "{'maxItems':1.5}; #/maxItems",
        "{'$ref':'other.json'}; #/$ref",
        "{'$ref':'#/$defs/none'}; #/$ref",
        "{'$defs':{'a':{'items':{'contains':{}}}},'$ref':'#/$defs/a'}; #/$defs/a/items/contains",
        "{'oneOf':[{'type':'integer'},{'type':'number'}]}; #/oneOf",
        "{'anyOf':[]}; #/anyOf",
        "{'anyOf':[{'type':'null'},{'dependentRequired':{}}]}; #/anyOf/1/dependentRequired",
        "{'type':'string','properties':{'a':{'minContains':1}}}; #/properties/a/minContains",
        "{'enum':['\\ud800']}; #",
        "{'items':5}; #/items",
        "{'minimum':1e400,'type':'integer'}; #/minimum",
        "{'properties':{'a':{'$id':'x'}}}; #/properties/a/$id",
        "{'const':[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]}; #/const",
        "{'properties':{'a':{'enum':[1,{'a':[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]}]}}}; #/properties/a/enum",
      })
  void whatIsNotSupportedIsRefusedByItsPlace(String schema, String place) {
    assertEquals(place, assertThrows(GrammarException.class, () -> compile(schema)).place());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "false",
        "{'enum':[]}",
        "{'type':'string','minLength':3,'maxLength':2}",
        "{'type':'object','properties':{'a':{'$ref':'#'}},'required':['a']}",
        "{'type':'object','required':['a'],'additionalProperties':false}",
        "{'type':'integer','minimum':3,'maximum':2}",
        "{'type':'array','items':false,'minItems':1}",
        "{'allOf':[{'type':'string'},{'type':'null'}]}",
      })
  void schemasOfNothingAreRefused(String schema) {
    GrammarException e = assertThrows(GrammarException.class, () -> compile(schema));
    assertTrue(e.getMessage().contains("no text is what the format asks for"), e.getMessage());
  }

  /** Each ends in one clear error, soon and without running out of stack or memory. */
  @Test
  void hostileSchemasAreRefused() {
    assertRefused("{'items':".repeat(5000) + "{}" + "}".repeat(5000), "nesting");
    assertRefused("{'$ref':'#'}", "#: the schema refers to itself");
    assertRefused(
        "{'$ref':'#/$defs/a','$defs':{'a':{'anyOf':[{'$ref':'#/$defs/b'}]},'b':{'allOf':[{'$ref':'#/$defs/a'}]}}}",
        "#/$defs/a: the schema refers to itself");
    StringBuilder chain = new StringBuilder("{'$ref':'#/$defs/d0','$defs':{");
    for (int i = 0; i < 3000; i++) {
      chain.append("'d%d':{'$ref':'#/$defs/d%d'},".formatted(i, i + 1));
    }
    assertRefused(chain + "'d3000':{}}}", "more than 200 schemas refer");
    String two = "{'anyOf':[{'required':['a']},{'required':['b']}]}";
    assertRefused(
        "{'allOf':[" + String.join(",", Collections.nCopies(40, two)) + "]}",
        "#/allOf: the schemas combine");
    assertRefused("{'type':'string','pattern':'(?:a|b)*a(?:a|b){40}'}", "#/pattern: ");
    assertRefused("{'type':'string','pattern':'^(?:a{1000}){1000}$'}", "#/pattern: ");
    assertRefused("{'type':'string','pattern':'^a+$','maxLength':100000}", "#/pattern: ");
    assertRefused("{'type':'string','pattern':'" + "(".repeat(5000) + "'}", "#/pattern: ");
    assertRefused("{'maximum':1e999999999,'type':'integer'}", "#/maximum: ");
    assertRefused("{'type':'integer'", "no JSON");
    assertRefused("{'type':'integer','type':'string'}", "no JSON");
    assertRefused("", "empty");
  }

  private static void assertRefused(String schema, String problem) {
    GrammarException e = assertThrows(GrammarException.class, () -> compile(schema));
    assertTrue(e.getMessage().contains(problem), e.getMessage());
  }

  /** Each would take hours or gigabytes if it were only tried. */
  @Test
  void schemasThatCombineWithoutEndAreRefused() {
    // Patterns whose intersection has the product of their states, many times over.
    StringBuilder patterns = new StringBuilder("{'type':'object','properties':{");
    int[] primes = {113, 127, 131, 137, 139};
    for (int i = 0; i < 600; i++) {
      patterns.append(
          "'p%d':{'type':'string','allOf':[{'pattern':'^(?:a{%d})+$'},{'pattern':'^(?:a{%d})+$'}]},"
              .formatted(i, primes[i / 120], 20 + i % 120));
    }
    assertRefused(patterns + "'z':{}}}", "too many steps");
    // Each of few alternatives, in all very many.
    String some =
        IntStream.range(0, 30)
            .mapToObj("{'properties':{'p%d':{}}}"::formatted)
            .collect(Collectors.joining(","));
    StringBuilder alternatives = new StringBuilder("{'anyOf':[true");
    for (int i = 0; i < 900; i++) {
      alternatives.append(
          ",{'type':'array','items':{'$comment':'%d','allOf':[{'anyOf':[%s]},{'anyOf':[%s]}]}}"
              .formatted(i, some, some));
    }
    assertRefused(alternatives + "]}", "alternatives of more than");
    String level = "{'properties':{'a':{'$ref':'#/$defs/n'}},'required':['a']}";
    // A value that every one of many alternatives might allow, at each of its levels.
    assertRefused(
        "{'$defs':{'n':{'anyOf':["
            + String.join(",", Collections.nCopies(6, level))
            + "]}},'$ref':'#/$defs/n','const':"
            + "{'a':".repeat(15)
            + "{}"
            + "}".repeat(16),
        "too many steps");
    String long10000 = "x".repeat(10_000);
    assertRefused(
        "{'properties':{'%s':{'type':'string'},'%sy':{'type':'string'},'z%s':{}}}"
            .formatted(long10000, long10000, long10000),
        "20000 states");
    assertRefused("{'enum':['" + "x".repeat(3_000_000) + "']}", "at most 2000000");
  }

  @Test
  void proofsThatLeadToOneAnotherAreDoneOneAfterTheOther() {
    StringBuilder chain = new StringBuilder("{'$ref':'#/$defs/d0','$defs':{");
    for (int i = 0; i < 3000; i++) {
      chain.append(
          "'d%d':{'type':'object','required':['a'],'oneOf':[{'properties':{'a':{'type':'null'}}},{'properties':{'a':{'$ref':'#/$defs/d%d'}}}]},"
              .formatted(i, i + 1));
    }
    assertTrue(allows(chain + "'d3000':{'type':'object'}}}", "{'a':{'a':null}}"));
  }

  @Test
  void automataThatAreNeededOftenAreMadeOnce() throws Exception {
    StringTexts texts = new StringTexts(new WorkLimit());
    assertSame(texts.ofFormat("date-time"), texts.ofFormat("date-time"));
    assertSame(texts.ofPattern("^a+$", ""), texts.ofPattern("^a+$", "elsewhere"));
  }

  @Test
  void hugeCountsCostNothing() {
    String schema =
        "{'type':'object','properties':{'s':{'type':'string','minLength':3,'maxLength':100000},"
            + "'l':{'type':'array','items':{'type':'string','maxLength':1000000},'maxItems':2000000000}},"
            + "'required':['s','l'],'additionalProperties':false}";
    assertTrue(allows(schema, "{'s':'abc','l':['','x']}"));
    assertFalse(allows(schema, "{'s':'ab','l':['','x']}"));
  }

  @Test
  void whatNoBudgetFitsIsRefusedSoon() {
    // Up to 5,000 rounds the shortest text is known in tokens, then in bytes.
    int longest = Vocabularies.bundled().longestPlain();
    assertEquals(
        2 + (4000 - 1) / longest + 1,
        Writer.shortest(compile("{'type':'string','minLength':4000}")),
        2);
    for (String schema :
        List.of(
            "{'type':'string','minLength':1000000000}",
            "{'type':'array','minItems':1000000000}",
            "{'type':'array','items':{'type':'array','minItems':100000},'minItems':100000}")) {
      CompiledFormat format = compile(schema);
      assertThrows(GrammarException.class, () -> format.constraint(100_000), schema);
    }
  }

  @Test
  void boundsHaveUpTo40Digits() {
    String most = "9".repeat(40);
    String schema = "{'type':'integer','minimum':-%s,'maximum':%s}".formatted(most, most);
    assertTrue(allows(schema, "-" + most));
    assertFalse(allows(schema, "1" + most));
    assertRefused("{'type':'integer','minimum':1" + most + "}", "#/minimum: ");
  }

  @Test
  void noErrorQuotesHalfACharacter() {
    String reference = "x".repeat(78) + "😀";
    String message =
        assertThrows(GrammarException.class, () -> compile("{'$ref':'" + reference + "'}"))
            .getMessage();
    assertTrue(message.endsWith("not \"" + "x".repeat(78) + "…"), message);
  }
}
