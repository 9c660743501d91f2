"""Pause, resume, cancel, time limits, late reports (language.md 11 "Control"; design.md 5)."""

from __future__ import annotations

import pytest

from app.engine.conductor.commands import ClearTimer, OpenInquiry
from app.engine.conductor.reports import InquiryAnswered, RunKey, Started, TaskStarted, TaskSucceeded
from app.engine.statuses import TaskState
from tests.engine.builders import Play, cancels, go, of_kind, task, timers, workflow


def test_while_paused_nothing_starts_and_resume_starts_what_was_held():
    play = Play("a -> b, c")

    play.pause()
    play.ok("a")
    assert (play.running, play.visit("b").held) == ([], True)
    play.resume()

    assert play.running == ["b", "c"]


def test_pausing_until_nothing_runs():
    play = Play("a -> b")

    play.pause()
    assert play.state.pausing
    play.ok("a")

    assert play.state.paused and not play.state.pausing


def test_a_question_to_people_does_not_keep_a_run_pausing_and_what_follows_waits():
    play = Play(workflow(task("ask", go("b"), action="core.ask", timeout_s=9), task("b")))

    play.pause()
    assert not play.state.pausing
    play.ok("ask")
    assert play.running == []
    play.resume()

    assert play.running == ["b"]


def test_a_question_is_opened_and_not_run():
    play = Play(workflow(task("ask", action="core.ask", timeout_s=9, input={"prompt": "ok?"})))

    (command,) = play.out.values()
    assert isinstance(command, OpenInquiry) and command.timeout_s == 9
    assert play.visit("ask").state is TaskState.WAITING_INQUIRY


def test_timers_that_fire_while_paused_are_held():
    play = Play(workflow(task("a", retry={"count": 1, "delay_s": 5}), task("b", delay_s=5), task("c", with_items=[1], retry={"count": 1, "delay_s": 5})))

    play.bad("a")
    play.bad("c", item=0)
    play.pause()
    play.due("retry", "a", attempt=2)
    play.due("delay", "b")
    play.due("retry", "c", item=0, attempt=2)
    assert play.running == []
    play.resume()

    assert play.running == ["a~2", "b", "c[0]~2"]


def test_an_immediate_retry_is_held_while_paused():
    play = Play(workflow(task("a", retry={"count": 1}), task("c", with_items=[1], retry={"count": 1})))

    play.pause()
    play.bad("a")
    play.bad("c", item=0)
    assert play.running == []
    play.resume()

    assert play.running == ["a~2", "c[0]~2"]


def test_no_further_item_starts_while_paused():
    play = Play(workflow(task("a", with_items=[1, 2, 3], concurrency=1)))

    play.pause()
    play.ok("a", item=0)
    assert play.running == [] and play.status == "running"
    play.resume()

    assert play.running == ["a[1]"]


def test_an_inquiry_answered_while_paused_is_held():
    play = Play(workflow(task("a", wait_for="{{ 7 }}")))

    play.pause()
    play.report(InquiryAnswered(7))
    assert play.running == []
    play.resume()

    assert play.running == ["a"]


def test_cancel_lets_what_runs_finish_and_starts_nothing_new():
    play = Play("a -> b; c")

    assert cancels(play.cancel()) == [("a", False), ("c", False)]
    assert play.status == "canceling"
    play.ok("a")
    play.dropped("c")

    assert (play.status, play.started) == ("cancelled", ["a", "c"])
    assert play.finish.result == {"succeeded": False, "error": "Workflow cancelled"}


def test_cancel_running_stops_what_runs():
    play = Play(workflow(task("a"), cancellation_policy="cancel_running"))

    assert cancels(play.cancel()) == [("a", True)]


def test_a_caller_may_insist_after_a_gentle_cancel():
    play = Play("a")

    play.cancel()
    assert play.cancel() == []
    assert cancels(play.cancel(cancel_running=True)) == [("a", True)]
    assert play.cancel(cancel_running=True) == []


def test_cancel_ends_what_waits_at_once_and_clears_its_timers():
    spec = workflow(
        task("a", retry={"count": 1, "delay_s": 5}), task("b", delay_s=9), task("w", wait_for="{{ 3 }}"),
        task("x", go("j")), task("y", go("j")), task("j", join="all"),
    )  # fmt: skip
    play = Play(spec)

    play.bad("a")
    play.ok("x")
    commands = play.cancel()

    states = {name: play.visit(name).state for name in "abwj"}
    assert set(states.values()) == {TaskState.CANCELLED}
    assert {c.kind for c in of_kind(commands, ClearTimer)} == {"retry", "delay"}
    play.ok("y")
    assert play.status == "cancelled"


def test_cancel_withdraws_questions_whatever_the_policy():
    play = Play(workflow(task("ask", action="core.ask")))

    assert cancels(play.cancel()) == [("ask", True)]


def test_cancel_counts_items_that_were_not_run():
    play = Play(workflow(task("a", with_items=[1, 2, 3, 4], concurrency=2, retry={"count": 1, "delay_s": 5})))

    play.bad("a", item=0)
    assert cancels(play.cancel()) == [("a[1]", False)]
    play.ok("a", item=1)

    items = play.visit("a").items
    assert (items.succeeded, items.failed, items.cancelled) == (1, 0, 3)
    assert (play.visit("a").state, play.status) == (TaskState.CANCELLED, "cancelled")


def test_cancel_before_the_start_ends_the_run():
    play = Play("a", start=False)

    play.cancel()

    assert (play.status, play.started) == ("cancelled", [])


def test_cancel_of_a_paused_run_ends_it():
    play = Play("a -> b")

    play.pause()
    play.ok("a")
    play.cancel()

    assert play.status == "cancelled"


def test_a_cancelled_task_does_not_look_at_its_transitions():
    play = Play(workflow(task("a", go("b")), task("b"), cancellation_policy="cancel_running"))

    play.cancel()
    play.dropped("a")

    assert play.visit("a").transitions == () and play.status == "cancelled"


def test_the_time_limit_of_a_caller_fails_the_run_as_timed_out():
    play = Play("a")

    assert cancels(play.cancel(timed_out=True)) == [("a", True)]
    play.dropped("a")

    assert play.status == "failed" and "timed out" in play.error


def test_a_run_whose_callers_time_is_over_before_it_began_ends_at_once():
    play = Play("a", start=False)

    play.cancel(timed_out=True)

    assert (play.status, play.started) == ("failed", []) and "timed out" in play.error


def test_a_time_limit_stops_what_a_gentle_cancel_lets_run():
    play = Play(workflow(task("a"), timeout_s=60))

    play.cancel()
    assert cancels(play.due("workflow", visit=0, attempt=0)) == [("a", True)]
    play.dropped("a")

    assert play.status == "cancelled"


def test_the_same_report_twice_changes_nothing():
    play = Play("a -> b")
    key = play.key("a")

    play.ok("a")
    before = play.state
    commands = play.report(TaskSucceeded(key, {}))

    assert commands == [] and play.state is before


@pytest.mark.parametrize(
    "report",
    [
        TaskSucceeded(RunKey("a", 1, None, 2), {}), TaskSucceeded(RunKey("a", 2, None, 1), {}),
        TaskSucceeded(RunKey("a", 1, 0, 1), {}), TaskSucceeded(RunKey("ghost", 1, None, 1), {}),
        TaskStarted(RunKey("a", 1, 3, 1)), InquiryAnswered(99), Started(),
    ],
)  # fmt: skip
def test_a_stale_report_changes_nothing(report):
    play = Play("a -> b")
    before = play.state

    assert play.report(report) == [] and play.state is before


def test_an_ended_run_takes_no_report():
    play = Play("a")
    play.ok("a")
    before = play.state

    assert [play.pause(), play.resume(), play.cancel(), play.report(Started())] == [[], [], [], []]
    assert play.state is before


def test_a_worker_that_begins_stamps_the_start_once():
    play = Play("a")
    play.later(3)

    assert play.report(TaskStarted(play.key("a"))) != []
    assert play.visit("a").started_at == play.now
    assert play.report(TaskStarted(play.key("a"))) == []


def test_a_workflow_timer_is_cleared_at_the_end():
    play = Play(workflow(task("a"), timeout_s=5))

    assert [c.kind for c in of_kind(play.ok("a"), ClearTimer)] == ["workflow"]
    assert timers([]) == []
