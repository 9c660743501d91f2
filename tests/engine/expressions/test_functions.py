"""Functions, filters and tests, one line per behaviour. Source: language.md 8."""

from __future__ import annotations

import pytest

from app.engine.expressions import expression_names
from tests.engine.expressions.rendering import failure, render

DATA = {"rows": [{"n": 2, "g": "b"}, {"n": 1, "g": "a"}, {"n": 3, "g": "b"}], "m": {"b": 1, "a": 2}}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("length([1, 2])", 2),
        ("length('abc')", 3),
        ("length({'a': 1})", 1),
        ("keys(m)", ["b", "a"]),
        ("values(m)", [1, 2]),
        ("abs(-3)", 3),
        ("floor(1.9)", 1),
        ("ceil(1.1)", 2),
        ("round(2.5)", 3),
        ("round(-2.5)", -3),
        ("round(2.345, 2)", 2.35),
        ("round(7)", 7),
        ("min(3, 1)", 1),
        ("min([3, 1])", 1),
        ("max(['a', 'b'])", "b"),
        ("sum([1, 2.5])", 3.5),
        ("lower('AB')", "ab"),
        ("upper('ab')", "AB"),
        ("trim('  a ')", "a"),
        ("split('a,b', ',')", ["a", "b"]),
        ("split('a  b')", ["a", "b"]),
        ("join([1, 'a', true], '-')", "1-a-true"),
        ("replace('aXbX', 'X', '')", "ab"),
        ("starts_with('abc', 'ab')", True),
        ("ends_with('abc', 'ab')", False),
        ("match('^v[0-9]+$', 'v12')", True),
        ("match('b', 'abc')", True),
        ("match('^b', 'abc')", False),
        ("contains([1, 2], 2)", True),
        ("contains('abc', 'bc')", True),
        ("contains(m, 'a')", True),
        ("reversed([1, 2])", [2, 1]),
        ("reversed('ab')", "ba"),
        ("sort([3, 1, 2])", [1, 2, 3]),
        ("sort(['b', 'A'], true)", ["b", "A"]),
        ("unique([1, 1.0, 'a', 'A', true])", [1, "a", "A", True]),
        ("flat([[1], 2, [[3]]])", [1, 2, [3]]),
        ("zip([1, 2], ['a', 'b'])", [[1, "a"], [2, "b"]]),
        ("range(2)", [0, 1]),
        ("range(1, 7, 3)", [1, 4]),
        ("slice([1, 2, 3], 1)", [2, 3]),
        ("slice('abc', 0, 2)", "ab"),
        ("index_of(['a', 'b'], 'b')", 1),
        ("index_of('abc', 'x')", -1),
        ("count([1, 1, 2], 1)", 2),
        ("merge({'a': 1, 'b': 1}, {'b': 2})", {"a": 1, "b": 2}),
        ("chunks([1, 2, 3], 2)", [[1, 2], [3]]),
        ("number('1.5')", 1.5),
        ("number(' 7 ')", 7),
        ("int('7')", 7),
        ("int(7.9)", 7),
        ("int('-7.9')", -7),
        ("string([1])", "[1]"),
        ("string(true)", "true"),
        ("bool('yes')", True),
        ("bool(0)", False),
        ("[type_of(none), type_of(true), type_of(1), type_of(1.5), type_of('a'), type_of([]), type_of({})]",
         ["null", "boolean", "integer", "number", "string", "array", "object"]),
        ("from_json('[1, null]')", [1, None]),
        ("to_json({'a': [1]})", '{"a":[1]}'),
        ("append([1], 2)", [1, 2]),
        ("prepend([1], 2)", [2, 1]),
    ],
)  # fmt: skip
def test_functions(text, expected):
    rendered = render(f"{{{{ {text} }}}}", variables=DATA)

    assert rendered == expected
    assert type(rendered) is type(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("rows | map(attribute='n')", [2, 1, 3]),
        ("rows | map(attribute='x', default=0)", [0, 0, 0]),
        ("rows | selectattr('g', 'eq', 'b') | map(attribute='n') | sum", 5),
        ("rows | rejectattr('n', '>', 1) | length", 1),
        ("rows | sort(attribute='n') | map(attribute='n') | join(',')", "1,2,3"),
        ("rows | sum(attribute='n')", 6),
        ("rows | max(attribute='n')", {"n": 3, "g": "b"}),
        ("rows | unique(attribute='g') | length", 2),
        ("(rows | groupby('g'))[0][0]", "a"),
        ("m | dictsort", [["a", 2], ["b", 1]]),
        ("m | items", [["b", 1], ["a", 2]]),
        ("['a', 'B'] | map('upper') | list", ["A", "B"]),
        ("['a1', 'b'] | select('match', '[0-9]')", ["a1"]),
        ("'v1' | match('^v')", True),
        ("'v1' is match('^v')", True),
        ("[1, 2, 3] | batch(2)", [[1, 2], [3]]),
        ("[1, 2, 3] | slice(2)", [[1, 2], [3]]),
        ("[1, 2] | first + [1, 2] | last", 3),
        ("[] | first | default('none')", "none"),
        ("'a b' | title | replace(' ', '')", "AB"),
        ("'x' | int", 0),
        ("'3.7' | float", 3.7),
        ("2.5 | round", 3.0),
        ("'a' | center(3)", " a "),
        ("'a\nb' | indent(2)", "a\n  b"),
        ("'hello world foo' | truncate(8, true, '')", "hello world foo"[:8]),
        ("'<b>&' | escape", "&lt;b&gt;&amp;"),
        ("'<b>x</b>' | striptags", "x"),
        ("'a b/c' | urlencode", "a%20b/c"),
        ("{'a': 'x y', 'b': 1} | urlencode", "a=x+y&b=1"),
        ("'%s-%03d' | format('a', 7)", "a-007"),
        ("'%s %s' % ([1], true)", "[1] true"),
        ("'%(a)s' % {'a': 1}", "1"),
        ("{'a': 1} | tojson", '{"a":1}'),
        ("{'a': 1} | to_json(indent=2)", '{\n  "a": 1\n}'),
        ("4 is divisibleby(2) and 3 is odd and 'a' is string and m is mapping", True),
        ("1 in [1] and 'a' not in 'bc' and 1 is in([1])", True),
        ("1 < 2 <= 2 and 'a' < 'b'", True),
        ("[1, [2]] == [1, [2]] and (1, 2) == [1, 2]", True),
        ("'abcdef'[1:4:2]", "bd"),
        ("[1, 2, 3][-1]", 3),
        ("'a' * 3 ~ [1] * 2", "aaa[1,1]"),
        ("7 // 2 + 7 % 2 - 2 ** 2", 0),
        ("{'a': 1} | merge({'b': 2})", {"a": 1, "b": 2}),
        ("1234567 | filesizeformat", "1.2 MB"),
    ],
)
def test_filters_tests_and_operators(text, expected):
    assert render(f"{{{{ {text} }}}}", variables=DATA) == expected


@pytest.mark.parametrize(
    ("text", "kind", "word"),
    [
        ("1 + 'a'", "type", "~"),
        ("{} + {}", "type", "merge"),
        ("1 < 'a'", "type", "compared"),
        ("1 / 0", "value", "Division by zero"),
        ("int('abc')", "value", "int"),
        ("number([])", "value", "list"),
        ("bool('maybe')", "value", "bool"),
        ("length(5)", "type", "integer"),
        ("join('a')", "type", "join needs a list"),
        ("split('a', 'b', 'c', 'd')", "type", "split(text"),
        ("upper()", "type", "upper(text)"),
        ("match('(', 'a')", "value", "regular expression"),
        ("from_json('{')", "value", "no JSON"),
        ("from_json('NaN')", "value", "no JSON"),
        ("sort([1, 'a'])", "type", "different types"),
        ("max([])", "value", "empty"),
        ("1 in 5", "type", "`in` needs"),
        ("5 in 'a'", "type", "text"),
        ("(-8) ** 0.5", "value", "negative"),
        ("'%d' % 'a'", "type", "format"),
        ("5()", "type", "called"),
        ("[1] | map('nope')", "undefined", "filter"),
        ("[1] | select('nope')", "undefined", "test"),
        ("lenght([1])", "undefined", "length"),
        ("[1] | lenght", "undefined", "length"),
        ("1 is evn", "undefined", "even"),
        ("[1] | random", "undefined", "random"),
        ("range(1, 2, 0)", "value", "step"),
        ("chunks([1], 0)", "value", "at least 1"),
    ],
)
def test_errors_name_what_is_wrong_and_the_way_out(text, kind, word):
    problem = failure(f"{{{{ {text} }}}}", variables=DATA)

    assert problem.kind == kind
    assert word in str(problem)


def test_a_loop_over_a_mapping_says_how_to_get_pairs():
    assert "items" in str(failure("{% for k, v in m %}{% endfor %}", variables=DATA))
    assert render("{% for k, v in m | items %}{{ k }}{{ v }}{% endfor %}", variables=DATA) == "b1a2"


def test_errors_never_hold_the_values():
    for text in ("int(x)", "number(x)", "bool(x)", "from_json(x)", "x + 1", "x.y", "length(1) + x", "parameters[x]", "x()"):
        problem = failure(f"{{{{ {text} }}}}", variables={"x": "hunter2secret"})
        assert "hunter2secret" not in str(problem) or text == "parameters[x]"


def test_now_needs_a_time_from_the_scope():
    assert "now()" in str(failure("{{ now() }}"))
    assert render("{{ now() }}", system={"timestamp": 0.5}) == "1970-01-01T00:00:00.500Z"


def test_the_catalogue_has_everything_with_a_line_for_each():
    entries = expression_names()
    named = {(e.kind, e.name) for e in entries}

    wanted = (
        "length keys values abs floor ceil round min max sum lower upper trim split join replace starts_with ends_with "
        "match contains reversed sort unique flat zip range slice index_of count merge chunks number int string bool "
        "type_of now"
    )
    assert {("function", name) for name in wanted.split()} <= named
    assert {("filter", n) for n in ("from_json", "to_json", "append", "prepend", "merge")} <= named
    assert {("helper", n) for n in ("succeeded", "failed", "timed_out", "skipped", "result", "error")} <= named
    assert all(e.doc and e.signature for e in entries)
