"""Whatever is written, only ExpressionFailed comes out, in time; and data passes through unchanged."""

from __future__ import annotations

import json
import time

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.engine.errors import ExpressionFailed
from app.engine.expressions import Limits, OutcomeView, Scope, TaskView, compile_condition, compile_value

SMALL = Limits(seconds=0.3, output_chars=20_000, length=2_000, nodes=20_000)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)

_PIECES = [
    "{{", "}}", "{%", "%}", "{#", "#}", " ", "(", ")", "[", "]", "{", "}", ",", ":", ".", "|", "~", "+", "-", "*", "**", "/",
    "%", "<", "==", "in", "is", "not", "and", "or", "if", "else", "for", "endfor", "endif", "set", "macro", "endmacro", "m",
    "x", "vars", "task", "a", "result", "parameters", "kv", "keystore", "loop", "item", "range", "length", "join", "map",
    "select", "sort", "default", "replace", "'a'", "'%999d'", "1", "9999999", "1e9", "''", "true", "null", "upper", "center",
    "batch", "slice", "unique", "groupby", "from_json", "to_json", "match", "merge", "zip", "flat", "namespace", "ns", "=",
    "defined", "recursive", "call", "endcall", "with", "endwith", "filter", "endfilter", "raw", "endraw", "caller", "varargs",
]  # fmt: skip

names = st.sampled_from(["x", "vars.l", "vars.m", "parameters.s", "item", "task.a", "task.a.x", "nope", "1", "'ab'", "[1, 2]"])
calls = st.sampled_from(
    ["length(%s)", "sort(%s)", "%s | join(',')", "%s * 99999", "%s ** 99", "%s ~ %s", "%s[0]", "%s.y", "%s | map('upper')",
     "%s | sum", "range(%s)", "[%s, %s]", "{'k': %s}", "%s if %s else 1", "%s == %s", "%s in %s", "%s < %s", "%s + %s",
     "%s % 3", "%s | default(1)", "%s is defined", "replace(%s, 'a', %s)", "%s | center(500)", "%s | to_json",
     "%s | unique", "min(%s)", "%s | groupby('k')", "%s | batch(2)", "%s | items", "-%s", "not %s", "%s()", "%s | string"]
)  # fmt: skip
expressions = st.recursive(names, lambda inner: st.builds(lambda c, a, b: _fill(c, a, b), calls, inner, inner), max_leaves=6)


def _fill(call: str, first: str, second: str) -> str:
    return "(" + call.replace("%s", first, 1).replace("%s", second) + ")"


def _scope() -> Scope:
    return Scope(
        parameters={"s": "text"}, variables={"x": 3, "l": [3, 1, 2], "m": {"k": [1]}}, local={"item": "it"},
        tasks={"a": TaskView(result={"x": 1}, status="succeeded")}, outcome=OutcomeView("succeeded", result={"x": 1}),
        system={"timestamp": 1.0},
    )  # fmt: skip


def _outcome(text: str) -> object:
    started = time.process_time()
    try:
        value = compile_value(text, limits=SMALL).render(_scope())
    except ExpressionFailed as problem:
        assert str(problem)
        value = None
    assert time.process_time() - started < 3
    json.dumps(value, allow_nan=False)
    return value


@given(st.lists(st.sampled_from(_PIECES), max_size=25).map(" ".join))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_mixture_of_tokens_gives_json_or_expression_failed(text):
    _outcome(text)
    _outcome("{{ " + text + " }}")


@given(st.text(alphabet="{}%# '\"x.|()[]1a\n\\-+*~:,é\r", max_size=40))
@settings(max_examples=300, deadline=None)
def test_any_characters_give_json_or_expression_failed(text):
    _outcome(text)


@given(expressions)
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_expression_gives_json_or_expression_failed(text):
    _outcome("{{ " + text + " }}")
    _outcome("a {{ " + text + " }} b")


@given(st.lists(st.sampled_from(_PIECES), max_size=12).map(" ".join) | expressions)
@settings(max_examples=200, deadline=None)
def test_any_condition_gives_a_boolean_or_expression_failed(text):
    try:
        assert compile_condition(text, limits=SMALL).holds(_scope()) in (True, False)
    except ExpressionFailed as problem:
        assert str(problem)


@given(json_values)
@settings(max_examples=200, deadline=None)
def test_data_passes_through_an_expression_unchanged(value):
    for text in ("{{ parameters.x }}", "{{ vars['x'] }}", "{{ x }}", "{{ [x][0] }}", "{{ x if true else 1 }}"):
        rendered = compile_value(text).render(Scope(parameters={"x": value}, variables={"x": value}))
        assert json.dumps(rendered) == json.dumps(value)


@given(json_values)
@settings(max_examples=200, deadline=None)
def test_data_appears_as_json_in_a_template(value):
    rendered = compile_value("<{{ x }}>").render(Scope(variables={"x": value}))

    assert rendered[1:-1] == value if isinstance(value, str) else json.loads(rendered[1:-1]) == value


@given(json_values)
@settings(max_examples=100, deadline=None)
def test_to_json_and_from_json_are_inverse(value):
    assert compile_value("{{ x | to_json | from_json }}").render(Scope(variables={"x": value})) == value
