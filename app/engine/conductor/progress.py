"""Where a run stands, in the words of REST and pages: one row per task, and what each waits for.

Source: api.md 9 (TaskState).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from app.engine.conductor.joins import missing_arrivals
from app.engine.conductor.plan import PlanTask
from app.engine.conductor.state import Items, RunState, TransitionTaken, Visit
from app.engine.statuses import TaskState

Row = dict[str, Any]


def task_states(state: RunState) -> list[Row]:
    """One row per task in definition order: api.md 9 without executions, inquiry and result, which rows hold.

    Extra keys: `visits` (how many), `reason` (why it is not going on, or None), and `reason` of each transition.
    Times are aware UTC.
    """
    return [task_state(state, task) for task in state.plan.tasks.values()]


def task_state(state: RunState, task: PlanTask) -> Row:
    """The row of one task: of its latest visit."""
    visit = state.visits.get((task.name, state.latest.get(task.name, 0)))
    row: Row = {
        "name": task.name,
        "type": task.spec.type,
        "action_ref": task.spec.action,
        "join": None if task.spec.join == "any" else task.spec.join,
        "max_retries": task.spec.retry.count if task.spec.retry else 0,
        "visits": state.latest.get(task.name, 0),
    }
    return row | (_unvisited(task) if visit is None else _visited(state, task, visit))


def waiting_reasons(state: RunState, now: datetime) -> list[Row]:
    """What every unfinished visit waits for: `{task, visit, state, reason, until}`; `until` aware UTC or None.

    A run that has not ended always has at least one: nothing waits for something it can't name.
    """
    visits = sorted((state.visits[key] for key in state.open), key=lambda visit: visit.serial)
    return [
        {
            "task": visit.task,
            "visit": visit.number,
            "state": str(visit.state),
            "reason": waiting_reason(state, visit) or "is running",
            "until": _until(visit, now),
        }
        for visit in visits
    ]


def waiting_reason(state: RunState, visit: Visit) -> str | None:
    """Why an unfinished visit does not go on; None when it runs or has ended."""
    if visit.ended:
        return None
    if visit.held:
        return "held: the run is paused"
    if visit.state is TaskState.WAITING_JOIN:
        return f"waits for {_listed(_missing(state, visit))}"
    if visit.state is TaskState.WAITING_RETRY:
        return f"waits to try again (attempt {visit.attempt + 1})"
    if visit.state is TaskState.WAITING_INQUIRY:
        return "waits for an answer"
    if visit.state is TaskState.PENDING:
        return "waits for its delay" if visit.delay_until is not None else "is about to start"
    if visit.items is not None:
        return _items_reason(state, visit.items)
    return f"waits for {visit.children_left} parallel tasks" if visit.children_left else None


def _items_reason(state: RunState, items: Items) -> str | None:
    if items.live and len(items.waiting) == len(items.live):
        return f"{len(items.waiting)} items wait to try again"
    if not items.live and state.paused:
        return "held: the run is paused"
    return None


def _missing(state: RunState, visit: Visit) -> list[str]:
    missing = missing_arrivals(state, visit)
    join = state.plan.tasks[visit.task].spec.join
    if isinstance(join, int) and join - len(visit.arrivals) < len(missing):
        return [f"{join - len(visit.arrivals)} of {_listed(missing)}"]
    return missing


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else "nothing"


def _until(visit: Visit, now: datetime) -> datetime | None:
    due_at = visit.retry_at if visit.state is TaskState.WAITING_RETRY else visit.delay_until
    return due_at if due_at is not None and due_at > now and not visit.held else None


def _unvisited(task: PlanTask) -> Row:
    return {
        "state": str(TaskState.PENDING),
        "attempts": 0,
        "retry_count": 0,
        "triggered_by": None,
        "items": None,
        "started_at": None,
        "completed_at": None,
        "duration_ms": None,
        "timed_out": False,
        "error": None,
        "transitions": _transitions(task, ()),
        "reason": None,
    }


def _visited(state: RunState, task: PlanTask, visit: Visit) -> Row:
    return {
        "state": str(visit.state),
        "attempts": visit.attempt,
        "retry_count": max(0, visit.attempt - 1),
        "triggered_by": visit.triggered_by,
        "items": None if visit.items is None else _tally(visit.items),
        "started_at": visit.started_at,
        "completed_at": visit.ended_at,
        "duration_ms": visit.duration_ms,
        "timed_out": visit.timed_out,
        "error": None if visit.error is None else {"type": visit.error.type, "message": visit.error.message},
        "transitions": _transitions(task, visit.transitions),
        "reason": waiting_reason(state, visit),
    }


def _tally(items: Items) -> dict[str, int]:
    return {
        "total": items.total,
        "completed": items.succeeded,
        "failed": items.failed,
        "running": len(items.live) - len(items.waiting),
    }


def _transitions(task: PlanTask, seen: tuple[TransitionTaken, ...]) -> list[Row]:
    found = {taken.index: taken for taken in seen}
    rows = []
    for index, transition in enumerate(task.transitions):
        taken = found.get(index)
        rows.append(
            {
                "when": transition.spec.when,
                "kind": transition.spec.kind,
                "taken": None if taken is None else taken.taken,
                "targets": list(transition.spec.targets),
                "published": [] if taken is None else list(taken.published),
                "reason": None if taken is None else taken.reason,
            }
        )
    return rows
