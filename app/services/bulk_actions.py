"""One action on many executions: a plan that says what will happen to which, then each in a transaction of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from app.engine.access import Caller, Target
from app.engine.errors import AppError
from app.engine.statuses import TERMINAL, ExecutionStatus
from app.persistence.repositories import execution_reads
from app.persistence.repositories.rows import Row
from app.persistence.session import reading
from app.services import executions, workflow_executions, workflow_reruns

MOST = 500
ACTIONS = ("cancel", "pause", "resume", "rerun", "retry")
_RETRIED = frozenset({"failed", "timeout", "cancelled", "abandoned"})


@dataclass(frozen=True, slots=True)
class Part:
    """One execution of a plan, or of what came of it.

    Attributes:
        why_not: why nothing will be (or was) done to it; None: it will be (or was).
        run: id of the run that it is; None: a single action.
        begun: the execution that was started for it.
    """

    id: int
    ref: str
    status: str
    run: int | None = None
    why_not: str | None = None
    begun: int | None = None


def plan(*, action: str, ids: Iterable[int], by: Caller) -> list[Part]:
    """What the action would do to each of these, newest first; what the caller may not see is left out."""
    wanted = sorted(set(ids), reverse=True)[:MOST]
    with reading() as tx:
        rows = [row for row in execution_reads.for_steering(tx, wanted) if _may_see(row, by)]
    return [_planned(action, row, by) for row in rows]


def carry_out(*, action: str, ids: Iterable[int], by: Caller) -> list[Part]:
    """Do it to each of these that allows it, one after the other; what can't be done stops none of the others."""
    return [part if part.why_not else _done(action, part, by) for part in plan(action=action, ids=ids, by=by)]


def may(action: str, row: Mapping[str, Any], by: Caller) -> bool:
    """Whether the caller has the right to do it to this execution (`executor`), in whatever state that is."""
    return executions.may_steer(by, row, "cancel" if action == "cancel" else "update")


def _may_see(row: Row, by: Caller) -> bool:
    ref = row["action_ref"]
    return by.allows("executions", "read", Target(id=row["id"], ref=ref, pack_ref=ref.partition(".")[0], owner=row["executor"]))


def _planned(action: str, row: Row, by: Caller) -> Part:
    part = Part(row["id"], row["action_ref"], row["status"], row["own_run"])
    return Part(part.id, part.ref, part.status, part.run, _why_not(action, row, by))


def _why_not(action: str, row: Row, by: Caller) -> str | None:
    if not may(action, row, by):
        return "Only who started it, or somebody with the right, may do this."
    return _REFUSALS[action](row)


def _not_running(row: Row) -> str | None:
    return "It has ended." if row["status"] in TERMINAL else None


def _not_cancellable(row: Row) -> str | None:
    return "It is being cancelled already." if row["status"] == ExecutionStatus.CANCELING else _not_running(row)


def _not_pausable(row: Row) -> str | None:
    if row["own_run"] is None:
        return "A single action can’t be paused."
    return "It is paused already." if row["paused"] else _not_cancellable(row)


def _not_resumable(row: Row) -> str | None:
    return _not_running(row) or (None if row["paused"] else "It is not paused.")


def _not_repeatable(row: Row) -> str | None:
    return None if row["status"] in TERMINAL else "It has not ended yet."


def _not_retryable(row: Row) -> str | None:
    if row["status"] in _RETRIED or row["status"] not in TERMINAL:
        return _not_repeatable(row)
    return "It did not fail."


_REFUSALS: dict[str, Callable[[Row], str | None]] = {
    "cancel": _not_cancellable,
    "pause": _not_pausable,
    "resume": _not_resumable,
    "rerun": _not_repeatable,
    "retry": _not_retryable,
}


def _done(action: str, part: Part, by: Caller) -> Part:
    try:
        begun = _DOING[action](part, by)
    except AppError as error:  # it changed since the plan, or a rule that only the doing knows
        return Part(part.id, part.ref, part.status, part.run, error.message)
    return Part(part.id, part.ref, part.status, part.run, begun=begun)


def _cancel(part: Part, by: Caller) -> None:
    executions.cancel(execution_id=part.id, by=by)


def _pause(part: Part, by: Caller) -> None:
    workflow_executions.pause(workflow_execution_id=part.run or 0, reason=None, by=by)


def _resume(part: Part, by: Caller) -> None:
    workflow_executions.resume(workflow_execution_id=part.run or 0, by=by)


def _again(mode: str) -> Callable[[Part, Caller], int]:
    def begin(part: Part, by: Caller) -> int:
        if part.run is None:
            return executions.retry(execution_id=part.id, by=by).execution_id
        return workflow_reruns.retry(workflow_execution_id=part.run, mode=mode, by=by).execution_id

    return begin


_DOING: dict[str, Callable[[Part, Caller], int | None]] = {
    "cancel": _cancel,
    "pause": _pause,
    "resume": _resume,
    "rerun": _again("all"),
    "retry": _again("failed"),
}
