"""The end of a run: when nothing is left to do, its status, its error and its result.

Source: language.md 2 (`output_map`), 4 (handled failures), 11 "Results and names"; api.md 8 (result of a workflow).
"""

from __future__ import annotations

from typing import Any

from app.engine.conductor.commands import ClearTimer, Finish, Warn
from app.engine.conductor.control import RUN_TIMER_KEY
from app.engine.conductor.reports import TaskError
from app.engine.conductor.runs import render
from app.engine.conductor.state import RunStatus
from app.engine.conductor.views import latest_ended, run_scope
from app.engine.conductor.work import Work
from app.engine.errors import ExpressionFailed
from app.engine.schemas import check
from app.engine.statuses import ExecutionStatus


def finish_when_quiet(work: Work) -> None:
    """End the run when no visit is open any more."""
    if work.status not in ("running", "canceling") or work.open:
        return
    status, error = _verdict(work)
    output, problems = _rendered_output(work)
    if status == "completed" and problems:
        status, error = "failed", TaskError("expression", "; ".join(problems))
    if status == "completed":
        _warn_of_mismatches(work, output)
    work.status, work.error, work.ended_at = status, error, work.now
    if work.plan.spec.timeout_s is not None:
        work.say(ClearTimer("workflow", RUN_TIMER_KEY))
    work.record("run_finished", status=status, error=None if error is None else error.message)
    work.finish = Finish(ExecutionStatus(status), _result(output, error), error)


def _warn_of_mismatches(work: Work, output: dict[str, Any]) -> None:
    """A result that does not fit `output` is told, not refused."""
    if work.plan.spec.output:
        for problem in check(output, work.plan.spec.output, noun="Output"):
            work.say(Warn(problem["message"], f"output.{problem['path']}"))


def _result(output: dict[str, Any], error: TaskError | None) -> dict[str, Any]:
    if error is None:
        return {**output, "succeeded": True}
    return {**output, "succeeded": False, "error": error.message}


def _rendered_output(work: Work) -> tuple[dict[str, Any], list[str]]:
    """What of `output_map` can be rendered, and for the rest why not."""
    output: dict[str, Any] = {}
    problems: list[str] = []
    scope = run_scope(work, now=work.now)
    for name, compiled in work.plan.output_map:
        scope.expression_place = f"output_map.{name}"
        try:
            output[name] = render(work, compiled, scope)
        except ExpressionFailed as problem:
            problems.append(problem.message)
    return output, problems


def _verdict(work: Work) -> tuple[RunStatus, TaskError | None]:
    if work.status == "canceling":
        return "cancelled", TaskError("cancelled", "Workflow cancelled")
    if work.timed_out:
        return "failed", TaskError("timeout", _timeout_text(work))
    reasons = [*_failure_texts(work), *(fault.message for fault in work.faults), *_purpose_texts(work)]
    if not reasons:
        return "completed", None
    only_fault = work.faults and not work.failures and not work.failed_on_purpose
    return "failed", TaskError(work.faults[0].type if only_fault else "failed", "; ".join(reasons))


def _timeout_text(work: Work) -> str:
    return f"Workflow timed out: {work.stop_reason}"


def _failure_texts(work: Work) -> list[str]:
    return [_failure_text(work, name) for name in dict.fromkeys(work.failures)]


def _failure_text(work: Work, name: str) -> str:
    visit = latest_ended(work, name)
    if visit is None or visit.error is None:
        return f"Task '{name}' failed"
    named = visit.error.message.startswith(f"task '{name}'")
    return "T" + visit.error.message[1:] if named else f"Task '{name}' failed: {visit.error.message}"


def _purpose_texts(work: Work) -> list[str]:
    names = dict.fromkeys(work.failed_on_purpose)
    return [f"Task '{name}' ended the workflow as failed (do: fail)" for name in names if name not in work.failures]
