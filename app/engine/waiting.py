"""Why a task is where it is: one sentence for every task that was reached and has not ended. Pure.

The run's page, the graph and the task list of the API say the same, because they all ask `reason`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.engine import wording
from app.engine.statuses import TASK_ENDED


@dataclass(frozen=True, slots=True)
class Asked:
    """An open question: since when, until when, whom, and what is still missing ("1 more of ops")."""

    created: datetime
    timeout_at: datetime | None = None
    whom: str = ""
    needed: str = ""


@dataclass(frozen=True, slots=True)
class Workers:
    """Worker processes that are alive, and how many of their places are taken."""

    alive: int
    places: int = 0
    running: int = 0


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known beside the tasks' own states; names are those of tasks.

    Attributes:
        before: the tasks that lead to a task and can still arrive there.
        arrived: how many have come to a join.
        questions: what is asked.
        unstarted: whose latest execution no worker has begun.
        building: unstarted ones that wait for the environment of their pack.
        inside: of nested workflows: why the run inside waits.
        workers: None when nobody counted them.
    """

    now: datetime
    before: Mapping[str, Sequence[str]] = field(default_factory=dict)
    arrived: Mapping[str, int] = field(default_factory=dict)
    questions: Mapping[str, Asked] = field(default_factory=dict)
    unstarted: frozenset[str] = frozenset()
    building: Mapping[str, str] = field(default_factory=dict)
    inside: Mapping[str, str] = field(default_factory=dict)
    workers: Workers | None = None
    paused: bool = False


ORDER = ("waiting_inquiry", "failed", "waiting_retry", "running", "waiting_join", "pending")


def reason(task: Mapping[str, Any], facts: Facts) -> str | None:
    """The sentence for one TaskState (api.md 9); None for what has ended or was never reached."""
    state = task["state"]
    if state in TASK_ENDED or (state == "pending" and not task.get("visit")):
        return None
    match state:
        case "waiting_inquiry":
            return _asked(facts.questions.get(task["name"]), facts.now)
        case "waiting_retry":
            return _retry(task, facts)
        case "waiting_join":
            return _join(task, facts)
        case "running":
            return _running(task, facts)
        case "pending":
            return _pending(task, facts)
    return f"is “{state}”, a state this server does not know."


def foremost(tasks: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Tasks with a reason, those first whose wait a person can end."""
    held_up = [task for task in tasks if task.get("reason")]
    return sorted(held_up, key=lambda task: ORDER.index(task["state"]) if task["state"] in ORDER else len(ORDER))


def _asked(question: Asked | None, now: datetime) -> str:
    if question is None:
        return "waits for an answer."
    text = f"waits for {question.needed}." if question.needed else "waits for an answer."
    whom = f" {question.whom}" if question.whom else ""
    text += f" Asked{whom} {wording.ago(question.created, now)}"
    return text + (f", expires {wording.clock(question.timeout_at, now)}." if question.timeout_at else ".")


def _retry(task: Mapping[str, Any], facts: Facts) -> str:
    due = wording.moment(task.get("next_retry_at"))
    number = f"retry {(task.get('retry_count') or 0) + 1}" + (f" of {task['max_retries']}" if task.get("max_retries") else "")
    if facts.paused:
        when = " when the run is resumed"
    else:
        when = f" in {wording.span(max(0, round((due - facts.now).total_seconds())))}" if due else " soon"
    error = error_text(task)
    return f"{number}{when}{': ' + error if error else '.'}"


def _join(task: Mapping[str, Any], facts: Facts) -> str:
    open_, wanted = list(facts.before.get(task["name"], ())), task.get("join")
    if not open_:
        return "waits for the tasks before it."
    missing = wanted - facts.arrived.get(task["name"], 0) if isinstance(wanted, int) else len(open_)
    if 0 < missing < len(open_):
        return f"waits for {missing} of {wording.listed(open_)}."
    return f"waits for {wording.listed(open_)}."


def _running(task: Mapping[str, Any], facts: Facts) -> str:
    name = task["name"]
    if task.get("items"):
        return _items(task, task["items"], facts.now)
    if name in facts.unstarted:
        return _unstarted(name, facts)
    if name in facts.inside:
        return f"inside: {facts.inside[name]}"
    if not task.get("started_at"):
        return "runs."
    return f"runs for {wording.elapsed(task['started_at'], None, facts.now)}."


def _unstarted(name: str, facts: Facts) -> str:
    if name in facts.building:
        return f"waits for the environment of pack {facts.building[name]}, which is being built."
    workers = facts.workers
    if workers is None:
        return "waits for a worker."
    if not workers.alive:
        return "no worker is running: it waits until one starts."
    if workers.places and workers.running >= workers.places:
        return f"waits for a free worker: {wording.count(workers.places, 'place')}, all taken."
    return "is handed to a worker."


def _items(task: Mapping[str, Any], items: Mapping[str, int], now: datetime) -> str:
    done = items["completed"] + items["failed"]
    text = f"{done:,} of {items['total']:,} items"
    if items["running"]:
        text += f", {items['running']} at once"
    if waiting := items.get("waiting"):
        text += f", {wording.count(waiting, 'item waits', 'items wait')} to be retried"
    left = _time_left(task, done, items["total"], now)
    text += f", about {left} left." if left else "."
    return text + (f" {wording.count(items['failed'], 'item')} failed." if items["failed"] else "")


def _time_left(task: Mapping[str, Any], done: int, total: int, now: datetime) -> str:
    begun = wording.moment(task.get("started_at"))
    if begun is None or done < 3:
        return ""
    return wording.coarse((now - begun).total_seconds() / done * (total - done))


def _pending(task: Mapping[str, Any], facts: Facts) -> str:
    until = wording.moment(task.get("delay_until"))
    if until is not None and until > facts.now:
        after = ", and then until the run is resumed" if facts.paused else ""
        return f"starts in {wording.span(round((until - facts.now).total_seconds()))}, at {wording.clock(until, facts.now)}{after}."
    if facts.paused or task.get("held"):
        return "starts when the run is resumed."
    return "is about to start."


def error_text(task: Mapping[str, Any]) -> str:
    """The message of a task's error, whatever its shape."""
    error = task.get("error")
    if isinstance(error, Mapping):
        error = error.get("message") or error.get("type")
    return str(error) if error else ""
