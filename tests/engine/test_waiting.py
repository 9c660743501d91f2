"""Why a run is where it is, in sentences."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.engine import wording
from app.engine.waiting import Asked, Facts, Workers, foremost, reason

T0 = datetime(2026, 11, 20, 14, 7, 31, tzinfo=UTC)


def _task(name: str, state: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "state": state, "visit": 1, "items": None, **more}


def _said(task: dict[str, Any], **facts: Any) -> str | None:
    return reason(task, Facts(now=T0, **facts))


def test_a_join_names_the_tasks_that_have_not_come():
    assert _said(_task("j", "waiting_join", join="all"), before={"j": ["b", "c"]}) == "waits for b and c."


def test_a_join_of_some_says_how_many_it_still_needs():
    said = _said(_task("j", "waiting_join", join=2), before={"j": ["b", "c", "d"]}, arrived={"j": 1})

    assert said == "waits for 1 of b, c and d."


def test_a_retry_says_which_when_and_why():
    due = (T0 + timedelta(seconds=38)).isoformat()
    task = _task("health", "waiting_retry", retry_count=2, max_retries=5, next_retry_at=due, error="answered 503")

    assert _said(task) == "retry 3 of 5 in 38 s: answered 503"
    assert _said(task, paused=True) == "retry 3 of 5 when the run is resumed: answered 503"


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (Asked(T0 - timedelta(minutes=4), datetime(2026, 11, 20, 16, tzinfo=UTC)), "waits for an answer. Asked 4 min ago, expires 16:00."),
        (Asked(T0 - timedelta(minutes=12), whom="alice"), "waits for an answer. Asked alice 12 min ago."),
        (Asked(T0, needed="1 more of ops", whom="anybody in ops"), "waits for 1 more of ops. Asked anybody in ops 0 s ago."),
        (None, "waits for an answer."),
    ],
    ids=["expires", "whom", "quorum", "unknown"],
)
def test_a_question_says_what_is_missing_whom_it_asks_and_until_when(question, said):
    assert _said(_task("approve", "waiting_inquiry"), questions={"approve": question} if question else {}) == said


def test_items_say_how_many_are_done_and_how_long_it_may_take():
    items = {"total": 240, "completed": 118, "failed": 2, "running": 5}
    task = _task("docs", "running", started_at=(T0 - timedelta(minutes=4)).isoformat())

    assert _said({**task, "items": items}) == "120 of 240 items, 5 at once, about 4 min left. 2 items failed."


def test_items_that_wait_for_their_retry_are_counted():
    task = _task("docs", "running", items={"total": 9, "completed": 1, "failed": 0, "running": 0, "waiting": 2})

    assert _said(task) == "1 of 9 items, 2 items wait to be retried."


@pytest.mark.parametrize(
    ("workers", "said"),
    [
        (Workers(0), "no worker is running: it waits until one starts."),
        (Workers(2, 16, 16), "waits for a free worker: 16 places, all taken."),
        (Workers(1, 8, 3), "is handed to a worker."),
        (None, "waits for a worker."),
    ],
    ids=["none", "busy", "free", "unknown"],
)
def test_what_no_worker_has_begun_says_how_many_there_are(workers, said):
    assert _said(_task("a", "running"), unstarted=frozenset({"a"}), workers=workers) == said


def test_an_environment_that_is_being_built_is_named():
    said = _said(_task("a", "running"), unstarted=frozenset({"a"}), building={"a": "shop"}, workers=Workers(1, 8, 0))

    assert said == "waits for the environment of pack shop, which is being built."


def test_a_nested_workflow_says_what_waits_inside():
    assert _said(_task("deploy", "running"), inside={"deploy": "approve waits for an answer."}) == "inside: approve waits for an answer."


def test_a_delay_says_how_long_and_until_when():
    task = _task("later", "pending", delay_until=(T0 + timedelta(minutes=10)).isoformat())

    assert _said(task) == "starts in 10 min, at 14:17."
    assert _said(task, paused=True) == "starts in 10 min, at 14:17, and then until the run is resumed."


def test_what_is_held_by_a_pause_says_so():
    assert _said(_task("a", "pending", held=True)) == "starts when the run is resumed."
    assert _said(_task("a", "pending"), paused=True) == "starts when the run is resumed."


def test_what_has_ended_or_was_not_reached_says_nothing():
    tasks = (_task("a", "completed"), _task("b", "pending", visit=0), _task("c", "skipped"))

    assert [_said(task) for task in tasks] == [None, None, None]


def test_what_a_person_can_end_comes_first():
    tasks = [_task(name, state, reason="why") for name, state in (("j", "waiting_join"), ("r", "running"), ("q", "waiting_inquiry"))]

    assert [task["name"] for task in foremost([*tasks, _task("x", "completed", reason=None)])] == ["q", "r", "j"]


def test_a_state_nobody_knows_is_said_and_breaks_nothing():
    assert "dreaming" in str(_said(_task("x", "dreaming")))


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "< 0.1 s"), (0.4, "0.4 s"), (3.0, "3 s"), (38, "38 s"), (161, "2 min 41 s"), (3840, "1 h 4 min"), (180_000, "2 d 2 h")],
)
def test_spans_are_short_and_never_wrong_by_more_than_their_last_unit(seconds, words):
    assert wording.span(seconds) == words
