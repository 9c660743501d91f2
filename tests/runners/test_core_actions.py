"""core.noop, core.echo, core.set, core.fail and core.sleep."""

from __future__ import annotations

import threading
import time

import pytest

from app.engine.pure_actions import PURE_REFS, run_pure

OK = {"succeeded": True, "exit_code": 0, "duration_ms": 0, "stderr": ""}


@pytest.mark.parametrize(
    ("ref", "parameters", "result"),
    [
        ("core.echo", {"message": "hi"}, {**OK, "stdout": "hi\n"}),
        ("core.echo", {}, {**OK, "stdout": "\n"}),
        ("core.echo", {"message": {"a": [True]}}, {**OK, "stdout": '{"a": [true]}\n'}),
        ("core.noop", {}, {**OK, "stdout": ""}),
        ("core.noop", {"message": "m", "exit_code": "0"}, {**OK, "stdout": "m\n"}),
        ("core.set", {"values": {"a": None}}, {**OK, "stdout": "", "data": {"a": None}}),
        ("core.set", {}, {**OK, "stdout": "", "data": {}}),
    ],
    ids=str,
)
def test_pure_actions_that_succeed(ref, parameters, result):
    assert run_pure(ref, parameters) == result


@pytest.mark.parametrize(
    ("ref", "parameters", "error", "exit_code"),
    [
        ("core.fail", {"message": "no"}, "no", 1),
        ("core.fail", {}, "Failed by core.fail", 1),
        ("core.noop", {"exit_code": 3}, "Exited with code 3", 3),
        ("core.noop", {"exit_code": "x"}, "core.noop: exit_code is x; it takes a number from 0 to 255", 1),
        ("core.set", {"values": [1]}, "core.set: values is [1]; it takes an object", 1),
    ],
    ids=str,
)
def test_pure_actions_that_fail(ref, parameters, error, exit_code):
    result = run_pure(ref, parameters)

    assert (result["succeeded"], result["error"], result["exit_code"]) == (False, error, exit_code)


def test_other_actions_are_not_pure():
    assert run_pure("core.sleep", {}) is None
    assert {"core.noop", "core.echo", "core.set", "core.fail"} == PURE_REFS


def test_a_runner_gives_pure_results_and_their_output(run, recorded):
    outcome = run(action_ref="core.echo", runtime="native", parameters={"message": "hi"})

    assert outcome.status == "succeeded"
    assert outcome.result["stdout"] == recorded.text() == "hi\n"


def test_core_fail_through_a_runner_is_a_failure(run):
    outcome = run(action_ref="core.fail", runtime="native", parameters={"message": "broken"})

    assert (outcome.status, outcome.error) == ("failed", "broken")


def test_core_sleep_waits_as_long_as_told_and_prints_its_message(run):
    outcome = run(action_ref="core.sleep", parameters={"seconds": "0.2", "message": "awake"})

    assert outcome.status == "succeeded"
    assert outcome.result["stdout"] == "awake\n"
    assert outcome.result["duration_ms"] >= 200


def test_core_sleep_wakes_at_a_cancel(run, recorded):
    threading.Timer(0.1, recorded.cancelled.set).start()
    began = time.monotonic()

    outcome = run(action_ref="core.sleep", parameters={"seconds": 300}, timeout_s=600)

    assert outcome.status == "cancelled"
    assert outcome.result["succeeded"] is False
    assert time.monotonic() - began < 5


def test_core_sleep_ends_at_the_time_limit(run):
    outcome = run(action_ref="core.sleep", parameters={"seconds": 300}, timeout_s=0.2)

    assert outcome.status == "timed_out"
    assert outcome.error == "Execution timed out after 0.2 seconds"


@pytest.mark.parametrize("seconds", [-1, 3601, "soon", float("nan")], ids=str)
def test_core_sleep_refuses_other_numbers(run, seconds):
    outcome = run(action_ref="core.sleep", parameters={"seconds": seconds})

    assert outcome.status == "failed"
    assert "seconds is" in outcome.error
