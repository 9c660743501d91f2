"""Stopping visits: what has not started ends `cancelled` at once, what runs is told to stop or may finish."""

from __future__ import annotations

from app.engine.conductor.altered import altered
from app.engine.conductor.commands import CancelRun
from app.engine.conductor.ending import Ending, clear_timer, end_visit
from app.engine.conductor.items import fill_items
from app.engine.conductor.reports import RunKey, TaskError
from app.engine.conductor.state import Items, Visit
from app.engine.conductor.work import Work
from app.engine.statuses import Outcome, TaskState


def stop_run(work: Work, reason: str, *, running_too: bool) -> None:
    """Nothing new starts any more. Called again it only makes sure that what runs is stopped."""
    work.stopping = True
    work.stop_reason = work.stop_reason or reason
    work.forced = work.forced or running_too
    work.ready.clear()
    for key in sorted(work.open, key=lambda key: work.visits[key].serial):
        visit = work.visits[key]
        if not visit.ended:
            stop_visit(work, visit, reason, running_too=running_too)


def stop_visit(work: Work, visit: Visit, reason: str, *, running_too: bool) -> None:
    """Stop one unfinished visit. People are not waited for: a question is withdrawn whatever the policy."""
    task = work.task(visit)
    running_too = running_too or task.is_ask
    if visit.items is not None:
        _stop_items(work, visit, visit.items, reason, running_too)
    elif visit.live:
        key = RunKey(visit.task, visit.number, None, visit.attempt)
        work.say(CancelRun(key, reason, running_too))
        work.record_run("cancel_asked", key)
    elif not (task.is_container and visit.state is TaskState.RUNNING):
        _clear_timers(work, visit)
        end_visit(work, visit, Ending(Outcome.CANCELLED, TaskError("cancelled", f"Not run: {reason}")))


def _clear_timers(work: Work, visit: Visit) -> None:
    if visit.state is TaskState.WAITING_RETRY:
        clear_timer(work, "retry", visit, attempt=visit.attempt + 1)
    elif visit.delay_until is not None:
        clear_timer(work, "delay", visit)


def _stop_items(work: Work, visit: Visit, items: Items, reason: str, running_too: bool) -> None:
    for index in sorted(items.waiting):
        clear_timer(work, "retry", visit, item=index, attempt=items.live[index] + 1)
    live = items.live
    for index in items.waiting:
        live = live.delete(index)
    stopped = altered(
        items,
        live=live,
        waiting=frozenset(),
        held=frozenset(),
        cancelled=items.cancelled + len(items.waiting),
    )
    visit = work.change(visit, items=stopped)
    for index, attempt in sorted(live.items()):
        key = RunKey(visit.task, visit.number, index, attempt)
        work.say(CancelRun(key, reason, running_too))
    work.record("cancel_asked", visit)
    fill_items(work, visit.key)
