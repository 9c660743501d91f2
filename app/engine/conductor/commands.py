"""What to do: the commands that `advance` gives back. Services carry them out in the same transaction."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.engine.conductor.reports import RunKey, TaskError
from app.engine.conductor.state import Visit
from app.engine.statuses import ExecutionStatus


@dataclass(frozen=True, slots=True)
class RunAction:
    """Start one execution of an action or a workflow (the service knows which).

    Attributes:
        input: rendered, JSON only; not yet cast to the action's schema (the service does that at the border).
        batch_index: number of the batch the item is in, else None (`task_batch` of api.md).
        timeout_s: for one attempt; None: the action's own limit.
        secrets: texts inside `input` that must be masked wherever it is shown.
    """

    key: RunKey
    action_ref: str
    input: dict[str, Any]
    timeout_s: float | None = None
    max_retries: int = 0
    batch_index: int | None = None
    triggered_by: str | None = None
    secrets: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class RefuseRun:
    """Keep a failed execution for a run whose input could not be rendered: it never starts, nothing is reported.

    The engine has counted the failure already; the row is what people see, and where `failed_items` are read from.
    """

    key: RunKey
    action_ref: str
    error: TaskError
    max_retries: int = 0
    batch_index: int | None = None
    triggered_by: str | None = None
    timeout_s: float | None = None


@dataclass(frozen=True, slots=True)
class OpenInquiry:
    """Ask people (core.ask): the service makes a child execution without a worker, and one inquiry."""

    key: RunKey
    input: dict[str, Any]
    timeout_s: float | None = None
    batch_index: int | None = None
    triggered_by: str | None = None
    secrets: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class AwaitInquiry:
    """A `wait_for` task waits for this inquiry; answer with `InquiryAnswered` (at once when it is closed already)."""

    key: RunKey
    inquiry_id: int


@dataclass(frozen=True, slots=True)
class CancelRun:
    """Stop this run: what has not started ends `cancelled` at once, what runs is signalled when `running_too`.

    Without `running_too` (policy `allow_finish`) a running action goes on to its end; a nested workflow is told
    to cancel all the same and keeps its own policy. With it a nested workflow is told `cancel_running`.
    Either way the end is reported as `TaskCancelled` or as whatever the run came to.
    """

    key: RunKey
    reason: str = ""
    running_too: bool = True


@dataclass(frozen=True, slots=True)
class SetTimer:
    """Report `TimerDue(kind, key)` at `due_at` (aware UTC), durably. The same kind and key replaces the timer."""

    kind: str
    key: RunKey
    due_at: datetime


@dataclass(frozen=True, slots=True)
class ClearTimer:
    """Forget that timer; one that fires all the same is harmless."""

    kind: str
    key: RunKey


@dataclass(frozen=True, slots=True)
class SaveVisit:
    """Write the row of this visit; one per touched visit and step, with its last form.

    Attributes:
        values: the items of the visit, only in the step that opened them: store them once beside the row
            and give them back to `codec.decode` as the document's `values`, so that an item costs the same
            whether there are ten or ten thousand.
    """

    visit: Visit
    values: tuple[Any, ...] | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """One event of the run's log; folding all of them gives the state.

    type: run_started, run_paused, run_resumed, run_canceling, run_finished, arrived, visit_opened, task_ready,
    task_started, attempt_ended, retry_scheduled, task_skipped, task_ended, published, items_opened, ...
    """

    type: str
    task: str | None = None
    visit: int | None = None
    item: int | None = None
    attempt: int | None = None
    payload: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Warn:
    """Add a warning to the execution (`warnings[]`), e.g. a result that does not fit `output`."""

    message: str
    path: str = ""


@dataclass(frozen=True, slots=True)
class Finish:
    """The run has ended. `status`: completed, failed or cancelled; `result` as in api.md 8 (with `succeeded`)."""

    status: ExecutionStatus
    result: dict[str, Any]
    error: TaskError | None = None


Command = (
    RunAction
    | RefuseRun
    | OpenInquiry
    | AwaitInquiry
    | CancelRun
    | SetTimer
    | ClearTimer
    | SaveVisit
    | Record
    | Warn
    | Finish
)
