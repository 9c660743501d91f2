"""The closed vocabularies of executions, task visits, outcomes and inquiries, and the groups people ask about.

Source: api.md 8 (ExecutionStatus), 9 (TaskState), 10 (InquiryStatus); language.md 5 (Outcome).
"""

from __future__ import annotations

from enum import StrEnum


class ExecutionStatus(StrEnum):
    """Status of one execution. Closed list: clients fail on an unknown word."""

    REQUESTED = "requested"  # accepted, not yet ready to run
    SCHEDULING = "scheduling"  # being placed
    SCHEDULED = "scheduled"  # a worker may claim it
    RUNNING = "running"  # a process runs, a workflow advances, or a person is asked
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELING = "canceling"  # told to stop, not yet stopped
    CANCELLED = "cancelled"
    TIMEOUT = "timeout"  # only an unanswered core.ask
    ABANDONED = "abandoned"  # given up by the server, with a reason


TERMINAL = frozenset(
    {
        ExecutionStatus.COMPLETED,
        ExecutionStatus.FAILED,
        ExecutionStatus.CANCELLED,
        ExecutionStatus.TIMEOUT,
        ExecutionStatus.ABANDONED,
    }
)
NOT_STARTED = frozenset({ExecutionStatus.REQUESTED, ExecutionStatus.SCHEDULING, ExecutionStatus.SCHEDULED})
ACTIVE = frozenset({ExecutionStatus.RUNNING, ExecutionStatus.CANCELING})


class TaskState(StrEnum):
    """State of one visit of a task, as REST and pages show it (api.md 9)."""

    PENDING = "pending"  # not reached, or held while the run is paused, or waiting for its delay
    WAITING_JOIN = "waiting_join"
    WAITING_RETRY = "waiting_retry"
    WAITING_INQUIRY = "waiting_inquiry"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


TASK_ENDED = frozenset(
    {TaskState.COMPLETED, TaskState.FAILED, TaskState.TIMED_OUT, TaskState.SKIPPED, TaskState.CANCELLED}
)


class Outcome(StrEnum):
    """How a task ended, in the words of templates (`task.x.status`)."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


OUTCOME_OF_STATE = {
    TaskState.COMPLETED: Outcome.SUCCEEDED,
    TaskState.FAILED: Outcome.FAILED,
    TaskState.TIMED_OUT: Outcome.TIMED_OUT,
    TaskState.SKIPPED: Outcome.SKIPPED,
    TaskState.CANCELLED: Outcome.CANCELLED,
}


class InquiryStatus(StrEnum):
    """Status of one question to people."""

    PENDING = "pending"
    RESPONDED = "responded"
    TIMEOUT = "timeout"
    CANCELLED = "cancelled"
