"""`when` and its kin. Source: language.md 4, 5, 8."""

from __future__ import annotations

import pytest

from app.engine.expressions import OutcomeView, compile_value
from tests.engine.expressions.rendering import condition_failure, failure, holds, render


@pytest.mark.parametrize("text", ["n > 1", "{{ n > 1 }}", "  {{n > 1}} \n", "true", "n > 1 and not false", "'{{' != '}}'"])
def test_a_condition_is_written_bare_or_in_braces(text):
    assert holds(text, variables={"n": 2}) is True


@pytest.mark.parametrize(
    "text", ["a {{ x }}", "{{ x }} and {{ y }}", "{{ x }} == 1", "{% if x %}true{% endif %}", "x == {{ y }}", "{{ x }}{{ y }}"]
)
def test_text_around_or_two_expressions_are_refused(text):
    problem = condition_failure(text)

    assert problem.kind == "syntax"
    assert "bare or in one" in str(problem)


@pytest.mark.parametrize("text", ["", "  ", "n >", "and", "n > 1)", "n 1"])
def test_an_unreadable_condition_is_refused(text):
    assert condition_failure(text, variables={"n": 1}).kind == "syntax"


@pytest.mark.parametrize(
    ("value", "word"), [(1, "integer"), ("true", "text"), (None, "null"), ([True], "list"), ({}, "mapping"), (0.5, "number")]
)
def test_a_condition_must_give_a_boolean(value, word):
    problem = condition_failure("vars.x", variables={"x": value})

    assert problem.kind == "type"
    assert f"type {word}" in str(problem)


@pytest.mark.parametrize(
    ("outcome", "asked", "true_ones"),
    [
        ("succeeded", False, {"succeeded"}),
        ("failed", False, {"failed"}),
        ("cancelled", False, {"failed"}),
        ("timed_out", False, {"failed", "timed_out"}),
        ("timed_out", True, {"timed_out"}),
        ("skipped", False, {"succeeded", "skipped"}),
    ],
)
def test_the_helpers_tell_how_the_task_ended(outcome, asked, true_ones):
    view = OutcomeView(outcome, timeout_is_failure=not asked)

    found = {h for h in ("succeeded", "failed", "timed_out", "skipped") if holds(f"{h}()", outcome=view)}

    assert found == true_ones


def test_result_and_error_belong_to_the_ended_task():
    ok = OutcomeView("succeeded", result=lambda: {"response": {"approved": True}})
    bad = OutcomeView("failed", error={"type": "timeout", "message": "m"})

    assert holds("result().response.approved", outcome=ok)
    assert holds("error() is none", outcome=ok)
    assert holds("error().type == 'timeout' and result() is none", outcome=bad)


def test_helpers_outside_of_a_transition_say_where_they_belong():
    problem = condition_failure("succeeded()")

    assert problem.kind == "undefined"
    assert "transitions" in str(problem)


def test_helper_names_are_still_free_for_variables():
    assert render("{{ result ~ error }}", variables={"result": "a", "error": "b"}) == "ab"


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("{{ a ? b : c }}", "b if a else c"),
        ("{{ a && b }}", "a and b"),
        ("{{ a || b }}", "a or b"),
        ("{{ !a }}", "not x"),
        ("{{ $.x }}", "vars.x"),
        ("{{ a ?? b }}", "default"),
        ("{{ a === b }}", "=="),
        ("{{ [x for x in y] }}", "map"),
        ("{{ a?.b }}", "default(none)"),
        ("{{ `a` }}", "~"),
        ("{{ f'a' }}", "~"),
    ],
)
def test_habits_from_other_engines_get_a_hint(text, word):
    problem = failure(text, variables={"a": True, "b": 1, "c": 2})

    assert problem.kind == "syntax"
    assert word in (problem.hint or "")


def test_yaql_is_refused_in_a_condition_with_a_hint():
    assert "{{" in (condition_failure("<% $.x %>").hint or "")


def test_a_syntax_error_says_where():
    assert failure("abc {{ a ? b }}").column == 10


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("{{ inputs.x }}", "parameters.x"),
        ("{{ steps.a.outputs.b }}", "task.<name>.result"),
        ("{{ secrets.X }}", "kv.get_secret"),
        ("{{ ctx().x }}", "vars.x"),
        ("{{ json.dumps(a) }}", "to_json"),
        ("{{ [1].length }}", "length(x)"),
    ],
)
def test_names_of_other_engines_say_what_is_written_here(text, word):
    assert word in (failure(text).hint or "")


def test_a_dollar_before_the_braces_is_told():
    assert compile_value("${{ 1 }}").hints == ("the `$` before {{ ... }} stays in the text; write {{ ... }} alone",)
