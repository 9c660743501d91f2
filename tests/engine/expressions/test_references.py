"""What a text uses, for the validator and for renaming."""

from __future__ import annotations

import pytest

from app.engine.expressions import Reference, compile_condition, compile_value


def used(raw):
    return {(r.namespace, r.path) for r in compile_value(raw).references}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{ task.build.result.x }}", {("task", ("build", "result", "x"))}),
        ("{{ tasks['a b']['x'].y }}", {("task", ("a b", "x", "y"))}),
        ("{{ parameters.x + vars.y + workflow.z + variables.q }}",
         {("parameters", ("x",)), ("vars", ("y",)), ("vars", ("z",)), ("vars", ("q",))}),
        ("{{ pack.config.url ~ config.url ~ pack.ref }}", {("config", ("url",)), ("pack", ("ref",))}),
        ("{{ n.x }} {{ item }}", {("", ("n", "x")), ("", ("item",))}),
        ("{{ succeeded() and result().a.b }}", {("()", ("succeeded",)), ("()", ("result", "a", "b"))}),
        ("{{ kv.get('a.b') ~ keystore.c.d }}", {("kv", ("a.b",)), ("kv", ("c", "d"))}),
        ("{{ kv.get_secret('s').field }}", {("kv", ("s",))}),
        ("{{ kv.get(n) }}", {("", ("n",))}),
        ("{{ task.a.results[0].x }}", {("task", ("a", "results"))}),
        ("{{ task[n].x }}", {("task", ()), ("", ("n",))}),
        ("{{ length(task.a.x) | default(vars.y) }}", {("task", ("a", "x")), ("vars", ("y",))}),
        ("{% for i in vars.list %}{{ i.x }}{{ loop.index }}{% endfor %}", {("vars", ("list",))}),
        ("{% set a = b %}{{ a }}", {("", ("b",))}),
        ("{% macro m(x) %}{{ x }}{{ y }}{% endmacro %}{{ m(1) }}", {("", ("y",))}),
        ("{{ null }}{{ true }}{{ 'task.x' }}", set()),
        ("{% if task.a.x > 1 %}{{ inquiry.ask.response }}{% endif %}", {("task", ("a", "x")), ("inquiry", ("ask", "response"))}),
    ],
)  # fmt: skip
def test_references(text, expected):
    assert used(text) == expected


def test_references_of_a_mapping_are_those_of_all_its_texts():
    assert used({"a": "{{ x }}", "b": ["{{ vars.y }}", "plain"]}) == {("", ("x",)), ("vars", ("y",))}


@pytest.mark.parametrize(
    ("text", "written", "column"),
    [
        ("{{ task.build.x }}", "task.build.x", 4),
        ("ü {{ tasks['build'].x }} rest", "tasks['build'].x", 6),
        ("{{ 'task.build' ~ task.build }}", "task.build", 19),
        ("a\nb {{  task . build }}", "task . build", 9),
        ("{% if task.build.x %}{% endif %}", "task.build.x", 7),
        ('{{ task["build"]["x"] }}', 'task["build"]["x"]', 4),
    ],
)
def test_a_reference_knows_its_place_and_how_it_is_written(text, written, column):
    (reference,) = compile_value(text).references

    assert (reference.text, reference.column) == (written, column)
    assert text[column - 1 :].startswith(written)


def test_each_place_is_a_reference_of_its_own():
    columns = {r.column for r in compile_value("{{ task.a.x }} {{ task.a.x }}").references}

    assert columns == {4, 19}


def test_references_of_a_bare_condition():
    assert compile_condition("task.a.x > n").references == {
        Reference("task", ("a", "x"), "task.a.x", 1),
        Reference("", ("n",), "n", 12),
    }
