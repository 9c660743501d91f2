"""Runs handed out: one attempt of a task or of one of its items, with its input rendered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.engine.conductor.commands import OpenInquiry, RefuseRun, RunAction
from app.engine.conductor.plan import PlanTask
from app.engine.conductor.reports import RunKey, TaskError
from app.engine.conductor.state import Visit
from app.engine.conductor.views import run_scope
from app.engine.conductor.work import Work
from app.engine.expressions import Compiled, Condition, Scope


def render(work: Work, compiled: Compiled, scope: Scope) -> Any:
    """The value, with the secret texts it took from the key store noted for the run."""
    try:
        return compiled.render(scope)
    finally:
        note_secrets(work, scope)


def holds(work: Work, condition: Condition, scope: Scope) -> bool:
    try:
        return condition.holds(scope)
    finally:
        note_secrets(work, scope)


def note_secrets(work: Work, scope: Scope) -> None:
    if scope.secrets and not work.secrets.issuperset(scope.secrets):
        work.secrets = work.secrets.union(scope.secrets)


def render_input(work: Work, task: PlanTask, local: Mapping[str, Any]) -> dict[str, Any]:
    """The input of one run. Raises ExpressionFailed, whose message names the task and the path."""
    if not task.input:
        return {}
    scope = run_scope(work, now=work.now, local=local)
    rendered: dict[str, Any] = {}
    for name, compiled in task.input:
        scope.expression_place = f"task '{task.name}', input.{name}"
        rendered[name] = render(work, compiled, scope)
    return rendered


def hand_out(work: Work, visit: Visit, key: RunKey, rendered: dict[str, Any], batch: int | None = None) -> None:
    """Give one run away: to a worker, or to people when the action is `core.ask`."""
    task = work.task(visit)
    work.record_run("task_ready", key)
    if task.is_ask:
        work.say(OpenInquiry(key, rendered, task.spec.timeout_s, batch, visit.triggered_by, work.secrets))
        return
    work.running += 1
    work.say(
        RunAction(
            key=key,
            action_ref=task.spec.action or "",
            input=rendered,
            timeout_s=task.spec.timeout_s,
            max_retries=task.spec.retry.count if task.spec.retry else 0,
            batch_index=batch,
            triggered_by=visit.triggered_by,
            secrets=work.secrets,
        )
    )


def refuse(work: Work, visit: Visit, key: RunKey, error: TaskError, batch: int | None = None) -> None:
    """A run whose input could not be rendered: it is kept as failed and never handed out."""
    task = work.task(visit)
    work.record_run("attempt_ended", key, outcome="failed", error={"type": error.type, "message": error.message})
    work.say(
        RefuseRun(
            key=key,
            action_ref=task.spec.action or "",
            error=error,
            max_retries=task.spec.retry.count if task.spec.retry else 0,
            batch_index=batch,
            triggered_by=visit.triggered_by,
        )
    )


def took_back(work: Work, visit: Visit) -> None:
    """A run that was handed out has ended."""
    if not work.task(visit).is_ask:
        work.running -= 1
