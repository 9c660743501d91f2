"""Parallel containers: their children start together, the container ends after all of them.

A container has no run of its own; its attempt is one visit of each child. Source: language.md 4 ("parallel").
"""

from __future__ import annotations

from datetime import timedelta

from app.engine.conductor.commands import SetTimer
from app.engine.conductor.ending import Ending, clear_timer
from app.engine.conductor.joins import open_visit
from app.engine.conductor.reports import RunKey, TaskError
from app.engine.conductor.state import Arrival, Visit
from app.engine.conductor.stopping import stop_visit
from app.engine.conductor.work import VisitKey, Work
from app.engine.statuses import Outcome, TaskState


def start_children(work: Work, visit: Visit) -> None:
    """Begin the next attempt of a container."""
    task = work.task(visit)
    opened = [
        open_visit(
            work,
            work.plan.tasks[child.name],
            arrivals=(Arrival(visit.task, visit.number),),
            triggered_by=visit.task,
        )
        for child in task.spec.children
    ]
    visit = work.change(
        visit,
        state=TaskState.RUNNING,
        attempt=visit.attempt + 1,
        held=False,
        retry_at=None,
        timed_out=False,
        started_at=visit.started_at or work.now,
        children=tuple(child.number for child in opened),
        children_left=len(opened),
    )
    work.record("container_started", visit)
    work.ready.extend(child.key for child in opened)
    _set_timer(work, visit)
    if not opened:
        work.emptied.append(visit.key)


def resume_container(work: Work, visit: Visit) -> None:
    """In a rerun: the container goes on with those of its children that have to run again."""
    visit = work.change(visit, started_at=work.now)
    _set_timer(work, visit)
    if not visit.children_left:
        work.emptied.append(visit.key)


def _set_timer(work: Work, visit: Visit) -> None:
    timeout_s = work.task(visit).spec.timeout_s
    if timeout_s is not None:
        due_at = work.now + timedelta(seconds=timeout_s)
        work.say(SetTimer("container", RunKey(visit.task, visit.number, None, visit.attempt), due_at))


def time_out_container(work: Work, visit: Visit, attempt: int) -> None:
    """The container's time is over: its children are stopped, it ends `timed_out` after the last of them."""
    if visit.state is not TaskState.RUNNING or visit.attempt != attempt or visit.timed_out:
        return
    visit = work.change(visit, timed_out=True)
    work.record("container_timed_out", visit)
    for key in _descendants(work, visit):
        stop_visit(work, work.visits[key], "the time limit of its container passed", running_too=True)


def container_ending(work: Work, key: VisitKey) -> Ending:
    """How a container whose children have all ended has ended itself."""
    visit = work.visits[key]
    spec = work.task(visit).spec
    if spec.timeout_s is not None:
        clear_timer(work, "container", visit, attempt=visit.attempt)
    if visit.timed_out:
        message = f"task '{visit.task}' timed out after {spec.timeout_s:g} seconds"
        return Ending(Outcome.TIMED_OUT, TaskError("timeout", message))
    children = [work.visits[(c.name, n)] for c, n in zip(spec.children, visit.children, strict=True)]
    bad = [child for child in children if child.outcome not in (Outcome.SUCCEEDED, Outcome.SKIPPED)]
    if not bad:
        return Ending(Outcome.SUCCEEDED)
    if work.stopped(visit) and all(child.outcome is Outcome.CANCELLED for child in bad):
        return Ending(Outcome.CANCELLED, TaskError("cancelled", "Stopped with its workflow"))
    return Ending(Outcome.FAILED, TaskError("children_failed", _failure_text(bad)))


def _failure_text(bad: list[Visit]) -> str:
    parts = [f"'{child.task}': {child.error.message if child.error else child.outcome}" for child in bad]
    return f"{len(bad)} of the parallel tasks failed: " + "; ".join(parts)


def _descendants(work: Work, visit: Visit) -> list[VisitKey]:
    """Unfinished visits inside the container, inner ones too, oldest first."""
    found: list[VisitKey] = []
    todo = [visit]
    while todo:
        current = todo.pop()
        for child, number in zip(work.task(current).spec.children, current.children, strict=True):
            inner = work.visits[(child.name, number)]
            if not inner.ended:
                found.append(inner.key)
                todo.append(inner)
    return sorted(found, key=lambda key: work.visits[key].serial)
