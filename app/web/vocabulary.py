"""The status vocabulary of the pages: which shape and word a status has. The only place that knows both.

A word nobody knows (an older server, a newer one) is drawn as unknown with the raw word, never as an error.
"""

from __future__ import annotations

from typing import NamedTuple

from app.engine.statuses import ExecutionStatus as Run
from app.engine.statuses import InquiryStatus, TaskState


class Look(NamedTuple):
    """A mark of the drawing's shapes (`_parts/status.html`) and the word beside it."""

    mark: str
    word: str


_RUNS: dict[str, Look] = {
    Run.REQUESTED: Look("wait", "Waits to start"),
    Run.SCHEDULING: Look("wait", "Waits to start"),
    Run.SCHEDULED: Look("wait", "Waits for a worker"),
    Run.RUNNING: Look("run", "Running"),
    Run.COMPLETED: Look("ok", "Succeeded"),
    Run.FAILED: Look("fail", "Failed"),
    Run.CANCELING: Look("cancel", "Being cancelled"),
    Run.CANCELLED: Look("cancel", "Cancelled"),
    Run.TIMEOUT: Look("tout", "Timed out"),
    Run.ABANDONED: Look("fail", "Given up"),
}
_TASKS: dict[str, Look] = {
    TaskState.PENDING: Look("todo", "Not reached yet"),
    TaskState.WAITING_JOIN: Look("wait", "Waits"),
    TaskState.WAITING_RETRY: Look("retry", "Will retry"),
    TaskState.WAITING_INQUIRY: Look("ask", "Waits for an answer"),
    TaskState.RUNNING: Look("run", "Running"),
    TaskState.COMPLETED: Look("ok", "Succeeded"),
    TaskState.FAILED: Look("fail", "Failed"),
    TaskState.TIMED_OUT: Look("tout", "Timed out"),
    TaskState.SKIPPED: Look("skip", "Skipped"),
    TaskState.CANCELLED: Look("cancel", "Cancelled"),
}
_INQUIRIES: dict[str, Look] = {
    InquiryStatus.PENDING: Look("ask", "Waits for an answer"),
    InquiryStatus.RESPONDED: Look("ok", "Answered"),
    InquiryStatus.TIMEOUT: Look("tout", "Expired"),
    InquiryStatus.CANCELLED: Look("cancel", "Cancelled"),
}
NOT_TAKEN = Look("dead", "Not taken")
PAUSED = Look("pause", "Paused")
PAUSING = Look("pause", "Pausing")
ASKS = Look("ask", "Waits for an answer")


def run_look(status: str, *, paused: bool = False, pausing: bool = False) -> Look:
    """The look of an execution; a paused run says so while it has not ended."""
    if status == Run.RUNNING and paused:
        return PAUSING if pausing else PAUSED
    return _RUNS.get(status, unknown(status))


def task_look(state: str) -> Look:
    return _TASKS.get(state, unknown(state))


def inquiry_look(status: str) -> Look:
    return _INQUIRIES.get(status, unknown(status))


def unknown(word: str) -> Look:
    return Look("unk", f"Unknown: {word}")


# What the filter of the list of runs offers, in the order of the list: value, word.
RUN_FILTERS: tuple[tuple[str, str], ...] = tuple(
    (status, _RUNS[status].word) for status in Run if status not in (Run.SCHEDULING, Run.REQUESTED)
)
