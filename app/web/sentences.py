"""Why a run is where it is: one sentence for every task that runs or holds the run up. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.engine.graph.build import Edge
from app.engine.statuses import TASK_ENDED
from app.web import wording
from app.web.vocabulary import task_look

Edges = Sequence[tuple[Edge, bool | None]]

_ORDER = ("waiting_inquiry", "failed", "waiting_retry", "running", "waiting_join", "pending")


@dataclass(frozen=True, slots=True)
class Sentence:
    """`task` does or waits for `text`; `inquiry` is the question whose answer ends the wait."""

    task: str
    mark: str
    text: str
    inquiry: int | None = None


def sentences(
    tasks: Sequence[Mapping[str, Any]],
    edges: Edges,
    inquiries: Sequence[Mapping[str, Any]],
    now: datetime,
) -> list[Sentence]:
    """Sentences, the ones a person can end first.

    Args:
        tasks, inquiries: TaskState and open Inquiry objects of api.md 9 and 10.
        edges: the graph's edges, each with whether it was taken.
    """
    states = {task["name"]: task["state"] for task in tasks}
    asked = {inquiry.get("task_name"): inquiry for inquiry in inquiries if inquiry.get("status") == "pending"}
    found = [
        Sentence(
            task["name"],
            task_look(task["state"]).mark,
            _text(task, states, edges, asked.get(task["name"]), now),
            (asked.get(task["name"]) or {}).get("id"),
        )
        for task in tasks
        if _is_live(task)
    ]
    return sorted(found, key=lambda s: _ORDER.index(states[s.task]) if states[s.task] in _ORDER else len(_ORDER))


def _is_live(task: Mapping[str, Any]) -> bool:
    if task["state"] == "pending":
        return bool(task.get("delay_until") or task.get("held"))
    return task["state"] not in TASK_ENDED


def _text(
    task: Mapping[str, Any],
    states: Mapping[str, str],
    edges: Edges,
    inquiry: Mapping[str, Any] | None,
    now: datetime,
) -> str:
    match task["state"]:
        case "waiting_inquiry":
            return _asked(inquiry, now)
        case "waiting_retry":
            return _retry(task, now)
        case "waiting_join":
            return _join(task["name"], states, edges)
        case "running":
            return _running(task, now)
        case "pending":
            return _held(task, now)
    return f"is “{task['state']}”, a state this page does not know."


def _asked(inquiry: Mapping[str, Any] | None, now: datetime) -> str:
    if inquiry is None:
        return "waits for an answer."
    needed = inquiry.get("needed")
    text = f"waits for {needed}." if needed else "waits for an answer."
    text += f" Asked {wording.ago(inquiry.get('created'), now)}"
    until = inquiry.get("timeout_at")
    return text + (f", expires {wording.clock(until, now)}." if until else ".")


def _retry(task: Mapping[str, Any], now: datetime) -> str:
    due = wording.moment(task.get("next_retry_at"))
    number = f"retry {(task.get('retry_count') or 0) + 1}" + (f" of {task['max_retries']}" if task.get("max_retries") else "")
    when = f" in {wording.span(max(0, round((due - now).total_seconds())))}" if due else " soon"
    return f"{number}{when}{': ' + error if (error := error_text(task)) else ''}"


def _join(name: str, states: Mapping[str, str], edges: Edges) -> str:
    sources = dict.fromkeys(edge.source for edge, taken in edges if edge.target == name and taken is None)
    open_ = [s for s in sources if states.get(s) not in TASK_ENDED]
    return f"waits for {wording.listed(open_)}." if open_ else "waits for the tasks before it."


def _running(task: Mapping[str, Any], now: datetime) -> str:
    items = task.get("items")
    if not items:
        return f"runs for {wording.elapsed(task.get('started_at'), None, now)}." if task.get("started_at") else "waits for a worker."
    done = items["completed"] + items["failed"]
    text = f"{done:,} of {items['total']:,} items"
    if items["running"]:
        text += f", {items['running']} at once"
    left = _time_left(task, done, items["total"], now)
    text += f", about {left} left." if left else "."
    return text + (f" {wording.count(items['failed'], 'item')} failed." if items["failed"] else "")


def _time_left(task: Mapping[str, Any], done: int, total: int, now: datetime) -> str:
    begun = wording.moment(task.get("started_at"))
    if begun is None or done < 3:
        return ""
    return wording.coarse((now - begun).total_seconds() / done * (total - done))


def _held(task: Mapping[str, Any], now: datetime) -> str:
    if task.get("held"):
        return "starts when the run is resumed."
    return f"waits until {wording.clock(task['delay_until'], now)}."


def error_text(task: Mapping[str, Any]) -> str:
    """The message of a task's error, whatever its shape."""
    error = task.get("error")
    if isinstance(error, Mapping):
        error = error.get("message") or error.get("type")
    return str(error) if error else ""
