"""What follows from the reports about runs, timers and inquiries: another attempt, or the end of the visit."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from app.engine.conductor.commands import SetTimer
from app.engine.conductor.containers import container_ending, time_out_container
from app.engine.conductor.ending import Ending, end_visit
from app.engine.conductor.items import item_ended, retry_item
from app.engine.conductor.reports import InquiryAnswered, RunKey, TaskError, TaskStarted, TimerDue
from app.engine.conductor.retries import RetryUndecided, delay_before_retry
from app.engine.conductor.runs import took_back
from app.engine.conductor.starting import begin, hold, start_attempt
from app.engine.conductor.state import Visit
from app.engine.conductor.views import visit_result
from app.engine.conductor.work import VisitKey, Work
from app.engine.expressions import result_view
from app.engine.statuses import Outcome, TaskState


def run_started(work: Work, report: TaskStarted) -> None:
    """A worker has begun; only the first attempt of a task without items is noted."""
    visit = _live_visit(work, report.key)
    if visit is not None and visit.items is None and visit.started_at is None:
        work.change(visit, started_at=work.now)
        work.record_run("task_started", report.key)


def run_ended(work: Work, key: RunKey, ending: Ending, result: dict[str, Any]) -> None:
    """An attempt of a task or an item has ended. Anything but the current one changes nothing."""
    visit = _live_visit(work, key)
    if visit is None:
        return
    took_back(work, visit)
    work.record_run("attempt_ended", key, **_told(ending))
    if key.item is not None:
        item_ended(work, visit, key, ending, result)
        return
    work.results = work.results.with_result(visit.task, visit.number, None, result)
    _conclude(work, visit, ending, result=lambda: result_view(result))


def close_container(work: Work, key: VisitKey) -> None:
    """Every child of a container has ended."""
    visit = work.visits[key]
    if not visit.ended:
        _conclude(work, visit, container_ending(work, key), result=lambda: visit_result(work, visit))


def timer_due(work: Work, report: TimerDue) -> None:
    """A timer of a visit; one that was cleared or replaced changes nothing."""
    key = report.key
    visit = work.visits.get((key.task, key.visit))
    if visit is None or visit.ended:
        return
    if report.kind == "container":
        time_out_container(work, visit, key.attempt)
    elif report.kind == "delay":
        _delay_over(work, visit)
    elif report.kind == "retry" and visit.items is not None and key.item is not None:
        retry_item(work, visit, key.item, key.attempt)
    elif report.kind == "retry":
        _retry(work, visit, key.attempt)


def inquiry_closed(work: Work, report: InquiryAnswered) -> None:
    """The inquiry some visits wait for was answered, or never will be."""
    for key in sorted(work.open, key=lambda key: work.visits[key].serial):
        visit = work.visits[key]
        waits = visit.state is TaskState.WAITING_INQUIRY and visit.inquiry_id == report.inquiry_id
        if waits and not visit.held:
            _wait_over(work, visit, report.outcome)


def _live_visit(work: Work, key: RunKey) -> Visit | None:
    """The visit of a run that is handed out right now with exactly this attempt."""
    visit = work.visits.get((key.task, key.visit))
    if visit is None or visit.ended:
        return None
    if key.item is None:
        return visit if visit.live and visit.attempt == key.attempt else None
    items = visit.items
    if items is None or key.item in items.waiting or items.live.get(key.item) != key.attempt:
        return None
    return visit


def _told(ending: Ending) -> dict[str, Any]:
    told: dict[str, Any] = {"outcome": str(ending.outcome)}
    if ending.error is not None:
        told["error"] = {"type": ending.error.type, "message": ending.error.message}
    return told


def _conclude(work: Work, visit: Visit, ending: Ending, *, result: Any) -> None:
    """Another attempt when `retry` says so, else the end of the visit."""
    task = work.task(visit)
    try:
        delay_s = None
        if not work.stopped(visit):
            delay_s = delay_before_retry(work, task, visit.attempt, ending, result=result, local={})
    except RetryUndecided as problem:
        ending = Ending(Outcome.FAILED, problem.error, ending.duration_ms)
    if delay_s is None:
        end_visit(work, visit, ending)
    else:
        _schedule(work, visit, ending, delay_s)


def _schedule(work: Work, visit: Visit, ending: Ending, delay_s: float) -> None:
    due_at = work.now + timedelta(seconds=max(0.0, delay_s))
    key = RunKey(visit.task, visit.number, None, visit.attempt + 1)
    visit = work.change(visit, state=TaskState.WAITING_RETRY, live=False, retry_at=due_at, error=ending.error)
    work.record_run("retry_scheduled", key, due_at=due_at.isoformat())
    if delay_s > 0:
        work.say(SetTimer("retry", key, due_at))
    else:
        _retry(work, visit, key.attempt)


def _retry(work: Work, visit: Visit, attempt: int) -> None:
    if visit.state is not TaskState.WAITING_RETRY or visit.attempt + 1 != attempt:
        return
    if work.paused:
        hold(work, visit)
    else:
        start_attempt(work, visit)


def _delay_over(work: Work, visit: Visit) -> None:
    if visit.state is TaskState.PENDING and visit.delay_until is not None:
        begin(work, visit.key)


def _wait_over(work: Work, visit: Visit, outcome: str) -> None:
    if outcome == "responded":
        visit = work.change(visit, state=TaskState.PENDING)
        work.record("inquiry_answered", visit, inquiry=visit.inquiry_id)
        begin(work, visit.key)
    elif outcome == "timeout":
        text = f"task '{visit.task}' waited for inquiry {visit.inquiry_id}, which timed out"
        end_visit(work, visit, Ending(Outcome.TIMED_OUT, TaskError("timeout", text)))
    else:
        text = f"task '{visit.task}' waited for inquiry {visit.inquiry_id}, which was cancelled"
        end_visit(work, visit, Ending(Outcome.FAILED, TaskError("cancelled", text)))
