"""Literals, single expressions and templates; what becomes of each value. Source: language.md 8."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from app.engine.expressions import Scope, compile_value
from tests.engine.expressions.rendering import failure, render


@pytest.mark.parametrize(
    "text",
    ["", "plain", " spaces ", "123", "a\r\nb\n", "{ x }", "100% {sure}", "}} {", "$ {x}", "{'a': 1}"],
)
def test_a_text_without_templates_is_given_back_as_it_is(text):
    compiled = compile_value(text)

    assert compiled.is_literal
    assert render(text) == text


@pytest.mark.parametrize("raw", [None, True, 7, 1.5, [1, "a"], {"a": [None]}])
def test_values_that_are_no_text_are_their_own_value(raw):
    assert compile_value(raw).is_literal
    assert render(raw) == raw


@pytest.mark.parametrize("value", ["123", "true", "null", "[1]", 7, 1.5, True, None, [1, {"a": None}], {"k": [1]}, ""])
@pytest.mark.parametrize("text", ["{{ parameters.x }}", "  {{ parameters.x }}\n", "{{parameters.x}}", "{{- parameters['x'] -}}"])
def test_a_single_expression_keeps_value_and_type(text, value):
    rendered = render(text, parameters={"x": value})

    assert rendered == value
    assert type(rendered) is type(value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("n={{ 1 }}", "n=1"),
        ("{{ 1 }}{{ 2 }}", "12"),
        ("{{ true }} {{ none }} {{ null }} {{ false }}", "true null null false"),
        ("x {{ [1, 'a', true, none] }}", 'x [1,"a",true,null]'),
        ("x {{ {'a': {'b': 1.5}} }}", 'x {"a":{"b":1.5}}'),
        ("{% if true %}yes{% else %}no{% endif %}", "yes"),
        ("{% for i in [1, 2] %}{{ loop.index }}:{{ i }} {% endfor %}", "1:1 2:2 "),
        ("{% raw %}{{ x }}{% endraw %}", "{{ x }}"),
        ("{# gone #}a", "a"),
        ("{% set x = 2 %}{{ x * 2 }}", "4"),
        ("{% macro twice(x) %}{{ x }}{{ x }}{% endmacro %}{{ twice('ab') }}", "abab"),
        ("{% set ns = namespace(n=0) %}{% for i in [1, 2] %}{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }}", "3"),
        ("{% with a = 1 %}{{ a }}{% endwith %}", "1"),
        ("{% filter upper %}ab{% endfilter %}", "AB"),
        ("a{{ 'b' if false }}c", "ac"),
        ("a\n{{ 1 }}\n", "a\n1\n"),
        ("ü {{ 'é' }} {{ ['é'] }}", 'ü é ["é"]'),
    ],
)
def test_a_template_gives_text_with_json_in_it(text, expected):
    assert render(text) == expected


def test_texts_inside_mappings_and_lists_are_rendered_and_keys_are_not():
    raw = {"a": "{{ x }}", "{{ x }}": ["n {{ x }}", 1, {"b": "{{ [x] }}"}]}

    assert render(raw, variables={"x": 5}) == {"a": 5, "{{ x }}": ["n 5", 1, {"b": [5]}]}


@pytest.mark.parametrize("text", ["{{ parameters.x }}", "say {{ parameters.x }}", "{{ parameters.x ~ '' }}"])
def test_data_is_never_evaluated(text):
    hostile = "{{ 1 + 1 }}{% for i in [1] %}"

    assert hostile in render(text, parameters={"x": hostile})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{ range(3) }}", [0, 1, 2]),
        ("{{ [1, 2] | map('string') }}", ["1", "2"]),
        ("{{ [1, 2, 3] | select('odd') }}", [1, 3]),
        ("{{ 1, 2 }}", [1, 2]),
        ("{{ [3, 1] | sort | reverse }}", [1, 3][::-1]),
        ("{{ 'x' if false }}", None),
    ],
)
def test_generators_and_tuples_become_lists(text, expected):
    assert render(text) == expected


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("{{ 1e308 * 10 }}", "not a number that JSON knows"),
        ("{{ {1: 2} }}", "must be text, not integer"),
        ("{% set f = namespace() %}{{ f }}", "Namespace"),
        ("{% macro m() %}{% endmacro %}{{ m }}", "Macro"),
        ("{{ kv }}", "key store is no value"),
    ],
)
def test_what_is_no_json_is_an_error_that_names_it(text, word):
    assert word in str(failure(text))


def test_a_rendered_value_is_a_copy_of_the_data():
    data = {"x": [1]}

    rendered = render("{{ vars.d }}", variables={"d": data})
    rendered["x"].append(2)

    assert data == {"x": [1]}


def test_a_comment_beside_an_expression_changes_nothing():
    assert render("{# why #}{{ [1] }}") == [1]


def test_threads_may_render_the_same_text_for_the_first_time_together():
    for round_ in range(20):
        compiled = compile_value(f"{{{{ [x + {round_}, x] | map('string') | join('-') }}}}")
        with ThreadPoolExecutor(8) as threads:
            found = list(threads.map(lambda n, c=compiled: c.render(Scope(variables={"x": n})), range(16)))

        assert found == [f"{n + round_}-{n}" for n in range(16)]
