"""Why a run is where it is, in sentences."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.engine.graph.build import Edge
from app.web import wording
from app.web.sentences import sentences

T0 = datetime(2026, 11, 20, 14, 7, 31, tzinfo=UTC)


def _task(name: str, state: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "state": state, "items": None, **more}


def _edge(source: str, target: str) -> Edge:
    return Edge(source, target, "succeeded", None, None, 0, "")


def _said(*tasks: dict[str, Any], edges: Any = (), inquiries: Any = ()) -> dict[str, str]:
    return {s.task: s.text for s in sentences(list(tasks), list(edges), list(inquiries), T0)}


def test_a_join_names_the_tasks_that_have_not_ended():
    tasks = (_task("a", "completed"), _task("b", "running"), _task("c", "pending"), _task("j", "waiting_join"))

    said = _said(*tasks, edges=[(_edge("a", "j"), True), (_edge("b", "j"), None), (_edge("c", "j"), None)])

    assert said["j"] == "waits for b and c."


def test_a_retry_says_which_when_and_why():
    due = (T0 + timedelta(seconds=38)).isoformat()
    task = _task("health", "waiting_retry", retry_count=2, max_retries=5, next_retry_at=due, error="answered 503")

    assert _said(task)["health"] == "retry 3 of 5 in 38 s: answered 503"


def test_a_question_says_since_when_and_until_when():
    asked = {"task_name": "approve", "id": 9, "status": "pending", "created": (T0 - timedelta(minutes=4)).isoformat(), "timeout_at": "2026-11-20T16:00:00Z"}

    assert _said(_task("approve", "waiting_inquiry"), inquiries=[asked])["approve"] == "waits for an answer. Asked 4 min ago, expires 16:00."


def test_items_say_how_many_are_done_and_how_long_it_may_take():
    items = {"total": 240, "completed": 118, "failed": 2, "running": 5}
    task = _task("docs", "running", started_at=(T0 - timedelta(minutes=4)).isoformat())

    assert _said({**task, "items": items})["docs"] == "120 of 240 items, 5 at once, about 4 min left. 2 items failed."


def test_what_has_ended_or_was_not_reached_says_nothing():
    assert _said(_task("a", "completed"), _task("b", "pending"), _task("c", "skipped")) == {}


def test_what_a_person_can_end_comes_first():
    said = _said(_task("j", "waiting_join"), _task("r", "running"), _task("q", "waiting_inquiry"))

    assert list(said) == ["q", "r", "j"]


def test_a_state_nobody_knows_is_said_and_breaks_nothing():
    assert "dreaming" in _said(_task("x", "dreaming"))["x"]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "< 0.1 s"), (0.4, "0.4 s"), (3.0, "3 s"), (38, "38 s"), (161, "2 min 41 s"), (3840, "1 h 4 min"), (180_000, "2 d 2 h")],
)
def test_spans_are_short_and_never_wrong_by_more_than_their_last_unit(seconds, words):
    assert wording.span(seconds) == words
