"""A broken part does not take the rest of the drawing with it."""

from __future__ import annotations

import pytest

from app.engine.spec.document import load
from app.engine.spec.limits import DEFAULT_LIMITS
from app.engine.spec.recovery import recover
from tests.engine.spec.cases import checked

HEAD = "version: 1.0.0\nvars: {n: 1}\ntasks:\n"
A = "  - name: a\n    action: core.noop\n    on_success: c\n"
C = "  - name: c\n    action: core.noop\n"


@pytest.mark.parametrize(
    "broken",
    [
        "  - name: b\n    input: [1, 2\n",
        "  - name: b\n    input: {a: {{ x }} y}\n",
        "  - name: b\n   action: core.noop\n",
        "  - name: 'b\n    action: core.noop\n",
        "  - name: b: c\n",
        "  - name: b\n    when: @x\n",
        "  - name: b\n\taction: x\n",
        "  - name: b\n    acti\n    when: x\n",
    ],
    ids=["bracket", "template", "indentation", "quote", "colon", "at", "tab", "typing"],
)
def test_the_tasks_around_a_broken_one_are_still_read(broken):
    found = checked(HEAD + A + broken + C + "output_map: {x: 1}\n")

    assert {p.code for p in found.problems} <= {"syntax", "bad_key"}
    assert [task.name for task in found.spec.tasks] == ["a", "c"]
    assert found.spec.tasks[0].transitions[0].targets == ("c",)
    assert found.spec.output_map == (("x", 1),)
    assert found.document.complete is False


def test_places_of_what_was_read_are_those_of_the_text_itself():
    found = checked(HEAD + A + "  - name: b\n    input: [\n" + C)

    assert found.document.place("tasks[1].name").line == 9


def test_every_syntax_error_is_reported():
    found = checked(HEAD + "  - name: x: y\n" + A + "  - name: b\n    when: @x\n" + C)

    assert [(p.code, p.line) for p in found.problems] == [("syntax", 4), ("syntax", 9)]
    assert [task.name for task in found.spec.tasks] == ["a", "c"]


def test_a_broken_key_beside_the_tasks_is_left_out():
    found = checked("version: 1.0.0\nvars: {n: [\ntasks:\n" + A + C)

    assert [task.name for task in found.spec.tasks] == ["a", "c"]
    assert found.spec.vars == ()


def test_a_text_without_any_task_left_is_what_could_be_read():
    found = checked("version: 1.0.0\ntasks: [\n")

    assert [p.code for p in found.problems] == ["syntax"]


@pytest.mark.parametrize("text", ["- name: [", "{a: [", "  - 'x"])
def test_a_text_without_any_region_to_leave_out_is_told_to_be_broken(text):
    document = load(text)

    assert recover(document, DEFAULT_LIMITS) is document
    assert [problem.code for problem in document.problems] == ["syntax"]
