"""The one step of the conductor: a report in, the next state and the commands out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from app.engine.conductor.attempts import close_container, inquiry_closed, run_ended, run_started, timer_due
from app.engine.conductor.commands import Command
from app.engine.conductor.completion import finish_when_quiet
from app.engine.conductor.control import (
    cancel_run,
    pause_run,
    resume_run,
    start_run,
    stop_after_failure,
    time_out_run,
)
from app.engine.conductor.ending import Ending
from app.engine.conductor.joins import settle_joins
from app.engine.conductor.reports import (
    CancelRequested,
    InquiryAnswered,
    PauseRequested,
    Report,
    ResumeRequested,
    Started,
    TaskCancelled,
    TaskError,
    TaskFailed,
    TaskStarted,
    TaskSucceeded,
    TaskTimedOut,
    TimerDue,
)
from app.engine.conductor.starting import begin
from app.engine.conductor.state import RunState
from app.engine.conductor.work import Work
from app.engine.statuses import Outcome


def advance(
    state: RunState, report: Report, *, now: datetime, chance: float = 0.5
) -> tuple[RunState, list[Command]]:
    """Advance a run by one report.

    Args:
        now: aware UTC.
        chance: in [0, 1), spreads retries with `jitter`.

    Returns:
        The next state and what to do, in order; the very same state and [] when the report changes nothing
        (it came twice, is late, or the run has ended).
    """
    if state.ended:
        return state, []
    work = Work(state, now=now, chance=chance)
    _TAKES[type(report)](work, report)
    if work.commands:
        _settle(work)
        finish_when_quiet(work)
    return work.closed()


def _settle(work: Work) -> None:
    """Carry on until only reports from outside can move the run."""
    while True:
        stop_after_failure(work)
        if work.emptied:
            close_container(work, work.emptied.popleft())
        elif work.ready:
            begin(work, work.ready.popleft())
        elif not settle_joins(work):
            return


def _succeeded(work: Work, report: TaskSucceeded) -> None:
    run_ended(work, report.key, Ending(Outcome.SUCCEEDED, None, report.duration_ms), report.result)


def _failed(work: Work, report: TaskFailed) -> None:
    run_ended(work, report.key, Ending(Outcome.FAILED, report.error, report.duration_ms), report.result)


def _timed_out(work: Work, report: TaskTimedOut) -> None:
    error = TaskError("timeout", report.error.message)
    run_ended(work, report.key, Ending(Outcome.TIMED_OUT, error, report.duration_ms), report.result)


def _cancelled(work: Work, report: TaskCancelled) -> None:
    error = TaskError("cancelled", str(report.result.get("error") or "The run was cancelled"))
    run_ended(work, report.key, Ending(Outcome.CANCELLED, error, report.duration_ms), report.result)


def _timer(work: Work, report: TimerDue) -> None:
    if report.kind == "workflow":
        if work.status != "requested":
            time_out_run(work, f"it ran longer than {work.plan.spec.timeout_s:g} seconds")
    else:
        timer_due(work, report)


_TAKES: dict[type, Callable[[Work, Any], None]] = {
    Started: start_run,
    TaskStarted: run_started,
    TaskSucceeded: _succeeded,
    TaskFailed: _failed,
    TaskTimedOut: _timed_out,
    TaskCancelled: _cancelled,
    InquiryAnswered: inquiry_closed,
    TimerDue: _timer,
    PauseRequested: pause_run,
    ResumeRequested: resume_run,
    CancelRequested: cancel_run,
}
