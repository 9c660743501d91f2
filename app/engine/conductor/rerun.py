"""The state of a new run that takes over what an old one has completed.

The retry points are opened again, what descended from them is dropped, everything else is copied. `Started`
then begins what was opened. Source: language.md 11 "Control" (retry of a run); api.md 9 (`retry`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Literal

from immutables import Map

from app.engine.conductor.joins import arrivals_needed
from app.engine.conductor.plan import Plan
from app.engine.conductor.replay import variables_after
from app.engine.conductor.results import MemoryResults
from app.engine.conductor.start import new_run
from app.engine.conductor.state import Items, RunState, Visit
from app.engine.conductor.tally import tally
from app.engine.errors import Conflict, Invalid
from app.engine.spec.model import FAIL
from app.engine.statuses import Outcome, TaskState

Mode = Literal["failed", "from_task", "all"]
Copied = tuple[str, int, int | None]
VisitKey = tuple[str, int]

_GOOD = (Outcome.SUCCEEDED, Outcome.SKIPPED)


def reseed(
    plan: Plan, old: RunState, *, mode: Mode, task: str | None = None, parameters: Mapping[str, Any] | None = None
) -> tuple[RunState, list[Copied]]:
    """The new run in status `requested`, and the runs whose results were copied.

    Args:
        plan: of the old revision, or of the latest one when that was asked for.
        mode: `failed` opens what failed or was never run, with items only those; `from_task` opens every visit
            of `task` too, whole; `all` copies nothing.
        parameters: overrides; what was copied keeps its results.

    Returns:
        The state, whose `results` hold the copies, and `(task, visit, item or None)` of each copied run. Visits
        keep their numbers. A visit that is continued with only some of its items has them in `items.values`.

    Raises:
        Conflict: the old run has not ended, or has nothing that failed.
        Invalid: `task` is unknown, or the old run never reached it.
    """
    _check(plan, old, mode, task)
    given = {**old.parameters, **(parameters or {})}
    fresh = new_run(plan, parameters=given, context=old.context, config=old.config, kv=old.kv, inquiries=old.inquiries)
    if mode == "all" or not old.visits:
        return fresh, []
    points = _retry_points(plan, old, mode, task)
    dropped = _with_descendants(plan, old, points)
    kept = {key: _kept(plan, old, visit) for key, visit in old.visits.items() if key not in dropped}
    opened = _opened(plan, old, points, dropped, kept, mode)
    visits = {**kept, **opened}
    copied = _copied(old, [visit for visit in visits.values() if visit.ended or visit.items])
    published = [old.visits[visit.key] for visit in _in_order_of_end(visits.values()) if visit.ended]
    variables, secrets = variables_after(plan, old, published, given)
    state = replace(
        fresh,
        visits=Map(visits),
        latest=_latest(visits),
        results=_copies(old, copied),
        variables=variables,
        secrets=secrets,
        serial=old.serial,
    )
    return tally(state), copied


def _check(plan: Plan, old: RunState, mode: Mode, task: str | None) -> None:
    if not old.ended:
        raise Conflict(f"The run is still {old.status}: cancel it or wait until it has ended, then retry it.")
    if mode == "failed" and old.status == "completed":
        raise Conflict("The run is completed, nothing in it failed. Retry it from a task, or all of it.")
    if mode != "from_task":
        return
    if task is None or task not in plan.tasks:
        raise Invalid(f"There is no task '{task}' to retry from.", details=[{"path": "task", "message": "unknown task"}])
    if _outermost(plan, task) not in old.latest:
        message = f"The run never reached task '{task}': retry it from an earlier task."
        raise Invalid(message, details=[{"path": "task", "message": "never reached"}])


def _outermost(plan: Plan, task: str) -> str:
    """The task itself, or the container around it that transitions lead to."""
    while (container := plan.tasks[task].spec.container) is not None:
        task = container
    return task


def _retry_points(plan: Plan, old: RunState, mode: Mode, task: str | None) -> set[VisitKey]:
    named = _outermost(plan, task) if mode == "from_task" and task is not None else None
    return {
        visit.key
        for visit in old.visits.values()
        if visit.task in plan.tasks and (visit.task == named or _needs_another_go(old, visit))
    }


def _needs_another_go(old: RunState, visit: Visit) -> bool:
    """Unhandled failures, what was stopped with the run, and what ended it on purpose."""
    if _is_child(old, visit):
        return False
    return not visit.handled or any(t.taken and FAIL in t.targets for t in visit.transitions)


def _is_child(old: RunState, visit: Visit) -> bool:
    return old.plan.tasks[visit.task].spec.container is not None


def _with_descendants(plan: Plan, old: RunState, points: set[VisitKey]) -> set[VisitKey]:
    """The points, all that was started by them, and visits of tasks that the plan no longer has."""
    dropped = set(points)
    for visit in sorted(old.visits.values(), key=lambda visit: visit.serial):
        causes = visit.arrivals[: visit.counted]
        if visit.task not in plan.tasks or any((a.task, a.visit) in dropped for a in causes):
            dropped.add(visit.key)
    return dropped


def _kept(plan: Plan, old: RunState, visit: Visit) -> Visit:
    """The visit as it was; where the new revision changed its transitions, `Started` looks at them again."""
    changed = plan.tasks[visit.task].spec.transitions != old.plan.tasks[visit.task].spec.transitions
    return replace(visit, transitions=()) if changed else visit


def _opened(
    plan: Plan,
    old: RunState,
    points: set[VisitKey],
    dropped: set[VisitKey],
    kept: Mapping[VisitKey, Visit],
    mode: Mode,
) -> dict[VisitKey, Visit]:
    """Dropped visits that something kept (or the start of the run) leads to, to be run again."""
    opened: dict[VisitKey, Visit] = {}
    for key in sorted(dropped, key=lambda key: old.visits[key].serial):
        visit = old.visits[key]
        if visit.task not in plan.tasks or _is_child(old, visit):
            continue
        arrivals = tuple(a for a in visit.arrivals if (a.task, a.visit) in kept)
        if visit.arrivals and not arrivals:
            continue
        anew = _anew(plan, replace(visit, arrivals=arrivals))
        opened[key] = anew
        if mode == "failed" and key in points and anew.state is TaskState.PENDING:
            opened.update(_continued(plan, old, visit, anew))
    return opened


def _anew(plan: Plan, visit: Visit) -> Visit:
    """A visit as it was when it had only arrived."""
    task = plan.tasks[visit.task]
    ready = not visit.arrivals or len(visit.arrivals) >= arrivals_needed(task)
    return Visit(
        task=visit.task,
        number=visit.number,
        state=TaskState.PENDING if ready else TaskState.WAITING_JOIN,
        arrivals=visit.arrivals,
        triggered_by=visit.arrivals[-1].task if visit.arrivals else None,
        serial=visit.serial,
        counted=len(visit.arrivals) if ready else 0,
    )


def _continued(plan: Plan, old: RunState, visit: Visit, anew: Visit) -> dict[VisitKey, Visit]:
    """The visit with what succeeded inside it kept: items, or children of a container."""
    if plan.tasks[visit.task].spec != old.plan.tasks[visit.task].spec:
        return {}
    if visit.items is not None and len(visit.items.values):
        return {anew.key: _with_failed_items(old, visit, visit.items, anew)}
    if visit.children:
        return _with_failed_children(plan, old, visit, anew)
    return {}


def _with_failed_items(old: RunState, visit: Visit, items: Items, anew: Visit) -> Visit:
    results = old.results.item_results(visit.task, visit.number)
    done = {index for index, result in enumerate(results) if result is not None}
    left = Items(
        total=items.total,
        next_index=items.total,
        redo=tuple(index for index in range(items.total) if index not in done),
        succeeded=len(done),
        values=items.values,
    )
    return replace(anew, state=TaskState.RUNNING, attempt=1, items=left)


def _with_failed_children(plan: Plan, old: RunState, visit: Visit, anew: Visit) -> dict[VisitKey, Visit]:
    opened: dict[VisitKey, Visit] = {}
    again = 0
    for child, number in zip(plan.tasks[visit.task].spec.children, visit.children, strict=True):
        inner = old.visits[(child.name, number)]
        if inner.outcome in _GOOD:
            opened.update(_whole(plan, old, inner))
            continue
        again += 1
        opened[inner.key] = _anew(plan, inner)
        opened.update(_continued(plan, old, inner, opened[inner.key]))
    opened[anew.key] = replace(
        anew, state=TaskState.RUNNING, attempt=visit.attempt, children=visit.children, children_left=again
    )
    return opened


def _whole(plan: Plan, old: RunState, visit: Visit) -> dict[VisitKey, Visit]:
    """A kept child with everything inside it."""
    kept = {visit.key: visit}
    for child, number in zip(plan.tasks[visit.task].spec.children, visit.children, strict=False):
        kept.update(_whole(plan, old, old.visits[(child.name, number)]))
    return kept


def _latest(visits: Iterable[VisitKey]) -> Map[str, int]:
    latest: dict[str, int] = {}
    for task, number in visits:
        latest[task] = max(number, latest.get(task, 0))
    return Map(latest)


def _in_order_of_end(visits: Iterable[Visit]) -> list[Visit]:
    return sorted(visits, key=lambda visit: visit.ended_serial)


def _copied(old: RunState, visits: Iterable[Visit]) -> list[Copied]:
    copied: list[Copied] = []
    for visit in sorted(visits, key=lambda visit: visit.serial):
        if visit.items is not None:
            copied.extend((visit.task, visit.number, index) for index in _kept_items(old, visit))
        elif visit.attempt and not old.plan.tasks[visit.task].is_container and visit.ended:
            copied.append((visit.task, visit.number, None))
    return copied


def _kept_items(old: RunState, visit: Visit) -> list[int]:
    """Items with a result; of a visit that stays as it was, the failed ones too."""
    results = old.results.item_results(visit.task, visit.number)
    done = [index for index, result in enumerate(results) if result is not None]
    if visit.ended:
        done += [entry["index"] for entry in old.results.failed_items(visit.task, visit.number)]
    return sorted(done)


def _copies(old: RunState, copied: Iterable[Copied]) -> MemoryResults:
    results = MemoryResults()
    items: dict[VisitKey, list[Any]] = {}
    failed: dict[VisitKey, dict[int, Any]] = {}
    for task, number, index in copied:
        if index is None:
            results = results.with_result(task, number, None, old.results.result(task, number))
            continue
        key = (task, number)
        if key not in items:
            items[key] = old.results.item_results(task, number)
            failed[key] = {entry["index"]: entry for entry in old.results.failed_items(task, number)}
        result = items[key][index] if index < len(items[key]) else None
        entry = failed[key].get(index) if result is None else None
        results = results.with_result(task, number, index, result, failed=entry)
    return results
