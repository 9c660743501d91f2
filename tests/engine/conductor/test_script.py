"""What a rehearsal does with its script, and with what nobody scripted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.engine.conductor.bounds import Bounds
from app.engine.conductor.rehearse import Rehearsal, drive
from app.engine.errors import InvalidValue, LimitExceeded
from app.engine.spec.catalog import ActionInfo, ActionList
from app.engine.spec.document import load
from app.engine.spec.parse import parse_workflow

T0 = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
CATALOG = ActionList(
    [
        ActionInfo("ci.build", {"count": {"type": "integer", "required": True}}, {"file": {"type": "string"}}),
        ActionInfo("core.sleep"),
        ActionInfo("ci.region", None, {"ok": {"type": "boolean"}}, is_workflow=True),
    ]
)


def play(text: str, *script: dict, **more) -> Rehearsal:
    spec = parse_workflow(load("version: 1\n" + text), ref="ci.flow").spec
    assert spec is not None
    return drive(spec, script, now=T0, catalog=CATALOG, **more)


def test_entries_follow_the_attempts_and_the_last_one_stays():
    text = "tasks: [{name: build, action: ci.build, input: {count: 1}, retry: {count: 5, delay: 10}}]"
    played = play(
        text,
        {"task": "build", "error": {"message": "one"}},
        {"task": "build", "error": {"message": "two"}, "took_s": 5},
        {"task": "build", "result": {"file": "x"}},
    )

    assert [(s.what, s.attempt, (s.error or {}).get("message")) for s in played.steps] == [
        ("running", 1, None), ("waiting_retry", 2, "one"), ("running", 2, None), ("waiting_retry", 3, "two"),
        ("running", 3, None), ("completed", 3, None),
    ]  # fmt: skip
    assert played.now == T0 + timedelta(seconds=1 + 10 + 5 + 10 + 1)


def test_input_is_cast_as_a_run_does_it_and_a_wrong_one_fails_the_task():
    text = "tasks: [{name: build, action: ci.build, input: {count: %s}}]"

    assert play(text % '"12"').steps[0].input == {"count": 12}
    wrong = play(text % "many", {"task": "build", "result": {}})
    assert (wrong.steps[-1].what, wrong.steps[-1].error["type"]) == ("failed", "invalid_input")


def test_an_unknown_action_fails_unless_it_is_scripted():
    text = "tasks: [{name: it, action: ci.later}]"

    assert play(text).steps[-1].error["type"] == "not_found"
    assert play(text, {"task": "it", "result": {"a": 1}}).status == "completed"


def test_a_nested_workflow_gives_an_example_of_its_own_output():
    played = play("tasks: [{name: it, action: ci.region}]\noutput_map: {all: '{{ task.it.result }}'}")

    assert played.output == {"all": {"ok": True, "succeeded": True}, "succeeded": True}


def test_what_a_failed_action_printed_is_seen_beside_its_error():
    text = """
tasks:
  - name: build
    action: ci.build
    input: {count: 1}
    next: [{when: "failed() and result().code == 3", publish: [{why: "{{ error().type }}"}], do: noop}]
"""
    played = play(text, {"task": "build", "error": {"type": "failed", "message": "no"}, "result": {"code": 3}})

    assert (played.status, played.variables) == ("completed", {"why": "failed"})


def test_every_mistake_of_a_script_is_told_with_its_place():
    text = "tasks: [{name: build, action: ci.build, input: {count: 1}}]"
    with pytest.raises(InvalidValue) as refused:
        play(text, {"task": "biuld"}, {"task": "build", "item": 2}, {"task": "build", "took_s": -1})

    assert [problem["path"] for problem in refused.value.details] == ["script[0].task", "script[1].item", "script[2].took_s"]
    assert "Did you mean 'build'?" in refused.value.message


def test_a_result_that_repeats_itself_is_not_written_out_to_be_measured():
    huge = ["x" * 100]
    for _ in range(8):
        huge = [huge] * 50
    with pytest.raises(LimitExceeded) as refused:
        play(
            "tasks: [{name: build, action: ci.build, input: {count: 1}}]",
            {"task": "build", "result": huge},
            bounds=Bounds(size=10_000),
        )

    assert refused.value.setting == "ATTUNE_REHEARSAL_SIZE"


def test_a_result_that_does_not_fit_the_declared_output_is_a_warning():
    played = play("output: {n: {type: integer}}\ntasks: [{name: a, action: ci.region}]\noutput_map: {n: many}")

    assert [warning["path"] for warning in played.warnings] == ["output.n"]


def test_a_sleep_that_nobody_scripted_takes_the_seconds_it_is_told():
    slept = play('tasks: [{name: nap, action: core.sleep, input: {seconds: "{{ 40 + 2 }}"}}]')
    odd = play("tasks: [{name: nap, action: core.sleep, input: {seconds: soon}}]")

    assert (slept.now - T0, odd.now - T0) == (timedelta(seconds=42), timedelta(seconds=1))
