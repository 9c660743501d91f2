"""TaskState (api.md 9): what each task of a run is at, from the engine's records of its visits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.engine.conductor.state import Items, TransitionTaken, Visit
from app.engine.spec.model import TaskSpec
from app.engine.statuses import TaskState
from app.engine.times import iso
from app.persistence.repositories.rows import Row


@dataclass(frozen=True, slots=True)
class Ran:
    """What is known of a run's tasks beside their visits.

    Attributes:
        executions: light rows {id, task_name, visit, task_index, attempt, status}, oldest first.
        results: execution id -> result, for the latest execution of tasks without items.
        inquiries: execution id -> inquiry id.
    """

    executions: Sequence[Row] = ()
    results: Mapping[int, Any] = field(default_factory=dict)
    inquiries: Mapping[int, int] = field(default_factory=dict)

    def by_task(self) -> dict[str, list[Row]]:
        found: dict[str, list[Row]] = {}
        for row in self.executions:
            found.setdefault(row["task_name"], []).append(row)
        return found


def task_states(tasks: Iterable[TaskSpec], visits: Mapping[str, Visit], ran: Ran) -> list[dict[str, Any]]:
    """One TaskState per task in definition order. `visits`: the latest visit of each task that was reached."""
    by_task = ran.by_task()
    states = [task_state(task, visits.get(task.name), by_task.get(task.name, []), ran) for task in tasks]
    return _with_containers(list(tasks), states)


def task_state(task: TaskSpec, visit: Visit | None, rows: list[Row], ran: Ran) -> dict[str, Any]:
    """One TaskState; `rows`: every execution of the task, of all its visits."""
    seen = visit or Visit(task.name, 0, TaskState.PENDING)
    latest = rows[-1]["id"] if rows else None
    attempts = _attempts(seen, rows)
    return {
        "name": task.name,
        "type": task.type,
        "action_ref": task.action,
        "container": task.container,
        "state": seen.state.value,
        "visit": seen.number,
        "attempts": attempts,
        "retry_count": max(attempts - 1, 0),
        "max_retries": task.retry.count if task.retry else 0,
        "next_retry_at": iso(seen.retry_at),
        "delay_until": iso(seen.delay_until),
        "held": seen.held,
        "triggered_by": seen.triggered_by,
        "join": None if task.join == "any" else task.join,
        "items": _items(seen.items),
        "execution": latest,
        "executions": [row["id"] for row in rows],
        "inquiry": seen.inquiry_id or ran.inquiries.get(latest or 0),
        "started_at": iso(seen.started_at),
        "completed_at": iso(seen.ended_at),
        "duration_ms": seen.duration_ms,
        "timed_out": seen.timed_out,
        "result": ran.results.get(latest) if latest is not None and seen.items is None else None,
        "error": seen.error.message if seen.error else None,
        "transitions": _transitions(task, seen),
    }


def _attempts(visit: Visit, rows: list[Row]) -> int:
    of_visit = [row["attempt"] or 1 for row in rows if row["visit"] == visit.number]
    return max([visit.attempt, *of_visit])


def _items(items: Items | None) -> dict[str, int] | None:
    if items is None:
        return None
    running = len(items.live) - len(items.waiting)
    return {
        "total": items.total,
        "completed": items.succeeded,
        "failed": items.failed,
        "running": max(running, 0),
        "waiting": len(items.waiting),
        "cancelled": items.cancelled,
    }


def _transitions(task: TaskSpec, visit: Visit) -> list[dict[str, Any]]:
    looked_at = {taken.index: taken for taken in visit.transitions}
    return [
        _transition(looked_at.get(index) or TransitionTaken(index, None, None), spec.when, list(spec.targets))
        for index, spec in enumerate(task.transitions)
    ]


def _transition(taken: TransitionTaken, when: str | None, targets: list[str]) -> dict[str, Any]:
    return {
        "when": when,
        "taken": taken.taken,
        "targets": list(taken.targets) or targets,
        "published": list(taken.published),
        "reason": taken.reason,
    }


def _with_containers(tasks: list[TaskSpec], states: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A container has no execution; its result is what its children gave, null where one failed."""
    by_name = {state["name"]: state for state in states}
    for task in reversed(tasks):  # inner containers come after the outer one
        state = by_name[task.name]
        if task.children and state["state"] in ("completed", "failed"):
            inner = {child.name: by_name[child.name] for child in task.children}
            state["result"] = {n: s["result"] if s["state"] == "completed" else None for n, s in inner.items()}
    return states


def latest_executions(rows: Sequence[Row]) -> list[int]:
    """Ids of the newest execution of each task without items."""
    newest = {row["task_name"]: row["id"] for row in rows if row["task_index"] is None}
    return list(newest.values())
