"""Arrivals at tasks, and joins: when they start, when they wait, and when they can no longer be satisfied.

Source: language.md 4 ("join"), 11 "Graph" (visits, arrivals, dead branches).
"""

from __future__ import annotations

from collections.abc import Iterable

from app.engine.conductor.plan import PlanTask
from app.engine.conductor.reach import open_paths
from app.engine.conductor.reports import TaskError
from app.engine.conductor.state import Arrival, RunState, Visit
from app.engine.conductor.work import VisitKey, Work
from app.engine.statuses import Outcome, TaskState


def arrive(work: Work, target: str, source: Visit) -> bool:
    """A run that ended leads to `target`. False when that would go beyond `max_visits` (a fault of the run)."""
    task = work.plan.tasks[target]
    current = _current_visit(work, task, source)
    arrival = Arrival(source.task, source.number)
    if current is None:
        return _arrive_anew(work, task, source, arrival)
    joined = work.change(current, arrivals=(*current.arrivals, arrival))
    work.record("arrived", joined, source=[source.task, source.number])
    if joined.state is TaskState.WAITING_JOIN:
        if not _start_when_satisfied(work, task, joined):
            work.unsure.add(joined.key)  # those still missing may have died before this one came
    else:
        work.lost |= task.bit | task.reach
    return True


def has_arrived(work: Work, target: str, source: Visit) -> bool:
    """Whether this very run has arrived at some visit of `target`."""
    arrival = Arrival(source.task, source.number)
    numbers = range(1, work.latest.get(target, 0) + 1)
    visits = (work.visits.get((target, number)) for number in numbers)
    return any(visit is not None and arrival in visit.arrivals for visit in visits)


def open_visit(
    work: Work, task: PlanTask, *, arrivals: tuple[Arrival, ...] = (), triggered_by: str | None = None
) -> Visit:
    """A new visit of a task, ready to begin unless it has to wait at its join."""
    visit = Visit(
        task=task.name,
        number=work.latest.get(task.name, 0) + 1,
        state=TaskState.PENDING,
        arrivals=arrivals,
        triggered_by=triggered_by,
        serial=work.next_serial(),
        counted=len(arrivals),
    )
    work.latest = work.latest.set(visit.task, visit.number)
    work.open = work.open.set(visit.key, True)
    work.keep(visit)
    work.record("visit_opened", visit, triggered_by=triggered_by)
    return visit


def settle_joins(work: Work) -> bool:
    """Start or fail the joins that what happened in this step decided. True when any was decided."""
    if not work.joining or work.stopping:
        return False
    decided = False
    while work.lost or work.unsure:
        lost, unsure = work.lost, work.unsure
        work.lost, work.unsure = 0, set()
        for key in _in_order(work, work.joining):
            if key in unsure or work.plan.tasks[key[0]].predecessor_mask & lost:
                decided |= _settle(work, work.visits[key], _others(work, key))
    if not decided and not work.ready and len(work.open) == len(work.joining):
        decided = _settle_deadlock(work)
    return decided


def missing_arrivals(run: Work | RunState, visit: Visit) -> list[str]:
    """Predecessors that have not arrived in this visit, in document order."""
    arrived = {arrival.task for arrival in visit.arrivals}
    return [name for name in run.plan.tasks[visit.task].predecessors if name not in arrived]


def _current_visit(work: Work, task: PlanTask, source: Visit) -> Visit | None:
    """The visit this arrival belongs to; None: it opens a new one.

    Of several visits that still wait at the join the oldest that lacks this predecessor is meant, so that
    predecessors that run ahead of one another are paired in order.
    """
    latest = work.latest.get(task.name, 0)
    if not latest:
        return None
    waiting = sorted(number for name, number in work.joining if name == task.name and number != latest)
    for number in (*waiting, latest):
        visit = work.visits[(task.name, number)]
        if any(arrival.task == source.task for arrival in visit.arrivals):
            continue
        if not _descends(work, source, visit):
            return visit
    return None


def _descends(work: Work, visit: Visit, ancestor: Visit) -> bool:
    """Whether `visit` was started, directly or through others, by `ancestor`."""
    if not work.task(ancestor).reach & work.task(visit).bit:
        return False
    seen: set[VisitKey] = set()
    todo = [visit]
    while todo:
        current = todo.pop()
        if current.key == ancestor.key:
            return True
        if current.key not in seen and current.serial > ancestor.serial:
            seen.add(current.key)
            todo.extend(work.visits[(a.task, a.visit)] for a in current.arrivals[: current.counted])
    return False


def _arrive_anew(work: Work, task: PlanTask, source: Visit, arrival: Arrival) -> bool:
    if work.latest.get(task.name, 0) >= task.spec.max_visits:
        work.lost |= task.bit | task.reach
        work.fault("visit_limit", _limit_text(task, source))
        return False
    visit = open_visit(work, task, arrivals=(arrival,), triggered_by=source.task)
    if not _start_when_satisfied(work, task, visit):
        visit = work.change(visit, state=TaskState.WAITING_JOIN, counted=0)
        work.joining |= {visit.key}
        work.unsure.add(visit.key)
    return True


def _limit_text(task: PlanTask, source: Visit) -> str:
    times = "once" if task.spec.max_visits == 1 else f"{task.spec.max_visits} times"
    return (
        f"Task '{source.task}' leads to '{task.name}' once more, but '{task.name}' may run {times} "
        f"(visit_limit). Raise its max_visits or change the transition."
    )


def _start_when_satisfied(work: Work, task: PlanTask, visit: Visit) -> bool:
    arrived = len(visit.arrivals)
    if arrived < arrivals_needed(task):
        return False
    _start(work, visit)
    return True


def arrivals_needed(task: PlanTask) -> int:
    """How many predecessors have to arrive; with `all` fewer do when the others no longer can."""
    join = task.spec.join
    if join == "any":
        return 1
    return len(task.predecessors) if join == "all" else join


def _start(work: Work, visit: Visit) -> None:
    if visit.state is TaskState.WAITING_JOIN:
        visit = work.change(
            visit,
            state=TaskState.PENDING,
            counted=len(visit.arrivals),
            triggered_by=visit.arrivals[-1].task,
        )
        work.joining -= {visit.key}
        work.record("join_satisfied", visit)
    work.ready.append(visit.key)


def _settle(work: Work, visit: Visit, sources: Iterable[VisitKey]) -> bool:
    """Decide a waiting join, given the visits that may still lead somewhere. False: it has to wait on."""
    task = work.task(visit)
    missing = missing_arrivals(work, visit)
    possible = [] if not missing else _still_possible(work, task, missing, sources)
    if task.spec.join == "all":
        if possible:
            return False
        _start(work, visit)
        return True
    if len(visit.arrivals) + len(possible) >= arrivals_needed(task):
        return False
    _fail(work, visit, [name for name in missing if name not in possible])
    return True


def _still_possible(
    work: Work, task: PlanTask, missing: list[str], sources: Iterable[VisitKey]
) -> list[str]:
    """Those of `missing` that something unfinished is, or can lead to without passing this join."""
    origins = {name for name, _ in sources}
    alive = [name for name in missing if name in origins]
    enough = 1 if task.spec.join == "all" else arrivals_needed(task)
    if len(alive) >= enough:
        return alive
    reached = open_paths(work.plan.tasks, origins, without=task.name, latest=work.latest)
    return [name for name in missing if name in origins or name in reached]


def _fail(work: Work, visit: Visit, dead: list[str]) -> None:
    task = work.task(visit)
    arrived = ", ".join(arrival.task for arrival in visit.arrivals)
    known = ", ".join(dead) or f"there are only {len(task.predecessors)}"
    message = (
        f"Task '{task.name}' waits for {task.spec.join} predecessors, but only {arrived} arrived; "
        f"missing and no longer possible: {known}."
    )
    error = TaskError("join", message)
    ended = work.change(
        visit,
        state=TaskState.FAILED,
        outcome=Outcome.FAILED,
        error=error,
        handled=False,
        ended_at=work.now,
        ended_serial=work.next_serial(),
    )
    work.joining -= {visit.key}
    work.open = work.open.delete(visit.key)
    work.lost |= task.bit | task.reach
    work.record("task_ended", ended, outcome="failed", error={"type": "join", "message": message})
    work.fault("join", message)


def _settle_deadlock(work: Work) -> bool:
    """Only waiting joins are left: decide first what no other can still lead to, else one of a ring of joins."""
    keys = _in_order(work, work.joining)
    for key in keys:
        if _settle(work, work.visits[key], _others(work, key)):
            return True
    leads = {key: _joins_leading_to(work, key, keys) for key in keys}
    ring = [key for key in keys if all(key in leads[other] for other in leads[key])] or keys
    ring.sort(key=lambda key: work.plan.tasks[key[0]].spec.join != "all")
    return _settle(work, work.visits[ring[0]], ())


def _joins_leading_to(work: Work, key: VisitKey, keys: list[VisitKey]) -> set[VisitKey]:
    visit = work.visits[key]
    missing = missing_arrivals(work, visit)
    task = work.task(visit)
    return {k for k in keys if k != key and _still_possible(work, task, missing, (k,))}


def _others(work: Work, key: VisitKey) -> list[VisitKey]:
    return [other for other in work.open if other != key]


def _in_order(work: Work, keys: Iterable[VisitKey]) -> list[VisitKey]:
    """Document order, then visit: the same whatever order the reports came in."""
    return sorted(keys, key=lambda key: (work.plan.tasks[key[0]].index, key[1]))
