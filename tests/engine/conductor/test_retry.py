"""Retries, delays and time limits (language.md 3, 11 "Retry and time")."""

from __future__ import annotations

import pytest

from app.engine.conductor.reports import InquiryAnswered, Started
from app.engine.conductor.retries import delay_s
from app.engine.spec.model import RetrySpec
from app.engine.statuses import Outcome, TaskState
from tests.engine.builders import Play, awaited, cancels, go, task, timers, workflow


@pytest.mark.parametrize(
    ("spec", "delays"),
    [
        (RetrySpec(4, 3), [3, 3, 3]), (RetrySpec(4, 3, "linear"), [3, 6, 9]), (RetrySpec(4, 3, "exponential"), [3, 6, 12]),
        (RetrySpec(4, 3, "exponential", max_delay_s=5), [3, 5, 5]), (RetrySpec(4), [0, 0, 0]),
    ],
)  # fmt: skip
def test_delay_grows_as_written(spec, delays):
    assert [delay_s(spec, n, chance=0.5) for n in (1, 2, 3)] == delays


@pytest.mark.parametrize(("chance", "delay"), [(0.0, 5.0), (0.5, 10.0), (0.75, 12.5)])
def test_jitter_spreads_the_delay(chance, delay):
    assert delay_s(RetrySpec(1, 10, jitter=0.5), 1, chance=chance) == delay


def test_a_delay_that_grows_beyond_all_dates_still_gives_one():
    play = Play(workflow(task("a", retry={"count": 100, "delay_s": 1e9, "backoff": "exponential"})))

    for _ in range(60):
        play.bad("a")
        play.due("retry", "a", attempt=play.visit("a").attempt + 1)

    assert play.running == ["a~61"]


def test_a_failure_is_tried_again_after_the_delay_and_transitions_wait_for_the_last_attempt():
    play = Play(workflow(task("a", go("b", when="failed()"), retry={"count": 1, "delay_s": 5}), task("b")))

    assert timers(play.bad("a")) == [("retry", "a~2", 5.0)]
    assert play.visit("a").state is TaskState.WAITING_RETRY and play.running == []
    play.due("retry", "a", attempt=2)
    play.bad("a")

    assert (play.running, play.visit("a").attempt) == (["b"], 2)


def test_without_delay_the_next_attempt_starts_at_once():
    play = Play(workflow(task("a", retry={"count": 2})))

    play.bad("a")
    play.late("a")
    play.ok("a")

    assert (play.started, play.status) == (["a", "a~2", "a~3"], "completed")


@pytest.mark.parametrize(
    ("retry", "how", "again"),
    [
        ({"on_error": "{{ error().type == 'busy' }}"}, "bad", False),
        ({"on_error": "{{ error().type == 'timeout' }}"}, "late", True),
        ({"when": "{{ result().n == 1 }}"}, "ok", True),
        ({"when": "{{ result().n == 2 }}"}, "ok", False),
        ({"when": "{{ failed() }}"}, "bad", True),
        ({"when": "{{ false }}"}, "bad", False),
        ({"when": "{{ false }}", "on_error": "{{ true }}"}, "bad", True),
        ({"when": "{{ true }}", "on_error": "{{ false }}"}, "bad", True),
        ({"on_error": "{{ true }}"}, "ok", False),
        ({}, "dropped", False),
    ],
)  # fmt: skip
def test_conditions_decide_about_another_attempt(retry, how, again):
    play = Play(workflow(task("a", retry={"count": 1, **retry})))

    play.ok("a", {"n": 1}) if how == "ok" else getattr(play, how)("a")

    assert (play.running == ["a~2"]) is again


def test_when_attempts_are_used_up_the_last_ones_own_outcome_counts():
    play = Play(workflow(task("a", retry={"count": 1, "when": "{{ not result().ready }}"})))

    play.ok("a", {"ready": False})
    play.ok("a", {"ready": False})

    assert play.visit("a").outcome is Outcome.SUCCEEDED


def test_a_retry_condition_that_can_not_be_evaluated_fails_the_task():
    play = Play(workflow(task("a", retry={"count": 1, "when": "{{ vars.nope }}"})))

    play.ok("a")

    assert play.visit("a").error.type == "expression" and play.status == "failed"


def test_a_delay_is_waited_for_before_the_task_starts_and_after_its_guard():
    play = Play(workflow(task("a", delay_s=1.5), task("s", delay_s=5, when="{{ false }}")), start=False)

    assert timers(play.report(Started())) == [("delay", "a", 1.5)]
    play.due("delay", "a")
    play.due("delay", "a")

    assert play.started == ["a"] and play.visit("s").state is TaskState.SKIPPED


def test_the_time_limit_of_a_workflow_stops_what_runs_and_fails_it_with_timed_out():
    play = Play(workflow(task("a", go("b")), task("b"), timeout_s=60), start=False)

    assert timers(play.report(Started())) == [("workflow", "", 60.0)]
    commands = play.due("workflow", visit=0, attempt=0)
    assert cancels(commands) == [("a", True)]
    play.dropped("a")

    assert play.status == "failed" and "timed out" in play.error and play.finish.error.type == "timeout"


def test_a_wait_for_task_starts_when_the_inquiry_is_answered():
    play = Play(workflow(task("a", wait_for="{{ parameters.id }}")), parameters={"id": 7}, start=False)

    assert awaited(play.report(Started())) == [7]
    assert play.visit("a").state is TaskState.WAITING_INQUIRY
    play.report(InquiryAnswered(7))
    play.report(InquiryAnswered(7))

    assert play.started == ["a"]


@pytest.mark.parametrize(("outcome", "state"), [("timeout", TaskState.TIMED_OUT), ("cancelled", TaskState.FAILED)])
def test_a_wait_for_task_ends_when_its_inquiry_is_never_answered(outcome, state):
    play = Play(workflow(task("a", go("b", when="failed()"), wait_for="{{ 7 }}"), task("b")))

    play.report(InquiryAnswered(7, outcome))

    assert play.visit("a").state is state and play.running == ["b"]


def test_retry_conditions_see_the_attempt_that_has_just_ended_as_their_own_task():
    when = "task.a.attempts < 3 and task.a.status == 'failed' and task.a.error.message == 'no'"
    play = Play(workflow(task("a", retry={"count": 9, "when": when})))

    for _ in range(3):
        play.bad("a", "no")

    assert (play.started, play.status) == (["a", "a~2", "a~3"], "failed")
