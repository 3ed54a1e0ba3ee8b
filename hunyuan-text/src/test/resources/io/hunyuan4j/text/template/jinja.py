"""Writes jinja.jsonl: templates of ours and what Jinja2 makes of them, set up as transformers does.

Run with Jinja2 3.1.6 under Python 3.11:  python3 jinja.py > jinja.jsonl
"""
import json

import jinja2
import jinja2.ext
import jinja2.nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment


class Generation(jinja2.ext.Extension):
    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
        return jinja2.nodes.CallBlock(self.call_method("_run"), [], [], body).set_lineno(line)

    def _run(self, caller):
        return caller()


def raise_exception(message):
    raise jinja2.exceptions.TemplateError(message)


def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


env = ImmutableSandboxedEnvironment(
    trim_blocks=True, lstrip_blocks=True, extensions=[Generation, jinja2.ext.loopcontrols]
)
env.filters["tojson"] = tojson
env.globals["raise_exception"] = raise_exception

VARIABLES = {
    "s": "Hello, Wörld! 😀",
    "text": "  two\n lines \n",
    "n": 7,
    "f": 2.5,
    "t": True,
    "none": None,
    "nothing": None,
    "list": [3, 1, 2],
    "words": ["banana", "Apple", "cherry", "apple"],
    "d": {"b": 1, "a": [1, 2.0, None, True, "x\"y\n\u0001é"], "items": "own", "c": {}},
    "people": [
        {"name": "Ann", "age": 30, "tags": ["x"], "address": {"city": "Bonn"}},
        {"name": "bob", "age": 25, "address": {"city": "Aachen"}},
        {"name": "Cid", "age": 30, "active": True},
    ],
    "messages": [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": " Hi "},
        {"role": "assistant", "content": "Hello", "tool_calls": [{"function": {"name": "f", "arguments": {"a": 1}}}]},
    ],
}

CASES = r"""
{{ 1 + 2 * 3 - 4 / 2 }}
{{ 7 // 2 }} {{ -7 // 2 }} {{ 7 % 3 }} {{ -7 % 3 }} {{ 7 % -3 }}
{{ 7.5 // 2 }} {{ -7.5 // 2 }} {{ 7.5 % 2 }} {{ -7.5 % 2 }} {{ 7 / 2 }} {{ 6 / 2 }}
{{ 10000000000000000000000 + 1 }} {{ 99999999999 * 99999999999 }}
{{ 1000.0 }} {{ 0.00000015 }} {{ 10000000000000000.0 }} {{ 123456789012345680.0 }} {{ 0.1 + 0.2 }} {{ 100000.0 }} {{ 0.0001 }} {{ 10000000000000000000000.0 }} {{ -0.0 }}
{{ - 3 }} {{ --3 }} {{ 2 - -3 }} {{ -n }} {{ -t }} {{ t + t }}
{{ 1 < 2 }} {{ 1 < 2 < 3 }} {{ 1 < 3 < 2 }} {{ 1 == 1.0 }} {{ true == 1 }} {{ 'a' < 'b' }} {{ 'B' < 'a' }} {{ 1 != 2 }} {{ 2 >= 2 }} {{ 2 <= 1 }} {{ 2 > 1 }}
{{ [1, 2] == [1, 2] }} {{ (1, 2) == [1, 2] }} {{ {'a': 1} == {'a': 1.0} }} {{ none == none }} {{ u == v }} {{ u == none }} {{ 'a' == 'a' }} {{ 1 == '1' }}
{{ 'a' in 'abc' }} {{ 'd' not in 'abc' }} {{ 1 in [1, 2] }} {{ 'a' in d }} {{ 'z' in d }} {{ 2 in (1, 2) }} {{ 'a' in u }} {{ not 1 in [1] }} {{ '' in 'abc' }}
{{ true and 1 }} {{ 0 or 'x' }} {{ '' and 1 }}| {{ not '' }} {{ not none }} {{ 1 and 0 or 2 }} {{ not true or true }}
{{ 'a' ~ 1 ~ none ~ 2.0 ~ true ~ u ~ [1] }}
{{ 'yes' if n > 5 else 'no' }} {{ 'yes' if n > 9 }}| {{ 1 if false else 2 if false else 3 }}
{{ [1, 'a', none, true, 2.0, [], {}, (), (1,), (1, 2)] }}
{{ {'a': 1, 2: 'b', none: [1], true: 3} }} {{ {'a': 1, 'a': 2} }} {{ {1: 'a', 1.0: 'b', true: 'c'} }}
{{ 'it\'s' }} {{ ['it\'s', 'a"b', 'a"\'b', '\n\t\\', '\x00\x7f\xa0é😀'] }}
{{ 'a' 'b' "c" }} {{ 'tab\there' }} {{ '\u00e9\x41\U0001f600' }} {{ '\q' }} {{ "\"" }}
{{ none }} {{ true }} {{ False }} {{ None }} {{ u }}| {{ [u] }}
{{ s }} {{ s[0] }} {{ s[-1] }} {{ s[7:12] }} {{ s[::-1] }} {{ s[:-2] }} {{ s[100:] }}| {{ s[::2] }} {{ s | length }} {{ s[-1:] }}
{{ list[0] }} {{ list[-1] }} {{ list[1:] }} {{ list[:-1] }} {{ list[::-1] }} {{ list[5] }}| {{ list[::2] }} {{ list[-2:] }} {{ list[5:] }} {{ list[2:0:-1] }} {{ list.0 }}
{{ (1, 2, 3)[1:] }} {{ range(10)[2:5] | list }} {{ [1, 2, 3][none:2] }}
{{ d.a }} {{ d['b'] }} {{ d.z }}| {{ d['z'] is defined }} {{ d.items is defined }} {{ d['items'] }} {{ d.c }} {{ d['a'][3] }}
{{ people[0].address.city }} {{ people[2].address is defined }} {{ people[0]['tags'][0] }}
{{ 'a' * 3 }} {{ 2 * 'ab' }} {{ [1] * 3 }} {{ (1, 2) * 2 }} {{ 'a' * -1 }}| {{ [1] + [2] }} {{ (1,) + (2,) }}
{{ s.upper() }} {{ s.lower() }} {{ 'ab cd'.title() }} {{ 'aB'.capitalize() }} {{ "they're bill's".title() }} {{ 'straße ﬁ'.upper() }} {{ 'ΑΣ ΟΔΟΣ'.lower() }} {{ 'ßa'.capitalize() }}
[{{ text.strip() }}] [{{ text.lstrip() }}] [{{ text.rstrip() }}] [{{ 'xxaxx'.strip('x') }}] [{{ 'abcba'.lstrip('ab') }}] [{{ 'a\u3000'.strip() }}] [{{ 'a\x1f'.rstrip() }}] [{{ ' a '.strip(none) }}]
{{ 'a,b,,c'.split(',') }} {{ ' a  b '.split() }} {{ 'a b c'.split(' ', 1) }} {{ 'a b c'.split(none, 1) }} {{ ''.split() }} {{ ''.split(',') }} {{ 'aaa'.split('aa') }} {{ 'abc'.split('b', 0) }}
{{ s.startswith('Hell') }} {{ s.endswith('x') }} {{ s.startswith(('x', 'H')) }} {{ ''.startswith('') }}
{{ 'aXbX'.replace('X', '--') }} {{ 'aXbX'.replace('X', '', 1) }} {{ 'ab😀'.replace('', '.') }} {{ 'aaa'.replace('aa', 'b') }} {{ 'abc'.replace('', '-', 2) }}
{{ ', '.join(words) }} {{ ''.join(['a', 'b']) }} {{ '-'.join('abc') }}
{{ d.get('b') }} {{ d.get('z') }} {{ d.get('z', 5) }} {{ d.keys() | list }} {{ d.keys() }} {{ d.values() | list | length }} {{ d.c.items() }} {{ {'a': 1}.items() }} {{ {'a': 1}.values() }}
{% for k, v in {'a': 1, 'b': 2}.items() %}{{ k }}={{ v }};{% endfor %}
{{ d | tojson }}
{{ d | tojson(indent=2) }} {{ d.a | tojson(indent=4) }} {{ {} | tojson(indent=2) }} {{ [[]] | tojson(indent=1) }}
{{ s | tojson }} {{ s | tojson(ensure_ascii=true) }} {{ [1, {'a': 2}] | tojson(separators=(',', ':')) }} {{ (1, 2) | tojson }} {{ none | tojson }} {{ {1: 2, none: 3, true: 4, 1.5: 5} | tojson }} {{ 10000000000000000.0 | tojson }} {{ 'a/b<c>&\'' | tojson }} {{ '\x7f\u2028' | tojson }}
{{ text | trim }}| {{ 'xax' | trim('x') }} {{ 5 | trim }} {{ none | trim }} {{ u | trim }}|
{{ words | length }} {{ d | length }} {{ 'é😀' | length }} {{ u | length }} {{ range(5) | length }}
{{ 'heLLo' | upper }} {{ 'HeLLo' | lower }} {{ "it's a foo-bar (baz)" | title }} {{ 'hELLO wORLD' | capitalize }} {{ 5 | upper }} {{ 'ǆ' | title }}
{{ words | join(', ') }} {{ list | join }} {{ 'abc' | join('-') }} {{ u | join }}| {{ [1, none, u] | join(',') }} {{ [] | join('x') }}|
{{ 'aXbX' | replace('X', 'y') }} {{ 'aXbX' | replace('X', 'y', 1) }} {{ 5 | replace(5, 6) }}
{{ u | default('x') }} {{ none | default('x') }} {{ none | default('x', true) }} {{ '' | default('y', boolean=true) }} {{ u | default }}| {{ d.z | default([]) }}
{{ words | first }} {{ words | last }} {{ 'abc' | first }} {{ 'abc' | last }} {{ [] | first }}| {{ d | first }} {{ [] | last is defined }} {{ u | first }}|
{{ 'abc' | list }} {{ d | list }} {{ range(3) | list }} {{ u | list }} {{ (1, 2) | list }}
{{ d | items | list }} {% for k, v in d | items %}{{ k }},{% endfor %} {{ u | items | list }}
{{ {'b': 1, 'A': 3, 'c': 2} | dictsort }}
{{ u in d }} {{ u in {} }} {{ d.get(u) }} {{ d.get(u, 1) }} {{ d[u] }}| {{ {u: 1} }} {{ {u: 1}[w] }} {{ u in {w: 1} }} {{ messages[0].name in {'user': 1} }}
{{ u | last }}| {{ d.x | last is defined }} {{ [u, w, u] | unique | list }}
{{ [u, u] | sort }} {{ [none, none] | sort }} {{ people | sort(attribute='nope') | map(attribute='name') | list }}
{{ [1, none] | sort }}
{{ [u, 1] | sort }}
{{ people | map(attribute='name') | list }} {{ people | map(attribute='address') | list }} {{ people[:2] | map(attribute='address.city') | list }} {{ [[[7]]] | map(attribute='0.0') | list }} {{ words | map('upper') | list }} {{ list | map('string') | join('+') }} {{ [[1, 2]] | map(attribute=1) | list }} {{ words | map('replace', 'a', 'o') | list }} {{ [] | map('upper') | list }}
{{ people | selectattr('active') | map(attribute='name') | list }} {{ people | selectattr('age', 'equalto', 30) | map(attribute='name') | list }} {{ people | rejectattr('age', '==', 30) | map(attribute='name') | list }} {{ people | selectattr('address', 'defined') | list | length }} {{ messages | selectattr('role', 'in', ['user', 'system']) | list | length }} {{ messages | selectattr('role', 'equalto', 'system') | first | tojson }} {{ people[:2] | selectattr('address.city', 'equalto', 'Bonn') | list | length }}
{{ [1, 'a', 2] | select('string') | list }} {{ [1, 'a', 2] | reject('string') | list }} {{ [0, 1, '', none] | select | list }} {{ [1, 5] | select('ne', 1) | list }} {{ [1, 2, 3] | reject('in', [1]) | list }}
{{ 5 | string + 'x' }} {{ [1] | string | length }} {{ none | string }}
{{ '42' | int }} {{ ' -7 ' | int }} {{ '4.9' | int }} {{ 'x' | int }} {{ 'x' | int(5) }} {{ 4.9 | int }} {{ none | int }} {{ true | int }} {{ '1_0' | int }} {{ '' | int }} {{ '1e3' | int }} {{ 'inf' | int }} {{ -4.9 | int }}
{{ 'a<b>' | safe }} {{ 5 | safe }} {{ ('a' | safe) ~ '<b>' }}
{{ 'a' | safe + '<&>\'"' }} {{ '<' + 'b<' | safe }} {{ '<' + s + '<' | safe + '>' + 1 | string + '<p>' | safe }} {{ 1 | safe + '<' ~ 'x>' | safe }} {{ ('<' | safe) + ('<' | safe + '>') + '>' }} {{ ('<' | safe + '>') | upper }}
{{ '<b>' | safe + d | tojson + '\n' | safe + messages[2] | tojson() }}
{{ 'a' | safe + u | string + (u | safe) + '<' }}
{{ 'a' | safe + 1 }}
{{ 1 + 'a' | safe }}
{{ 'a' | safe + none }}
{{ [1] + 'a' | safe }}
{{ 'a' | safe + [1] }}
{{ 'a' | safe + u }}
{{ u + 'a' | safe }}
{{ none | selectattr('type', 'equalto', 'x') | list | length }} {{ none | rejectattr('type') | list }}
{{ 'a\nb\n\nc' | indent }}| {{ 'a\nb' | indent(2, true) }} {{ 'a\n\nb' | indent(2, blank=true) }} {{ 'a\nb' | indent('>>') }} {{ 'a\nb\n' | indent }}| {{ '' | indent(first=true) }}|
{{ [1, 2, 1.0, 'a', 'A'] | unique | list }}
{{ list | sort }} {{ words | sort }} {{ people | sort(attribute='age') | map(attribute='name') | list }} {{ people[:2] | sort(attribute='address.city') | map(attribute='name') | list }}
{{ u is defined }} {{ u is undefined }} {{ n is defined }} {{ u is not defined }} {{ none is none }} {{ n is none }} {{ none is not none }} {{ d.z is undefined }}
{{ 's' is string }} {{ 1 is string }} {{ 1 is number }} {{ 1.5 is number }} {{ true is number }} {{ 1 is integer }} {{ true is integer }} {{ 1.0 is float }} {{ true is boolean }} {{ 1 is boolean }} {{ '1' is number }}
{{ d is mapping }} {{ list is mapping }} {{ list is iterable }} {{ 'a' is iterable }} {{ 5 is iterable }} {{ u is iterable }} {{ list is sequence }} {{ 'a' is sequence }} {{ d is sequence }} {{ 5 is sequence }} {{ (list | map('string')) is iterable }} {{ (list | map('string')) is sequence }} {{ d.items() is sequence }}
{{ true is true }} {{ 1 is true }} {{ false is false }} {{ 0 is false }} {{ none is false }}
{{ 1 is eq 1 }} {{ 1 is equalto 2 }} {{ 1 is ne 2 }} {{ 1 is in [1, 2] }} {{ 'a' is in 'abc' }}
{{ u is defined and u.x }} {{ not u is defined }} {{ n is number and n > 5 }} {{ 'x' if u is defined else 'y' }} {{ n is defined == true }}
{{ range(5) | list }} {{ range(1, 4) | list }} {{ range(5, 0, -2) | list }} {{ range(0) | list }} {{ range(3)[1] }} {{ 2 in range(3) }}
{{ dict(a=1, b='x') }} {{ dict() }}
{% set ns = namespace(a=1, b='x') %}{% set ns.a = ns.a + 1 %}{{ ns.a }}{{ ns.b }}{{ ns.z }}|{{ ns }}
{% set ns = namespace(found=false) %}{% for i in list %}{% if i == 1 %}{% set ns.found = true %}{% endif %}{% endfor %}{{ ns.found }}
{% set x = 1 %}{% for i in list %}{{ x }}{% set x = i %}{{ x }};{% endfor %}{{ x }}
{% set x = 1 %}{% if true %}{% set x = 2 %}{% endif %}{{ x }}
{% set a, b = 1, 2 %}{{ a }}{{ b }}{% set (c, d2) = [3, 4] %}{{ c }}{{ d2 }}{% set t2 = 1, 2 %}{{ t2 }}
{% set x %}a{{ n }}b{% endset %}{{ x }}{% set y | upper | trim %} q {% endset %}[{{ y }}]
{% for i in list %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }}{{ loop.previtem }}{{ loop.nextitem }};{% endfor %}
{% for i in list if i != 1 %}{{ i }}{{ loop.index }}/{{ loop.length }}{{ loop.last }};{% else %}none{% endfor %}
{% for i in [] %}x{% else %}empty{% endfor %}{% for i in u %}x{% else %}empty{% endfor %}{% for i in list %}{% else %}empty{% endfor %}
{% for i in range(10) %}{% if i == 2 %}{% continue %}{% endif %}{% if i == 5 %}{% break %}{% endif %}{{ i }}{% endfor %}
{% for i in [1, 2] %}{% for j in [] %}{% else %}{{ i }}{% break %}{% endfor %}{% endfor %}
{% for i in [1, 2] %}{% for j in 'ab' %}{{ i }}{{ j }}{{ loop.index }}{% endfor %}{{ loop.index }} {% endfor %}
{% for a, (b, c) in [(1, (2, 3)), [4, '56']] %}{{ a }}{{ b }}{{ c }};{% endfor %}
{% for i in 1, 2 %}{{ i }}{% endfor %}{% for c in 'añ😀' %}{{ c }}.{% endfor %}{% for k in d %}{{ k }}{% endfor %}
{% macro m(a, b='x', c=a) %}[{{ a }}{{ b }}{{ c }}]{% endmacro %}{{ m(1) }}{{ m(1, 2) }}{{ m(1, c=3) }}{{ m(b=1, a=2) }}{{ m() }}{{ m(*[7, 8]) }}{{ m(1, *(2,), c=3) }}
{% macro m(x) %}<{{ caller() }}{{ x }}>{% endmacro %}{% call m(5) %}in{{ n }}{% endcall %}
{% macro m() %}{% for i in list %}{{ caller(i, 'x') }}{% endfor %}{% endmacro %}{% call(a, b) m() %}{{ a }}{{ b }}{% endcall %}
{% macro f(k) %}{% if k > 0 %}{{ k }}{{ f(k - 1) }}{% endif %}{% endmacro %}{{ f(5) }}
{% macro m() %}{{ x }}{% endmacro %}{% set x = 1 %}{{ m() }}{% for i in [1] %}{% macro k() %}{{ loop.index }}{{ i }}{% endmacro %}{{ k() }}{% endfor %}
{% filter upper %}a{{ n }}b{% endfilter %}{% filter trim | replace('a', 'b') %} aa {% endfilter %}
{% generation %}a{% set w = 5 %}{{ w }}{% endgeneration %}{{ w }}|
{% if u %}a{% elif n == 7 %}b{% elif true %}c{% else %}d{% endif %}{% if none %}{% else %}e{% endif %}{% if d.c %}x{% endif %}{% if 0.0 %}x{% endif %}{% if (list | map('string')) %}gen{% endif %}
{# comment {{ x }} #}!
{{ '}}' }} {{ '{%' }} {{ {'a': {'b': 1}}['a']['b'] }} {{ "%}" }} {{ {'a':{}} }}
a{% if true %}¶  b¶{% endif %}¶c
  {% if true %}¶    x¶  {% endif %}¶y
a  {%- if true -%}  b  {%- endif -%}  c
a  {%+ if true %}¶b¶  {%+ endif %}¶c
a {% if true +%}¶b{% endif %}
{{ 1 -}}   ¶  x  {{- 2 }}¶y
  {{ 1 }}¶  {# c #}¶x {# c -#}  ¶ y  {#- d #} z
¶¶{% set x = 1 %}¶¶{{ x }}¶¶
x¶
x¶¶
{%- for i in [1, 2] %}¶{{ i }}¶{%- endfor %}¶
   {%- if true %} a {% endif -%}   b
{% for m in messages %}{{ '<|' + m['role'] + '|>' }}{{ m.content | trim }}{% if m.tool_calls is defined %}{% for c in m.tool_calls %}{{ c.function.name }}({{ c.function.arguments | tojson }}){% endfor %}{% endif %}{% endfor %}
{% for m in messages[1:] %}{{ m.role }}{% endfor %}{{ messages[-1].role }}{{ messages | map(attribute='role') | join(',') }}{% set first = messages[0] %}{{ first['content'].split(' ')[0] }}
{{ messages[0].content.split('b')[-1].lstrip('r') }} {{ ('a' ~ 'b').upper() }} {{ (1, 2)[0] }} {{ [1, 2][0] + 1 }} {{ 'x'.join(['a', 'b'])[1:] }} {{ (list | sort)[0] }} {{ 'a' | upper | lower ~ 'B' }}
{{ n|string|length }} {{ -'7'|int }} {{ 1 + 2|string|length }} {{ 'a' ~ 'b' | upper }} {{ not n is string }}
{% set g = list | map('string') %}{{ g | list }}{{ g | list }} {% set h = list | select('ne', 1) %}{{ 3 in h }}{{ h | list }} {% set k = list | map('string') %}{{ k | first }}{{ k | list }}
{{ u.x }}
{{ u() }}
{{ d.z.y }}
{{ d['z'].y }}
{{ list[9].y }}
{{ none.x.y }}
{{ 'abc'.foo() }}
{{ none + 'a' }}
{{ 'a' + 1 }}
{{ 'a' + none }}
{{ 'a' + u }}
{{ 1 + 'a' }}
{{ [1] + 'a' }}
{{ 'a' - 1 }}
{{ 'a' * 'b' }}
{{ d + d }}
{{ 'a' < 1 }}
{{ none > 1 }}
{{ 1 in 'abc' }}
{{ 1 in 5 }}
{% for x in 5 %}{% endfor %}
{% for x in none %}{% endfor %}
{% for a, b in [1] %}{% endfor %}
{% for a, b in [[1]] %}{% endfor %}
{% for a, b in [[1, 2, 3]] %}{% endfor %}
{{ 5 | length }}
{{ none | length }}
{{ (list | map('string')) | length }}
{{ u | tojson }}
{{ range | tojson }}
{{ namespace() | tojson }}
{{ 5() }}
{{ 'a'() }}
{{ 1 / 0 }}
{{ 1 // 0 }}
{{ 1 % 0 }}
{{ 1.0 / 0 }}
{{ range(100001) }}
{{ range(1, 5, 0) }}
{{ [].append(1) }}
{{ d.update({'a': 1}) }}
{{ d.pop('a') }}
{{ list.sort() }}
{{ ''.__class__ }}|
{{ ''.__class__.__mro__ }}
{{ ''['__class__']['__base__'] }}
{{ range.__globals__.os }}
{{ d.__init__.__globals__ }}
{{ raise_exception('No ' ~ n ~ ' please') }}
{% set q.x = 1 %}
{% macro m(a) %}{{ a }}{% endmacro %}{{ m(1, 2) }}
{% macro m(a) %}{{ a }}{% endmacro %}{{ m(b=1) }}
{% macro m(a) %}{{ a.x }}{% endmacro %}{{ m() }}
{% macro m() %}{{ caller() }}{% endmacro %}{{ m() }}
{{ (1 if false).x }}
{{ 'abc'.split('') }}
{{ {[]: 1} }}
{{ [3, 'a'] | sort }}
{{ -'a' }}
{{ -u }}
{{ nothing[1:] }}
{{ u[1:] }}
{{ list['a':] }}
{{ list[::0] }}
{{ [1, u.x] }}
{{ ' '.join([1]) }}
{{ 5 | items | list }}
{{ 10000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000 + 0.5 }}
{{ d.b.c.d }}
{{ loop.index }}
{% for i in list %}{{ loop.foo.x }}{% endfor %}
{% if %}{% endif %}
{{ 1 + }}
{{ (1 }}
{{ }}
{% foo %}
{% endif %}
{% if true %}
{{ x | nofilter }}
{{ x is notest }}
{% for %}{% endfor %}
{% set 5 = 1 %}
{{ 'abc }}
{{ a b }}
{# never closed
{{ [1, 2 }}
{{ 1 ] }}
{% set none = 1 %}
{% for x in [1] %}
{% break %}
{{ x is string is number }}
{% macro m(a=1, b) %}{% endmacro %}
{{ f(a=1, 2) }}
{{ $ }}
{% elif %}
{% else %}
""".strip("\n").split("\n")

for case in CASES:
    source = case.replace("¶", "\n")
    line = {"template": source}
    try:
        template = env.from_string(source)
    except (jinja2.exceptions.TemplateSyntaxError, SyntaxError) as e:  # the latter of break outside of loops
        line["syntax"] = True
    else:
        try:
            line["text"] = template.render(**VARIABLES)
        except Exception as e:
            line["error"] = type(e).__name__ + ": " + str(e)
    print(json.dumps(line, ensure_ascii=False))
print(json.dumps({"variables": VARIABLES}, ensure_ascii=False))
