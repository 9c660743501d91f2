"""The end of a visit: its record, what it publishes, where it leads, and whether its failure was handled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from app.engine.conductor.commands import ClearTimer
from app.engine.conductor.joins import arrive, has_arrived
from app.engine.conductor.plan import PlanTask
from app.engine.conductor.reports import RunKey, TaskError
from app.engine.conductor.state import Visit
from app.engine.conductor.transitions import Departure, TransitionFailed, decide_departure
from app.engine.conductor.work import Work
from app.engine.spec.model import FAIL, NOOP
from app.engine.statuses import OUTCOME_OF_STATE, Outcome, TaskState

_STATE_OF_OUTCOME = {outcome: state for state, outcome in OUTCOME_OF_STATE.items()}
_BAD = frozenset({Outcome.FAILED, Outcome.TIMED_OUT, Outcome.CANCELLED})


@dataclass(frozen=True, slots=True)
class Ending:
    """How a run, or a whole visit, ended. `duration_ms` None: counted from the visit's start."""

    outcome: Outcome
    error: TaskError | None = None
    duration_ms: int | None = None

    @property
    def is_bad(self) -> bool:
        return self.outcome in _BAD


def end_visit(work: Work, visit: Visit, ending: Ending) -> None:
    """End a visit; unless it was stopped with the run, its transitions are looked at."""
    task = work.task(visit)
    ended = _close(work, visit, ending)
    if task.spec.container is not None:
        _end_child(work, task, ended)
    elif work.stopping and ending.outcome is Outcome.CANCELLED:
        _record_end(work, work.change(ended, handled=False))
    else:
        _depart(work, task, ended)


def lead_on(work: Work, visit: Visit) -> None:
    """In a rerun: go where a copied visit leads and has not arrived, because the old run was being stopped.

    Transitions that another revision has changed are looked at again.
    """
    task = work.task(visit)
    if task.spec.container is not None or not task.transitions:
        return
    if not visit.transitions:
        _depart(work, task, visit)
        return
    targets = (name for taken in visit.transitions if taken.taken for name in taken.targets)
    owed = [name for name in dict.fromkeys(targets) if name in work.plan.tasks and not has_arrived(work, name, visit)]
    for name in owed:
        arrive(work, name, visit)


def _close(work: Work, visit: Visit, ending: Ending) -> Visit:
    duration_ms, started_at = ending.duration_ms, visit.started_at
    if duration_ms is None:
        duration_ms = 0 if started_at is None else _milliseconds(work.now - started_at)
    if started_at is None and visit.attempt:
        started_at = work.now - timedelta(milliseconds=duration_ms)
    work.open = work.open.delete(visit.key)
    work.joining -= {visit.key}
    return work.change(
        visit,
        state=_STATE_OF_OUTCOME[ending.outcome],
        outcome=ending.outcome,
        error=ending.error,
        timed_out=visit.timed_out or ending.outcome is Outcome.TIMED_OUT,
        live=False,
        held=False,
        retry_at=None,
        started_at=started_at,
        ended_at=work.now,
        ended_serial=work.next_serial(),
        duration_ms=duration_ms,
    )


def _milliseconds(span: timedelta) -> int:
    return max(0, round(span.total_seconds() * 1000))


def _end_child(work: Work, task: PlanTask, visit: Visit) -> None:
    """A child of a container publishes on success and leads nowhere; its failure is the container's matter."""
    try:
        visit = _publish_only(work, task, visit)
    except TransitionFailed as problem:
        visit = work.change(visit, state=TaskState.FAILED, outcome=Outcome.FAILED, error=problem.error)
    _record_end(work, visit)
    parent = work.visits[(visit.arrivals[0].task, visit.arrivals[0].visit)]
    parent = work.change(parent, children_left=parent.children_left - 1)
    if not parent.children_left:
        work.emptied.append(parent.key)


def _publish_only(work: Work, task: PlanTask, visit: Visit) -> Visit:
    if task.publish:
        departure = decide_departure(work, task, visit)
        _publish(work, visit, departure)
    return visit


def _depart(work: Work, task: PlanTask, visit: Visit) -> None:
    try:
        departure = decide_departure(work, task, visit)
    except TransitionFailed as problem:
        visit = work.change(
            visit,
            state=TaskState.FAILED,
            outcome=Outcome.FAILED,
            error=problem.error,
            handled=False,
            transitions=problem.seen,
        )
        _lose_paths(work, task, frozenset())
        _record_end(work, visit)
        work.failures = (*work.failures, visit.task)
        return
    visit = work.change(visit, transitions=departure.seen) if departure.seen else visit
    _record_end(work, visit)
    _publish(work, visit, departure)
    _follow(work, task, visit, departure)


def _publish(work: Work, visit: Visit, departure: Departure) -> None:
    if departure.published:
        work.variables = departure.variables
        values = {name: departure.variables[name] for name in departure.published}
        work.record("published", visit, variables=values)


def _follow(work: Work, task: PlanTask, visit: Visit, departure: Departure) -> None:
    """Go to the targets. What a transition beyond `max_visits` should have started is nobody's success."""
    handled = NOOP in departure.targets
    started: set[str] = set()
    refused = False
    for target in departure.targets:
        if target == FAIL:
            work.failed_on_purpose = (*work.failed_on_purpose, visit.task)
        elif target != NOOP and not work.stopping:
            if work.seeding and has_arrived(work, target, visit):
                continue
            started.add(target) if arrive(work, target, visit) else None
            refused |= target not in started
    if len(started) < len(task.successors):
        _lose_paths(work, task, started)
    unhandled = visit.outcome in _BAD and not (handled or started)
    if unhandled:
        work.failures = (*work.failures, visit.task)
    if unhandled or refused:
        work.change(work.visits[visit.key], handled=False)


def _lose_paths(work: Work, task: PlanTask, started: set[str] | frozenset[str]) -> None:
    """Note for the joins which tasks this run did not lead to."""
    if not work.joining or not task.successors:
        return
    work.lost |= task.bit
    for name in task.successors:
        if name not in started:
            successor = work.plan.tasks[name]
            work.lost |= successor.bit | successor.reach


def _record_end(work: Work, visit: Visit) -> None:
    payload: dict[str, Any] = {"outcome": str(visit.outcome)}
    if visit.error is not None:
        payload["error"] = {"type": visit.error.type, "message": visit.error.message}
    if visit.outcome is Outcome.SKIPPED:
        work.record("task_skipped", visit)
    work.record("task_ended", visit, **payload)


def clear_timer(work: Work, kind: str, visit: Visit, *, item: int | None = None, attempt: int = 1) -> None:
    work.say(ClearTimer(kind, RunKey(visit.task, visit.number, item, attempt)))
