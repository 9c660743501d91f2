"""What is held against an expectation, and how a difference reads."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.engine.conductor.rehearse import drive
from app.engine.rehearsals.pack_tests import Expectation
from app.engine.rehearsals.verdicts import Mismatch, differences, judge
from app.engine.spec.document import load
from app.engine.spec.parse import parse_workflow

T0 = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
TEXT = """
version: 1
parameters: {token: {type: string, secret: true, default: correct-horse-battery}}
vars: {wheel: none}
tasks:
  - name: build
    action: ci.build
    input: {token: "{{ parameters.token }}"}
    next:
      - {when: succeeded(), publish: [{wheel: "{{ result().wheel }}"}], do: each}
  - {name: each, action: ci.each, with_items: [a, b], input: {name: "{{ item }}"}}
output_map: {wheel: "{{ vars.wheel }}"}
"""
SPEC = parse_workflow(load(TEXT), ref="ci.flow").spec
assert SPEC is not None
GOOD = drive(SPEC, [{"task": "build", "result": {"wheel": "w.whl"}}], parameters={}, now=T0)
BAD = drive(SPEC, [{"task": "build", "error": {"message": "no space"}}], parameters={}, now=T0)
STOPPED = drive(SPEC, [{"task": "build", "result": {"wheel": "w.whl"}}], parameters={}, now=T0, until="each")


def test_what_came_as_expected_is_no_mismatch():
    expect = Expectation(
        status="completed",
        path=("build", "each"),
        tasks={"build": "completed", "each": "completed"},
        output={"wheel": "w.whl"},
        vars={"wheel": "w.whl"},
        inputs={"build": {"token": "***"}, "each": [{"name": "a"}, {"name": "b"}]},
        waiting=(),
    )

    assert judge(expect, GOOD) == []


def test_an_error_is_expected_by_a_part_of_its_text():
    assert judge(Expectation(status="failed", error="space"), BAD) == []


def test_what_waits_is_expected_in_any_order():
    assert judge(Expectation(status="running", waiting=("each",)), STOPPED) == []


@pytest.mark.parametrize(
    ("expect", "played", "path", "got"),
    [
        (Expectation(status="completed"), BAD, "status", "failed"),
        (Expectation(path=("build",)), GOOD, "path", ["build", "each"]),
        (Expectation(path=("each", "build")), GOOD, "path", ["build", "each"]),
        (Expectation(tasks={"each": "completed"}), BAD, "tasks.each", "pending"),
        (Expectation(output={"wheel": "none"}), GOOD, "output.wheel", "w.whl"),
        (Expectation(vars={"wheel": "other"}), GOOD, "vars.wheel", "w.whl"),
        (Expectation(inputs={"each": {"name": "a"}}), GOOD, "inputs.each.name", "b"),
        (Expectation(inputs={"each": [{"name": "a"}]}), GOOD, "inputs.each", [{"name": "a"}, {"name": "b"}]),
        (Expectation(error="network"), BAD, "error", "Task 'build' failed: no space"),
        (Expectation(waiting=("build",)), STOPPED, "waiting", ["each"]),
        (Expectation(inputs={"build": {"token": "correct-horse-battery"}}), GOOD, "inputs.build.token", "***"),
    ],
)
def test_what_came_otherwise_is_named_with_what_came(expect, played, path, got):
    [found] = judge(expect, played)

    assert (found.path, found.got, found.is_missing) == (path, got, False)


@pytest.mark.parametrize(
    ("expect", "played", "path", "hint"),
    [
        (Expectation(tasks={"biuld": "completed"}), GOOD, "tasks.biuld", "Did you mean 'build'?"),
        (Expectation(inputs={"biuld": {}}), GOOD, "inputs.biuld", "Did you mean 'build'?"),
        (Expectation(inputs={"each": {}}), BAD, "inputs.each", "It did not run."),
        (Expectation(output={"other": 1}), GOOD, "output.other", ""),
        (Expectation(error="no"), GOOD, "error", ""),
    ],
)
def test_what_did_not_come_at_all_is_missing(expect, played, path, hint):
    [found] = judge(expect, played)

    assert (found.path, found.is_missing) == (path, True)
    assert hint in found.hint


def test_a_failed_run_says_why_beside_the_status():
    [found] = judge(Expectation(status="completed"), BAD)

    assert found.hint == "The error: Task 'build' failed: no space"


@pytest.mark.parametrize(
    ("expected", "got", "paths"),
    [
        (1, 1.0, []),
        (True, 1, ["x"]),
        (0, False, ["x"]),
        (None, None, []),
        ([], [], []),
        ([1], [1, 2], ["x"]),
        ([1, {"a": 2}], [1, {"a": 3, "b": 4}], ["x[1].a"]),
        ({}, {"a": 1}, []),
        ({"a": {"b": 1}}, {"a": {}}, ["x.a.b"]),
        ({"a": 1}, [1], ["x"]),
        ("1", 1, ["x"]),
    ],
)
def test_values_compare_as_json_and_keys_not_named_do_not_count(expected, got, paths):
    assert [mismatch.path for mismatch in differences(expected, got, "x")] == paths


def test_a_key_that_is_null_is_not_one_that_is_missing():
    assert list(differences({"a": None}, {}, "x")) == [Mismatch("x.a", None, None, is_missing=True)]
