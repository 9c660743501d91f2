"""What happened: the reports that `advance` takes. Each may come twice or late; the second changes nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple


class RunKey(NamedTuple):
    """One attempt of one visit of a task, or of one of its items. `visit` and `attempt` count from 1."""

    task: str
    visit: int
    item: int | None
    attempt: int


@dataclass(frozen=True, slots=True)
class TaskError:
    """Why a task run failed. `type`: failed | timeout | cancelled | expression | publish_error |
    transition_error | visit_limit | nesting_limit | not_found | invalid_input | items_failed | ..."""

    type: str
    message: str


@dataclass(frozen=True, slots=True)
class Started:
    """The run begins: parameters were checked, entry tasks may start."""


@dataclass(frozen=True, slots=True)
class TaskStarted:
    """A worker has begun this run (state `running`); only for display, the graph does not depend on it."""

    key: RunKey


@dataclass(frozen=True, slots=True)
class TaskSucceeded:
    """The run ended well; `result` is the execution's whole result object (api.md 8)."""

    key: RunKey
    result: dict[str, Any]
    duration_ms: int = 0


@dataclass(frozen=True, slots=True)
class TaskFailed:
    """The run failed; `result` is the execution's result with `succeeded: false`."""

    key: RunKey
    error: TaskError
    result: dict[str, Any] = field(default_factory=dict)
    duration_ms: int = 0


@dataclass(frozen=True, slots=True)
class TaskTimedOut:
    """The run was stopped at its time limit, or nobody answered in time."""

    key: RunKey
    error: TaskError
    result: dict[str, Any] = field(default_factory=dict)
    duration_ms: int = 0


@dataclass(frozen=True, slots=True)
class TaskCancelled:
    """The run was stopped by a person, by the workflow's cancel or by `fail_fast`."""

    key: RunKey
    result: dict[str, Any] = field(default_factory=dict)
    duration_ms: int = 0


@dataclass(frozen=True, slots=True)
class InquiryAnswered:
    """The inquiry that a `wait_for` task waits for was answered (`outcome` responded), expired or was cancelled."""

    inquiry_id: int
    outcome: str = "responded"


@dataclass(frozen=True, slots=True)
class TimerDue:
    """A timer set by a `SetTimer` command is due. `kind` and `key` are the command's own.

    kinds: delay (a task or item may start), retry (the next attempt; `key.attempt` is that attempt),
    container (a parallel container's timeout; item None), workflow (the whole run's timeout; key.task "").
    """

    kind: str
    key: RunKey


@dataclass(frozen=True, slots=True)
class PauseRequested:
    """No new task, item or retry starts until `ResumeRequested`."""

    reason: str | None = None


@dataclass(frozen=True, slots=True)
class ResumeRequested:
    """What was held while paused starts."""


@dataclass(frozen=True, slots=True)
class CancelRequested:
    """End the run. `cancel_running` overrides an `allow_finish` policy (a caller above says so).

    `timed_out`: the run's own or its caller's time limit passed: what runs is stopped whatever the policy,
    and the run ends `failed` with "timed out" in its error.
    """

    reason: str | None = None
    cancel_running: bool = False
    timed_out: bool = False


Report = (
    Started
    | TaskStarted
    | TaskSucceeded
    | TaskFailed
    | TaskTimedOut
    | TaskCancelled
    | InquiryAnswered
    | TimerDue
    | PauseRequested
    | ResumeRequested
    | CancelRequested
)
