package io.hunyuan4j.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hunyuan4j.text.template.Limits;
import io.hunyuan4j.text.template.Template;
import io.hunyuan4j.text.template.Text;
import io.hunyuan4j.text.template.Value;
import java.io.IOException;
import java.text.Normalizer;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Contents never make a special token, whatever a template does with them. */
class PlainContentTest {
  private static final Clock CLOCK = Clock.fixed(Instant.EPOCH, ZoneOffset.UTC);

  private final Tokenizer tokenizer;

  PlainContentTest() throws IOException {
    tokenizer = Fixtures.bundled();
  }

  private static RenderedPrompt render(String template, Object content) {
    Map<String, Value> variables = Map.of("c", Value.of(content), "eos_token", Text.own("<|eos|>"));
    return new RenderedPrompt(
        Template.parse(template).render(variables, Limits.forInput(1000), CLOCK));
  }

  /** The special tokens of a prompt, spelled. */
  private String specials(RenderedPrompt prompt) {
    StringBuilder spelled = new StringBuilder();
    for (int id : prompt.ids(tokenizer, ContentSafety.PLAIN_CONTENT)) {
      if (tokenizer.isSpecial(id)) {
        spelled.append(tokenizer.decode(new int[] {id}, OutputSpecials.SPELLED));
      }
    }
    return spelled.toString();
  }

  @Test
  void templatesAndConfigsOwnTokensCount_contentsDoNot() {
    RenderedPrompt prompt = render("<|bos|>{{ c }}{{ eos_token }}", "a<|eos|>b");
    assertEquals("<|bos|>a<|eos|>b<|eos|>", prompt.text());
    assertEquals("<|bos|><|eos|>", specials(prompt));
    assertArrayEquals(
        tokenizer.encode(prompt.text(), InputSpecials.ALLOWED),
        prompt.ids(tokenizer, ContentSafety.AS_PUBLISHED));
  }

  /** Each of these prints {@code <|eos|>} from a foreign {@code <|eos|>}, or parts of it. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{{ c }}",
        "{{ '' + c + '' }}{{ c ~ '' }}",
        "{{ c[:4] }}s|>{{ '<|' + c[2:] }}{{ c[0:3] }}{{ 'os|>' }}",
        "{{ c[0] }}|eos|>",
        "<|eos|{{ c[-1] }}",
        "<{{ c[1] }}eos|>",
        "{{ '<|eXs|>'.replace('X', c[3]) }}{{ '<|eXs|>' | replace('X', c[3]) }}",
        "{{ c.replace('e', 'e') }}{{ c | replace('<|', '<|') }}",
        "{{ c | upper | lower }}{{ c.upper().lower() }}{{ ('<|E' + c[3:5] | upper + '|>') | lower }}",
        "{{ c.title().lower() }}{{ c | title | lower }}{{ c | capitalize | lower }}",
        "{{ c | trim }}{{ (' ' + c + ' ').strip() }}{{ c.lstrip('x') }}",
        "{{ c | list | join }}{{ ''.join(c) }}{{ c | join('') }}{% for x in c %}{{ x }}{% endfor %}",
        "{{ c[::-1][::-1] }}",
        "{{ c.split('o') | join('o') }}{{ c.split('o', 1) | join('o') }}{{ (c + ' x').split()[0] }}",
        "{{ c | string }}{{ c | safe }}{{ '' | safe + c | safe }}{{ c | indent }}{{ c | default('x') }}{{ [c] | first }}",
        "{{ [c] | tojson }}{{ c | tojson }}{{ {'k': c} | tojson(indent=1) }}{{ {c: 1} | tojson }}",
        "{{ [c] }}{{ {'k': c} }}{{ {c: 1} }}{{ (c,) | string }}",
        "{% set x %}{{ c }}{% endset %}{{ x }}{% filter lower %}{{ c }}{% endfilter %}",
        "{% macro m(x) %}{{ x }}{{ caller() }}{% endmacro %}{% call m(c) %}{{ c }}{% endcall %}",
        "{% set ns = namespace(x=c) %}{{ ns.x }}{{ namespace(x=c) }}",
        "{% set d = {'a': c} %}{{ d.a }}{{ d['a'] }}{{ d | items | list }}{% for k, v in d.items() %}{{ v }}{% endfor %}{{ d.get('a') }}{{ d.get('b', c) }}",
        "{{ {c: 1} | first }}{{ {c: 1}.keys() | join }}{{ ({c: 1} | dictsort)[0][0] }}",
        "{{ [c] | map('upper') | map('lower') | join }}{{ [[c]] | map(attribute=0) | join }}{{ [c, c] | unique | join }}{{ [c] | sort | join }}",
        "{{ [c] | select('string') | join }}{{ c or 'x' }}{{ c if c else 'x' }}{{ c * 2 }}{{ (c + c)[7:] }}",
        "{{ strftime_now(c) }}{{ c | tojson(ensure_ascii=true, separators=(c, c)) }}{{ [1, 2] | tojson(separators=(c, c)) }}{{ [1] | tojson(indent=c) }}",
        "{{ '<|extra_' ~ (c | length - 7) ~ '|>' }}{{ '<|extra_' ~ c | int ~ '|>' }}",
      })
  void whateverATemplateDoes(String template) {
    RenderedPrompt prompt = render(template, "<|eos|>");
    int[] published = prompt.ids(tokenizer, ContentSafety.AS_PUBLISHED);
    assertTrue(
        Arrays.stream(published).anyMatch(tokenizer::isSpecial),
        "the template makes no special token at all: " + prompt.text());
    assertEquals("", specials(prompt));
    assertArrayEquals(
        tokenizer.encode(prompt.text(), InputSpecials.AS_TEXT),
        prompt.ids(tokenizer, ContentSafety.PLAIN_CONTENT));
  }

  @Test
  void normalisationMakesNone() throws IOException {
    // U+212A is K after normalisation, U+037E is a semicolon.
    SpecialTokens specials = new SpecialTokens(List.of("<K;>", "<é>"));
    Tokenizer other = Tokenizer.fromTiktoken(Fixtures.bundledVocabulary(), specials);
    int kelvin = other.specialId("<K;>").orElseThrow();
    int accent = other.specialId("<é>").orElseThrow();
    assertArrayEquals(
        new int[] {kelvin, accent, accent},
        render("<K;><é><e\u0301>", "").ids(other, ContentSafety.PLAIN_CONTENT));
    for (String template :
        List.of(
            "<{{ c }};>", "<K{{ c }}>", "{{ c }}", "<{{ c }}>", "<e{{ c }}>", "<{{ c }}\u0301>")) {
      for (String content :
          List.of("\u212a", "\u037e", "<\u212a\u037e>", "e\u0301", "\u0301", "e", "é", "K", ";")) {
        RenderedPrompt prompt = render(template, content);
        assertArrayEquals(
            other.encode(prompt.text(), InputSpecials.AS_TEXT),
            prompt.ids(other, ContentSafety.PLAIN_CONTENT),
            template + " " + content);
      }
    }
  }

  @Test
  void foreignMarksBehindOwnTokensLeaveThemIfTheyDoNotJoin() {
    // U+0338 joins >, as in the official code; two marks that only change places do not.
    assertEquals("", specials(render("<|eos|>{{ c }}", "\u0338")));
    assertEquals("<|eos|>", specials(render("<|eos|>{{ c }}", "\u0301\u0327")));
    assertEquals("<|eos|>", specials(render("{{ c }}<|eos|>", "e\u0301")));
  }

  /** What can join its predecessor is known: every character of a normal form of two or more. */
  @Test
  void everyCharacterThatJoins_isKnown() {
    int found = 0;
    for (int codePoint = 0; codePoint <= Character.MAX_CODE_POINT; codePoint++) {
      if (!Character.isDefined(codePoint) || Character.getType(codePoint) == Character.SURROGATE) {
        continue;
      }
      String decomposed = Normalizer.normalize(Character.toString(codePoint), Normalizer.Form.NFD);
      int[] parts = decomposed.codePoints().toArray();
      for (int i = 1; i < parts.length; i++) {
        found++;
        assertTrue(
            OwnChars.joinsItsPredecessor(parts[i]),
            "U+%04X in U+%04X".formatted(parts[i], codePoint));
      }
    }
    assertTrue(found > 10_000, "only " + found + " were tried");
  }

  /**
   * Random contents of fragments of special tokens, in a template of fragments: the tokens found
   * are those of the same prompt with other letters for the foreign ones.
   */
  @Test
  void fragments() {
    Random random = Fixtures.random("PlainContentTest", 7);
    List<String> fragments =
        List.of(
            "<",
            "|",
            ">",
            "<|",
            "|>",
            "<|eos|>",
            "<|e",
            "eo",
            "os|>",
            "<|extra_",
            "0",
            "1",
            "12",
            "<|bos|>",
            "b",
            "\u0338",
            "\u0301",
            " ",
            "é",
            "中",
            "😀",
            "\ud800",
            "\n",
            "<|startoftext|>");
    for (int i = 0; i < 20_000; i++) {
      StringBuilder template = new StringBuilder();
      StringBuilder masked = new StringBuilder(); // foreign ASCII replaced by a letter of no token
      Map<String, Value> variables = new HashMap<>();
      for (int part = 0; part < 6; part++) {
        String fragment = fragments.get(random.nextInt(fragments.size()));
        boolean foreign = random.nextBoolean();
        if (foreign) {
          variables.put("c" + part, Value.of(fragment));
          template.append("{{ c").append(part).append(" }}");
          masked.append(fragment.replaceAll("[\\x21-\\x7e]", "~"));
        } else {
          template.append("{{ '").append(fragment.replace("\n", "\\n")).append("' }}");
          masked.append(fragment);
        }
      }
      Text text =
          Template.parse(template.toString()).render(variables, Limits.forInput(100), CLOCK);
      int[] ids = tokenizer.encode(text);
      assertArrayEquals(
          Arrays.stream(tokenizer.encode(masked.toString(), InputSpecials.ALLOWED))
              .filter(tokenizer::isSpecial)
              .toArray(),
          Arrays.stream(ids).filter(tokenizer::isSpecial).toArray(),
          template + " " + variables);
      assertEquals(
          Normalizer.normalize(text.chars().replace('\ud800', '\ufffd'), Normalizer.Form.NFC),
          tokenizer.decode(ids, OutputSpecials.SPELLED));
    }
  }
}
