package io.hunyuan4j.text.template;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.opentest4j.AssertionFailedError;

/** Templates that would hang, exhaust or leave the sandbox end in an error that says why. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HostileTemplateTest {
  private static final Clock CLOCK = Clock.fixed(Instant.EPOCH, ZoneOffset.UTC);
  private static final Limits LIMITS = Limits.forInput(0);

  /** The smallest stack that a thread of an application usually has. */
  private static final long STACK_BYTES = 512 << 10;

  private static String render(String source) {
    return Template.parse(source).render(Map.of(), LIMITS, CLOCK).chars();
  }

  private static TemplateException fails(String source) {
    return assertThrows(TemplateException.class, () -> render(source));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // loops in loops
        "{% for a in range(100000) %}{% for b in range(100000) %}{% for c in range(100000) %}{% endfor %}{% endfor %}{% endfor %}",
        "{% for a in range(99999) if false %}{% endfor %}{% for a in range(99999) %}{% for b in range(99999) if false %}{% endfor %}{% endfor %}",
        // the same text compared, searched, hashed and measured again and again
        "{% set s = 'ab' * 500000 %}{% for a in range(100000) %}{% if 'ba' * 3 + 'x' in s %}{% endif %}{% endfor %}",
        "{% set s = 'a' * 1000000 %}{% set t = 'a' * 999999 + 'b' %}{% for a in range(100000) %}{% if s == t %}{% endif %}{% endfor %}",
        "{% set s = 'a' * 1000000 %}{% set t = 'a' * 500000 + 'b' %}{{ t in s }}",
        "{% set s = 'a' * 1000000 %}{{ s.replace('a' * 400000 + 'b', 'c') }}",
        "{% set s = 'a' * 1000000 %}{{ s.split('a' * 400000 + 'b') }}",
        "{% set s = 'a' * 1000000 %}{{ s.strip('a' * 400000 + 'b') }}{{ s.startswith('a' * 400000 + 'b') }}",
        "{% set s = 'é' * 1000000 %}{{ s.strip('b' * 900000 + 'é') }}",
        "{% set s = '😀' * 500000 %}{% for a in range(100000) %}{% if s[400000] %}{% endif %}{% endfor %}",
        "{% set s = '1' * 1000000 %}{% for a in range(100000) %}{% if s | int %}{% endif %}{% endfor %}",
        "{% set s = 'ß' * 1000000 %}{% for i in range(9) %}{% set t = s | upper %}{% set t = s.title() %}{% set t = s | capitalize %}{% endfor %}",
        "{% set s = 'İΣ' * 500000 %}{% for i in range(9) %}{% set t = s | lower %}{% set t = s | title %}{% endfor %}",
        "{% set s = 'a' * 1000000 %}{% set d = {s: 1} %}{% set t = 'a' * 1000000 %}{% for a in range(100000) %}{% if t in d and d[t] %}{% endif %}{% endfor %}",
        "{% set s = 'a' * 1000000 %}{% for a in range(100000) %}{% if s[0] %}{% endif %}{% if s | length %}{% endif %}{% endfor %}",
        "{% set ns = namespace(s='x') %}{% for i in range(100) %}{% set ns.s = ns.s.replace('x', 'xx') %}{% endfor %}",
        // few values that are many when looked through
        "{% set ns = namespace(x=[1]) %}{% for i in range(60) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{% set ns2 = namespace(x=[1]) %}{% for i in range(60) %}{% set ns2.x = [ns2.x, ns2.x] %}{% endfor %}{{ ns.x == ns2.x }}",
        "{% set l = range(100000) | list %}{% for i in range(100000) %}{% if -1 in l %}{% endif %}{% endfor %}",
        "{% set l = range(100000) | list %}{% for i in range(100000) %}{% set m = l | sort %}{% endfor %}",
        "{% macro f() %}{% for i in range(99999) %}{{ g() }}{% endfor %}{% endmacro %}{% macro g() %}{% for i in range(99999) %}{% endfor %}{% endmacro %}{{ f() }}",
        "{% set s = ' ' * 1000000 %}{% for a in range(100000) %}{% if s.strip() or s | trim %}{% endif %}{% endfor %}",
        "{% set t = ('b',) * 100000 %}{% for a in range(100000) %}{% if 'a'.startswith(t) %}{% endif %}{% endfor %}",
        "{% set l = [1] * 400000 %}{% set m = [1] * 400000 %}{% for a in range(100000) %}{% for b in range(100000) %}{% if l == m %}{% endif %}{% endfor %}{% endfor %}",
        "{% set s = 'a' * 1000000 %}{% set d = {s: 1} %}{% set t = 'a' * 1000000 %}{% for a in range(100000) %}{% for b in range(100000) %}{% if d.get(t) %}{% endif %}{% endfor %}{% endfor %}",
        "{% set ns = namespace(x=3) %}{% for i in range(9) %}{% set ns.x = ns.x * ns.x %}{% endfor %}{% set x = ns.x %}{% for i in range(100000) %}{% for j in range(100000) %}{% set y = x * x // x %}{% endfor %}{% endfor %}",
      })
  void workWithoutEnd_isStopped(String source) {
    TemplateException error = fails(source);
    assertTrue(
        error.pythonError().startsWith("TemplateLimitError: more than 3000000 steps")
            || error.pythonError().startsWith("TemplateLimitError: values of more than"),
        error.getMessage());
    assertEquals(1, error.line());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{% set ns = namespace(s='x') %}{% for i in range(100) %}{% set ns.s = ns.s + ns.s %}{% endfor %}",
        "{% set ns = namespace(s='x') %}{% for i in range(100) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}",
        "{% set ns = namespace(s='x') %}{% for i in range(100) %}{% set ns.s = ns.s.join(ns.s) %}x{% endfor %}{% set ns.s = 'x' * 9000 %}{{ ns.s.join(ns.s) }}",
        "{% set ns = namespace(s=[1]) %}{% for i in range(100) %}{% set ns.s = ns.s + ns.s %}{% endfor %}",
        "{% set ns = namespace(x=[1]) %}{% for i in range(60) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x | tojson }}",
        "{% set ns = namespace(x=[1]) %}{% for i in range(60) %}{% set ns.x = {'a': ns.x, 'b': ns.x} %}{% endfor %}{{ ns.x }}",
        "{{ 'x' * 999999999999999999999999 }}",
        "{{ [1] * 2147483647 }}",
        "{{ (1, 2) * 2147483647 }}",
        "{{ 'x' | indent(2147483647, true) }}",
        "{{ [1] | tojson(indent=2147483647) }}",
        "{% set s = '\\n' * 100000 %}{{ s | indent(100000, blank=true) }}",
        "{{ ('\\x00' * 9000000) | tojson }}",
        "{% set s = 'ab' * 100000 %}{% for i in range(1000) %}{% set t = s | list %}{% endfor %}",
        "{% set s = 'ab' * 100000 %}{% for i in range(1000) %}{% set t = (s | upper | title | trim)[::-1] %}{% endfor %}",
        "{% set s = 'a ' * 100000 %}{% for i in range(1000) %}{% set t = s.split() %}{% endfor %}",
        "{% set l = range(100000) | list %}{% for i in range(1000) %}{% set t = l | map('string') | list | unique | list %}{% endfor %}",
        "{% for i in range(100000) %}{% for j in range(100000) %}{% set ns = namespace(a=range(1000), b=dict(a=1)) %}{% endfor %}{% endfor %}",
      })
  void growthWithoutEnd_isStopped(String source) {
    TemplateException error = fails(source);
    assertTrue(
        error.pythonError().startsWith("TemplateLimitError: values of more than 8000000")
            || error.pythonError().startsWith("TemplateLimitError: more than 3000000 steps")
            || error.pythonError().startsWith("TemplateLimitError: a result of more than 1000000"),
        error.getMessage());
  }

  @Test
  void outputWithoutEnd_isStopped() {
    assertEquals(
        "TemplateLimitError: a result of more than 1000000 characters",
        fails("{% for i in range(100000) %}{{ 'x' * 100 }}{% endfor %}").pythonError());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      textBlock =
          """
          {% set n = namespace(x=2) %}{% for i in range(99) %}{% set n.x = n.x * n.x %}{% endfor %} ~ a whole number of more than 4096 bits
          """)
  void hugeNumbers_areRefused(String source, String problem) {
    assertEquals(problem, fails(source).problem());
  }

  /** In a thread with a small stack: the error comes before the stack ends. */
  private static TemplateException failsOnSmallStack(String source) throws InterruptedException {
    var thrown = new AtomicReference<Throwable>(new AssertionFailedError("nothing was thrown"));
    Thread thread =
        new Thread(
            null,
            () -> {
              try {
                render(source);
              } catch (Throwable e) {
                thrown.set(e);
              }
            },
            "small stack",
            STACK_BYTES);
    thread.start();
    thread.join();
    if (thrown.get() instanceof TemplateException error) {
      return error;
    }
    throw new AssertionFailedError("expected a TemplateException", thrown.get());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
        "{% macro f(x) %}{% if true %}{% for i in [1] %}{% set y %}{{ f(x + 1) }}{% endset %}{% endfor %}{% endif %}{% endmacro %}{{ f(1) }}",
        "{% macro f() %}{{ g() }}{% endmacro %}{% macro g() %}{{ [f()] | join }}{% endmacro %}{{ f() }}",
        "{% macro f() %}{% call f() %}{{ caller() }}{% endcall %}{{ caller() }}{% endmacro %}{% call f() %}x{% endcall %}",
        "{% macro f(a=f()) %}{% endmacro %}{{ f() }}",
        "{% set ns = namespace(x=1) %}{% for i in range(5000) %}{% set ns.x = [ns.x] %}{% endfor %}{{ ns.x }}",
        "{% set ns = namespace(x=1) %}{% for i in range(5000) %}{% set ns.x = {'a': ns.x} %}{% endfor %}{{ ns.x | tojson }}",
        "{% set ns = namespace(x=1, y=1) %}{% for i in range(5000) %}{% set ns.x = [ns.x] %}{% set ns.y = [ns.y] %}{% endfor %}{{ ns.x == ns.y }}",
        "{% set ns = namespace() %}{% set ns.ns = ns %}{{ ns }}",
        "{% macro f() %}{{ f() ~ f() }}{% endmacro %}{{ f() }}",
      })
  void depthWithoutEnd_isStopped(String source) throws InterruptedException {
    assertEquals(
        "TemplateLimitError: nested more than 400 deep", failsOnSmallStack(source).pythonError());
  }

  @Test
  void deepSource_isRefused() throws InterruptedException {
    List<String> deep =
        List.of(
            "{{ " + "(".repeat(50_000) + "1" + ")".repeat(50_000) + " }}",
            "{{ " + "[".repeat(50_000) + "]".repeat(50_000) + " }}",
            "{{ " + "{1:".repeat(50_000) + " }}",
            "{{ " + "not ".repeat(50_000) + "1 }}",
            "{{ " + "-".repeat(50_000) + "1 }}",
            "{{ " + "x[".repeat(50_000) + " }}",
            "{{ " + "f(".repeat(50_000) + " }}",
            "{{ " + "1 if 1 else ".repeat(50_000) + "1 }}",
            "{{ x" + "|default(x".repeat(50_000) + " }}",
            "{{ x is " + "in (".repeat(50_000) + " }}",
            "{% if 1 %}".repeat(50_000),
            "{% for x in y %}".repeat(50_000),
            "{% set " + "(".repeat(50_000) + " = 1 %}");
    for (String source : deep) {
      TemplateException error = failsOnSmallStack(source);
      assertTrue(error.pythonError().startsWith("TemplateSyntaxError: "), error.getMessage());
    }
  }

  /** These are parsed without recursion, so they are deep only when they are evaluated. */
  @ParameterizedTest
  @ValueSource(strings = {" + 1", ".x", "[0]", "()", " | string", " or 0", " - 1", "(*[1])"})
  void longChains_areRefused(String link) throws InterruptedException {
    assertEquals(
        "TemplateLimitError: nested more than 400 deep",
        failsOnSmallStack("{{ x" + link.repeat(50_000) + " }}").pythonError());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "''.__class__.__mro__[1].__subclasses__()",
        "[].__class__.__base__",
        "{}.__class__.__init__.__globals__",
        "range.__globals__['os']",
        "dict.__class__.mro",
        "raise_exception.__closure__[0]",
        "strftime_now.__func__.__code__",
        "namespace.__init__.__globals__",
        "''['__class__']['__mro__']",
        "([''] | map(attribute='__class__') | first).x",
        "([''] | map(attribute='__class__.__mro__') | list)",
        "(['a'] | selectattr('__class__.__mro__') | list)",
        "([''] | sort(attribute='__class__.__mro__'))",
        "''.join.__self__.x",
        "none.__class__.__mro__",
        "(1).__class__.__mro__",
        "true.__class__.__mro__",
        "[].append(1)",
        "[1].pop()",
        "{}.setdefault('a', 1)",
      })
  void wayOutOfTheSandbox_isUnsafe(String expression) {
    String error = fails("{{ " + expression + " }}").pythonError();
    assertTrue(
        error.matches("SecurityError: access to attribute '\\w+' of '\\w+' object is unsafe\\."),
        error);
  }

  /** No attribute of the Java objects behind values exists: what is not Python's is undefined. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "''.getClass()",
        "''.class.forName('java.lang.Runtime')",
        "[].stream()",
        "[].size()",
        "{}.entrySet()",
        "{}.hashCode()",
        "range.body.call()",
        "range.getClass().getClassLoader()",
        "''['getClass']()",
        "(1).value.bitCount()",
        "loop.items.size()",
        "''.chars()",
        "''.toString()",
        "namespace().attributes()",
      })
  void javaIsOutOfReach(String expression) {
    String error = fails("{{ " + expression + " }}").pythonError();
    assertTrue(error.startsWith("UndefinedError: "), error);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      textBlock =
          """
          {% include 'file:///etc/passwd' %}      ~ the tag 'include'
          {% import 'x' as y %}                   ~ the tag 'import'
          {% from 'x' import y %}                 ~ the tag 'from'
          {% extends 'x' %}                       ~ the tag 'extends'
          {% do x.append(1) %}                    ~ the tag 'do'
          {{ 'x'.format(1) }}                     ~ the method 'format'
          {{ x.encode() }}                        ~ the method 'encode'
          {{ x | xmlattr }}                       ~ the filter 'xmlattr'
          {{ x | attr('y') }}                     ~ the filter 'attr'
          {{ cycler('a') }}                       ~ the function 'cycler'
          {{ joiner('a') }}                       ~ the function 'joiner'
          {{ dict([1]) }}                         ~ the function 'dict' with an argument without a name
          {{ f(**x) }}                            ~ arguments with **
          {% macro m() %}{{ varargs }}{% endmacro %} ~ the variable 'varargs'
          {% for x in y %}{{ loop.cycle(1) }}{% endfor %} ~ loop.cycle
          {{ x | tojson(sort_keys=true) }}        ~ the argument 'sort_keys' of the filter 'tojson'
          {{ x | trim(1, 2) }}                    ~ the filter 'trim' with more than 1 argument(s)
          {{ x | map('abs') }}                    ~ the filter 'abs'
          {{ x | map('join', attribute='y') }}    ~ the argument 'attribute' of the filter 'join'
          {{ x | map(attribute='y', default=1) }} ~ the argument 'default' of the filter 'map'
          {{ x | select('divisibleby', 3) }}      ~ the test 'divisibleby'
          {{ x is sameas y }}                     ~ the test 'sameas'
          {{ '%s' % x }}                          ~ a string before %
          {{ 2 ** 3 }}                            ~ the operator '**'
          {{ 1e3 }}                               ~ a number with other characters than digits
          {{ strftime_now('%Q') }}                ~ the directive '%Q' of a time
          {% raw %}{% endraw %}                   ~ the tag 'raw'
          {% for x in y recursive %}{% endfor %}  ~ a recursive loop
          {{ "\\N{DIGIT ONE}" }}                  ~ \\N in a string
          """)
  void whatIsNotSupported_failsWhenItIsRead(String source, String what) {
    String lines = "one\n\n{# c #}\n" + source;
    var error = assertThrows(TemplateException.class, () -> Template.parse(lines));
    assertEquals("chat template line 4: TemplateNotSupportedError: " + what, error.getMessage());
  }

  @Test
  void errors_nameTheLineOfTheInnermostStatement() {
    assertEquals(
        "chat template line 3: UndefinedError: 'x' is undefined",
        fails("{% if true %}\n{% for i in [1] %}\n{{ x.y }}\n{% endfor %}\n{% endif %}")
            .getMessage());
    assertEquals(5, fails("{% macro m() %}\n\n\n\n{{ x.y }}{% endmacro %}\n{{ m() }}").line());
  }

  @Test
  void limits_growWithTheInput() {
    Limits limits = Limits.forInput(1_000_000);
    assertTrue(limits.outputCharacters() >= 8_000_000, limits.toString());
    Value content = Value.of("x".repeat(1_000_000));
    String text =
        Template.parse("{% for i in range(5) %}{{ '<' + s + '>' }}{% endfor %}")
            .render(Map.of("s", content), limits, CLOCK)
            .chars();
    assertEquals(5_000_010, text.length());
  }

  @Test
  void variables_tooDeepOrTooLarge_areRefused() {
    Object deep = 1;
    for (int i = 0; i < 300; i++) {
      deep = List.of(deep);
    }
    Object value = deep;
    assertEquals(
        "variables may be nested 200 deep, but one is deeper",
        assertThrows(IllegalArgumentException.class, () -> Value.of(value)).getMessage());
    List<Object> doubled = List.of();
    for (int i = 0; i < 100; i++) {
      doubled = List.of(doubled, doubled);
    }
    Object many = doubled;
    assertEquals(
        "a variable may consist of 1048576 values, but one has more",
        assertThrows(IllegalArgumentException.class, () -> Value.of(many)).getMessage());
    Object huge = BigInteger.ONE.shiftLeft(5000);
    assertThrows(IllegalArgumentException.class, () -> Value.of(huge));
    assertThrows(IllegalArgumentException.class, () -> Value.of(new Object()));
    assertThrows(IllegalArgumentException.class, () -> Value.of(Map.of(1, 2)));
  }

  private static final String BROKEN =
      """
      {%- set ns = namespace(a=1, b='x') -%}
      {% macro show(m, sep=', ') %}{{ m.role | upper ~ sep }}{% endmacro %}
      {# a comment #}{% generation %}{{ sep }}{% endgeneration %}
      {% for m in messages if m is mapping %}
        {% if loop.first and m['content'][1:-1:2] is string %}<|{{ show(m) }}|>
        {%- elif not m.content or 3 * 2 >= 7 // 2 %}{{ m | tojson(indent=2) }}{% else %}-{% endif %}
        {% set ns.a = ns.a + loop.index * 2 %}{% continue %}
      {% endfor %}{{ [1, 2.5, none, (1, 'a'), {'k': "v\\n"}] | map('string') | join('-') }}
      {{ (ns.a | string) if ns.b in 'xyz' else messages | selectattr('role', 'eq', 'user') | list }}
      {{ messages[0].content.strip().split(' ') | sort | first | default('d') }}
      """;

  /** Damaged templates are understood and rendered within bounds, or fail as templates do. */
  @Test
  void damagedTemplates_failCleanly() {
    Random random = new Random(42);
    System.out.println("HostileTemplateTest: seed 42");
    Limits limits = new Limits(20_000, 100_000, 50_000, 400);
    Map<String, Value> variables =
        Map.of(
            "messages",
            Value.of(List.of(Map.of("role", "user", "content", "one two"), Map.of("role", "x"))));
    String parts = "{}%#-+|()[]'\"\\.,:=~*/ \n0e_xinorf";
    int rendered = 0;
    List<String> errors = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      StringBuilder source = new StringBuilder(BROKEN);
      for (int change = random.nextInt(4); change >= 0; change--) {
        int at = random.nextInt(source.length());
        switch (random.nextInt(4)) {
          case 0 -> source.deleteCharAt(at);
          case 1 -> source.insert(at, parts.charAt(random.nextInt(parts.length())));
          case 2 -> source.setCharAt(at, parts.charAt(random.nextInt(parts.length())));
          default ->
              source.setCharAt(at, (char) random.nextInt(random.nextBoolean() ? 128 : 65536));
        }
      }
      try {
        Text text = Template.parse(source.toString()).render(variables, limits, CLOCK);
        assertTrue(text.length() <= 50_000, "the result has " + text.length() + " chars");
        rendered++;
      } catch (TemplateException e) {
        assertTrue(e.line() > 0, e.getMessage());
        errors.add(e.pythonError());
      }
    }
    assertTrue(rendered > 1000 && errors.size() > 1000, rendered + " were rendered");
  }
}
