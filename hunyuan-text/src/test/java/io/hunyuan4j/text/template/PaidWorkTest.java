package io.hunyuan4j.text.template;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What looks like a single step and is much work or memory costs as much. Each of these templates
 * ends by itself, so it would render if that were free.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PaidWorkTest {
  private static final Clock CLOCK = Clock.fixed(Instant.EPOCH, ZoneOffset.UTC);
  private static final Limits LIMITS = Limits.forInput(0);

  /** Sets {@code x} to a number of 3,247 bits. */
  private static final String NUMBER =
      "{% set ns = namespace(x=3) %}{% for i in range(11) %}{% set ns.x = ns.x * ns.x %}{% endfor %}{% set x = ns.x %}";

  private static TemplateException fails(String source) {
    return assertThrows(
        TemplateException.class, () -> Template.parse(source).render(Map.of(), LIMITS, CLOCK));
  }

  private static String listed(int count, IntFunction<String> item) {
    return IntStream.range(0, count).mapToObj(item).collect(Collectors.joining(","));
  }

  private static void assertSteps(String source) {
    assertEquals("TemplateLimitError: more than 3000000 steps", fails(source).pythonError());
  }

  private static void assertCharacters(String source) {
    assertEquals(
        "TemplateLimitError: values of more than 8000000 characters and elements together",
        fails(source).pythonError());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "s.strip()",
        "s.lstrip()",
        "s.rstrip()",
        "s | trim",
        "s.strip(' ')",
        "s.lstrip('a ')",
        "s.rstrip(' ')",
        "s | trim(' ')",
      })
  void charactersThatGo_arePaid(String expression) {
    assertSteps(
        "{% set s = ' ' * 1000000 %}{% for i in range(100) %}{% set t = "
            + expression
            + " %}{% endfor %}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // the same objects in two lists
        "{% set l = range(100000) | list %}{% set m = l + [] %}{% for i in range(1000) %}{% if l == m %}{% endif %}{% endfor %}",
        // equal keys, of other objects
        "{% set s = 'a' * 1000000 %}{% set t = 'a' * 1000000 %}{% set d = {s: 1} %}{% set e = {t: 1} %}{% for i in range(1000) %}{% if d == e %}{% endif %}{% endfor %}",
        "{% set s = 'a' * 1000000 %}{% set t = 'a' * 1000000 %}{% for i in range(1000) %}{% set d = {s: 1, t: 2} %}{% endfor %}",
        "{% set s = 'a' * 1000000 %}{% set t = 'a' * 1000000 %}{% set d = {s: 1} %}{% for i in range(1000) %}{% if d.get(t) %}{% endif %}{% endfor %}",
        // short, but many
        "{% set t = ('b',) * 100000 %}{% for i in range(100) %}{% if 'a'.startswith(t) %}{% endif %}{% endfor %}",
        "{% set t = ('b',) * 100000 %}{% for i in range(100) %}{% if 'a'.endswith(t) %}{% endif %}{% endfor %}",
        // an indent of nothing
        "{% set ns = namespace(x=range(5000) | list) %}{% for i in range(100) %}{% set ns.x = [ns.x] %}{% endfor %}{% for i in range(50) %}{% set t = ns.x | tojson(indent='') %}{% endfor %}",
        NUMBER
            + "{% set y = x * 7 // 6 %}{% for i in range(30000) %}{% set z = x / y %}{% set z = x - y %}{% endfor %}",
        NUMBER
            + "{% set d = {x: 1} %}{% for i in range(60000) %}{% if x in d %}{% endif %}{% endfor %}",
      })
  void whatIsReadAndCompared_isPaid(String source) {
    assertSteps(source);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        NUMBER + "{% for i in range(30000) %}{% set y = x // 7 %}{% set y = x % 5 %}{% endfor %}",
        NUMBER
            + "{% for i in range(10000) %}{% set l = [x + 1, x + 2, x + 3, x + 4, x + 5] %}{% endfor %}",
        "{% set s = '9' * 1200 %}{% for i in range(10000) %}{% set x = s | int %}{% endfor %}",
        "{% set a = 'x' * 200 %}{% set l = range(100000) | map(attribute=a) | list %}",
        "{% set ns = namespace() %}{% set ns.a = ns %}{% set p = 'a.' * 5000 ~ 'a' %}{% for i in range(100) %}{% set l = [ns] | map(attribute=p) | list %}{% endfor %}",
        "{% set l = range(60000) | list %}{% set a = l | unique | list %}{% set b = l | unique | list %}",
      })
  void whatIsMade_isPaid(String source) {
    assertCharacters(source);
  }

  @Test
  void parametersOfMacros_arePaid_byEachCall() {
    String macro = "{% macro m(" + listed(10_000, i -> "p" + i) + ") %}";
    assertCharacters(
        macro + "{% endmacro %}{% for i in range(1000) %}{% if m() %}{% endif %}{% endfor %}");
    assertCharacters(macro + "{{ m() }}{% endmacro %}{{ m() }}");
  }

  @Test
  void argumentsWithNames_arePaid_byEachCall() {
    String names = listed(100, i -> "a" + i);
    String given = listed(100, i -> "a" + i + "=1");
    String macro = "{% macro m(" + names + ") %}{% endmacro %}{% for i in range(1000) %}";
    assertCharacters(macro + "{% set x = m(" + given + ") %}{% endfor %}");
    assertCharacters(macro + "{% call m(" + given + ") %}{% endcall %}{% endfor %}");
    assertCharacters("{% for i in range(1000) %}{% set d = dict(" + given + ") %}{% endfor %}");
    assertCharacters(
        "{% for i in range(1000) %}{% set d = namespace(" + given + ") %}{% endfor %}");
  }

  /** It was copied at each of the 400 levels before the first character of it was paid for. */
  @Test
  void namespaceInItself_isPrintedWithoutACopy() {
    Template template =
        Template.parse(
            "{% set ns = namespace("
                + listed(5_000, i -> "a" + i + "=1")
                + ") %}{% set ns.a0 = ns %}{{ ns }}");
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    var error =
        assertThrows(TemplateException.class, () -> template.render(Map.of(), LIMITS, CLOCK));
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;
    assertEquals("TemplateLimitError: nested more than 400 deep", error.pythonError());
    assertTrue(allocated < 50L << 20, allocated + " bytes");
  }

  @Test
  void longNames_areRefused() {
    String longest = "x".repeat(200);
    assertEquals(
        "UndefinedError: '" + longest + "' is undefined",
        fails("{{ " + longest + ".y }}").pythonError());
    var error =
        assertThrows(TemplateException.class, () -> Template.parse("\n{{ y." + longest + "x }}"));
    assertEquals(
        "chat template line 2: TemplateSyntaxError: a name has more than 200 characters",
        error.getMessage());
  }

  @Test
  void argumentTwice_isFoundAmongMany() {
    String source = "{{ f(" + listed(100_000, i -> "a" + i + "=1") + ", a7=1) }}";
    assertEquals(
        "TemplateSyntaxError: the argument 'a7' stands twice",
        assertThrows(TemplateException.class, () -> Template.parse(source)).pythonError());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      textBlock =
          """
          {{ raise_exception('é' * 1000000) }}   ~ TemplateError
          {{ {}['é' * 1000000].x }}              ~ UndefinedError
          {{ {}[['é' * 1000000] | string].x }}   ~ UndefinedError
          {{ none[['é' * 1000000]].x }}          ~ UndefinedError
          {{ 'x' | map('é' * 90) }}              ~ TemplateRuntimeError
          {{ ''['__' + 'é' * 1000000 + '__'].x }} ~ SecurityError
          """)
  void longTexts_areCutInErrors(String source, String kind) {
    TemplateException error = fails(source);
    assertTrue(error.pythonError().startsWith(kind + ": "), error.pythonError());
    assertTrue(error.problem().length() <= 1050, "a problem of " + error.problem().length());
    assertEquals("chat template line 1: " + error.pythonError(), error.getMessage());
  }

  @Test
  void cutErrors_sayThatTheyAre_andEndWithAWholeCharacter() {
    assertEquals("x".repeat(1000), fails("{{ raise_exception('x' * 1000) }}").problem());
    assertEquals(
        "x".repeat(1000) + "… (cut, of 1001 characters)",
        fails("{{ raise_exception('x' * 1001) }}").problem());
    assertEquals(
        "x" + "😀".repeat(499) + "… (cut, of 2001 characters)",
        fails("{{ raise_exception('x' ~ '😀' * 1000) }}").problem());
    assertEquals(
        "'dict object' has no attribute 'x" + "😀".repeat(99) + "…'",
        fails("{{ {}['x' ~ '😀' * 1000].y }}").problem());
    assertEquals(
        "TemplateSyntaxError: No filter named '" + "x".repeat(200) + "'.",
        assertThrows(
                TemplateException.class, () -> Template.parse("{{ 1 | " + "x".repeat(200) + " }}"))
            .pythonError());
  }
}
