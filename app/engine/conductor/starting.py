"""Beginning a visit: guard, delay, inquiry to wait for, then items, children or the first attempt.

Source: language.md 3 (`when`, `delay`, `wait_for`), 5 (skipped tasks), 11 "Graph".
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from app.engine.conductor.commands import AwaitInquiry, SetTimer
from app.engine.conductor.containers import start_children
from app.engine.conductor.ending import Ending, end_visit
from app.engine.conductor.items import open_items
from app.engine.conductor.plan import PlanTask
from app.engine.conductor.reports import RunKey, TaskError
from app.engine.conductor.runs import hand_out, holds, refuse, render, render_input
from app.engine.conductor.state import Visit
from app.engine.conductor.views import run_scope
from app.engine.conductor.work import VisitKey, Work
from app.engine.errors import ExpressionFailed
from app.engine.expressions import Compiled
from app.engine.statuses import Outcome, TaskState


def begin(work: Work, key: VisitKey) -> None:
    """Take a visit as far as it can go now. It is called again when a delay, a wait or a pause is over."""
    visit = work.visits[key]
    if visit.ended:
        return
    if work.paused:
        hold(work, visit)
        return
    visit = work.change(visit, held=False) if visit.held else visit
    task = work.task(visit)
    fresh = visit.delay_until is None and visit.inquiry_id is None
    if fresh and (_skips_or_fails(work, task, visit) or _delays(work, task, visit)):
        return
    if task.wait_for is not None and visit.inquiry_id is None:
        _await_inquiry(work, task, visit, task.wait_for)
        return
    _run(work, task, visit)


def hold(work: Work, visit: Visit) -> None:
    """Keep a visit that could go on until the run is resumed."""
    if not visit.held:
        held = work.change(visit, held=True)
        work.record("held", held)


def start_attempt(work: Work, visit: Visit) -> None:
    """Hand out the next attempt of a task without items; a container starts its children."""
    task = work.task(visit)
    if task.is_container:
        start_children(work, visit)
        return
    key = RunKey(visit.task, visit.number, None, visit.attempt + 1)
    try:
        rendered = render_input(work, task, {})
    except ExpressionFailed as problem:
        error = TaskError("expression", problem.message)
        refuse(work, visit, key, error)
        end_visit(work, work.change(visit, attempt=key.attempt), Ending(Outcome.FAILED, error))
        return
    state = TaskState.WAITING_INQUIRY if task.is_ask else TaskState.RUNNING
    visit = work.change(visit, attempt=key.attempt, live=True, held=False, retry_at=None, state=state, error=None)
    hand_out(work, visit, key, rendered)


def fail(work: Work, visit: Visit, type_: str, message: str) -> None:
    """End a visit that could not be run."""
    end_visit(work, visit, Ending(Outcome.FAILED, TaskError(type_, message)))


def _skips_or_fails(work: Work, task: PlanTask, visit: Visit) -> bool:
    """Look at what has to be known before anything starts. True when the visit has ended by it."""
    if task.depth > work.plan.limits.max_nesting:
        limit = work.plan.limits.max_nesting
        text = f"task '{task.name}' is nested {task.depth} deep, the limit is {limit} (ATTUNE_MAX_NESTING, nesting_limit)"
        fail(work, visit, "nesting_limit", text)
        return True
    if task.when is None:
        return False
    try:
        if holds(work, task.when, run_scope(work, now=work.now, place=f"task '{task.name}', when")):
            return False
    except ExpressionFailed as problem:
        fail(work, visit, "expression", problem.message)
        return True
    end_visit(work, visit, Ending(Outcome.SKIPPED, duration_ms=0))
    return True


def _delays(work: Work, task: PlanTask, visit: Visit) -> bool:
    if task.spec.delay_s <= 0:
        return False
    due_at = work.now + timedelta(seconds=task.spec.delay_s)
    visit = work.change(visit, delay_until=due_at)
    work.record("delayed", visit, due_at=due_at.isoformat())
    work.say(SetTimer("delay", RunKey(visit.task, visit.number, None, 1), due_at))
    return True


def _await_inquiry(work: Work, task: PlanTask, visit: Visit, template: Compiled) -> None:
    try:
        place = f"task '{task.name}', wait_for.inquiry"
        rendered = render(work, template, run_scope(work, now=work.now, place=place))
        inquiry_id = _as_id(rendered)
    except ExpressionFailed as problem:
        fail(work, visit, "expression", problem.message)
        return
    if inquiry_id is None:
        text = f"task '{task.name}', wait_for.inquiry: takes the id of an inquiry, got {rendered!r:.80}"
        fail(work, visit, "invalid_input", text)
        return
    visit = work.change(visit, state=TaskState.WAITING_INQUIRY, inquiry_id=inquiry_id)
    work.record("awaits_inquiry", visit, inquiry=inquiry_id)
    work.say(AwaitInquiry(RunKey(visit.task, visit.number, None, 1), inquiry_id))


def _as_id(rendered: Any) -> int | None:
    if isinstance(rendered, str) and rendered.strip().isdecimal():
        return int(rendered)
    return rendered if isinstance(rendered, int) and not isinstance(rendered, bool) else None


def _run(work: Work, task: PlanTask, visit: Visit) -> None:
    if task.is_container and task.items is not None:
        fail(work, visit, "invalid_input", f"task '{task.name}' is parallel and has with_items: move it to a child")
    elif task.spec.action is None and not task.is_container:
        _run_nothing(work, task, visit)
    elif task.items is not None:
        open_items(work, visit, task.items)
    else:
        start_attempt(work, visit)


def _run_nothing(work: Work, task: PlanTask, visit: Visit) -> None:
    """A task that only waits has nothing to run; any other one lacks its action."""
    if task.wait_for is None:
        fail(work, visit, "not_found", f"task '{task.name}' names no action")
    else:
        end_visit(work, visit, Ending(Outcome.SUCCEEDED))
