"""Whatever text comes, loading and checking answer with findings and never raise."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from app.engine.spec.document import load
from app.engine.spec.places import path_of, path_text
from app.engine.spec.validate import check_definition
from tests.engine.spec.cases import CATALOG, checked

WORDS = [
    "tasks", "name", "action", "next", "when", "do", "publish", "retry", "count", "join", "with_items", "on_success", "decision",
    "default", "vars", "parameters", "output_map", "type", "parallel", "input", "core.noop", "a", "b", "fail", "{{ a }}", "{{ task.a.x }}",
    "{{", "all", "1", "-1", "true", "null", "&x", "*x", "<<", "!!int", "'", '"', "|", ">", "#", "%", "@", "😀", "\t", "\x85", "\u2028", "\ud800", "\x00",
]  # fmt: skip
PIECES = st.one_of(
    st.sampled_from(WORDS),
    st.sampled_from([": ", "- ", "\n", "\n  ", "\n    ", "{", "}", "[", "]", ", ", "? "]),
)
texts = st.lists(PIECES, max_size=40).map("".join)

scalars = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=12), st.sampled_from(WORDS))  # fmt: skip
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.sampled_from(WORDS) | st.text(max_size=5), inner, max_size=5),
    ),
    max_leaves=20,
)
TASK_KEYS = ["type", "input", "when", "with_items", "batch_size", "batch_mode", "concurrency", "delay", "retry", "timeout", "join",
    "max_visits", "next", "publish", "on_success", "on_failure", "decision", "tasks", "wait_for"]  # fmt: skip
tasks = st.builds(
    lambda name, action, rest: {"name": name, "action": action, **rest},
    st.sampled_from(["a", "b", "c", 3, None]),
    st.sampled_from(["core.noop", "core.ask", None, "x"]),
    st.dictionaries(st.sampled_from(TASK_KEYS), values, max_size=4),
)
definitions = st.builds(
    lambda listed, rest: {"tasks": listed, **rest},
    st.lists(tasks, max_size=4),
    st.dictionaries(
        st.sampled_from(["vars", "parameters", "output", "output_map", "timeout", "tags", "version"]),
        values,
        max_size=3,
    ),
)


@given(st.text(max_size=200) | texts | st.binary(max_size=60))
@settings(max_examples=300, deadline=None)
def test_loading_never_raises_and_places_are_inside_the_text(text):
    document = load(text)

    lines = document.lines()
    for problem in document.problems:
        assert problem.line is None or 1 <= problem.line <= max(1, len(lines))
        assert problem.column is None or problem.column >= 1
    json.dumps(document.value)


@given(texts)
@settings(max_examples=150, deadline=None)
def test_checking_a_text_never_raises(text):
    checked(text)


@given(definitions)
@settings(max_examples=200, deadline=None)
def test_checking_a_definition_never_raises(definition):
    found = check_definition(definition, catalog=CATALOG)

    assert all(problem.message and problem.code for problem in found.problems)


@given(values)
@settings(max_examples=200, deadline=None)
def test_json_written_as_text_loads_as_the_same_value(value):
    document = load(json.dumps(value))

    if not document.problems:
        assert document.value == value


@given(st.lists(st.one_of(st.integers(0, 99), st.text(min_size=1, max_size=8)), max_size=5))
def test_a_path_survives_its_text_form(steps):
    assert path_of(path_text(tuple(steps))) == tuple(steps)
