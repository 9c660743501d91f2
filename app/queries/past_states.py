"""A run as it was after one of its events: its tasks and variables, folded from the log. Read only; nothing is run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.engine.access import Caller
from app.engine.conductor.codec import decode_visit
from app.engine.conductor.commands import Record
from app.engine.conductor.fold import Folded, fold
from app.engine.conductor.state import Visit
from app.engine.errors import NotFound
from app.engine.statuses import TASK_ENDED
from app.engine.waiting import Facts, reason
from app.persistence import session
from app.persistence.repositories import event_reads, run_reads
from app.persistence.repositories.rows import Row
from app.persistence.session import Transaction
from app.queries.specs import spec_of
from app.queries.task_states import Ran, latest_executions, task_states
from app.queries.waiting import arrived_at, still_before
from app.queries.workflow_executions import all_tasks, readable_run

TICKS = ("task_ended", "task_skipped", "retry_scheduled", "awaits_inquiry", "published", "run_paused", "run_resumed", "run_finished")
MOST_TICKS = 120


@dataclass(frozen=True, slots=True)
class Scale:
    """The events one may look back to: 1 to `last`; `ticks` are (number, type, task) of those that end or hold up something."""

    last: int
    ticks: Sequence[tuple[int, str, str | None]] = ()


@dataclass(frozen=True, slots=True)
class PastState:
    """A run right after the event `seq`, as its log tells it; secrets are masked there.

    Attributes:
        event: {type, task_name, visit, item, attempt, payload} of that event.
        at: when it was written.
        tasks: TaskState objects (api.md 9), with `reason` as far as the log knows it.
        status: of the run (an execution status).
    """

    seq: int
    event: Row
    at: datetime
    status: str
    tasks: Sequence[dict[str, Any]]
    variables: dict[str, Any]


def scale_of(*, execution_id: int) -> Scale:
    """How far one may look back. For an execution the caller has already been given."""
    with session.reading() as tx:
        last = event_reads.last_seq(tx, execution_id)
        rows = event_reads.marks(tx, execution_id, TICKS, every=max(1, last // (MOST_TICKS * 4)))
    return Scale(last, [(row["seq"], row["type"], row["task_name"]) for row in rows[:: len(rows) // MOST_TICKS + 1]])


def state_at(*, workflow_execution_id: int, seq: int, by: Caller) -> PastState:
    """The run after its event `seq`; after its last one when there are fewer.

    Raises:
        NotFound: unknown or not for this caller, or there was no event yet.
    """
    with session.reading() as tx:
        header = readable_run(tx, workflow_execution_id, by)
        rows = event_reads.upto(tx, header["execution"], seq=seq)
        if not rows:
            raise NotFound(f"Run {header['execution']} has no event {seq}.")
        return _state(tx, header, rows)


def _state(tx: Transaction, header: Row, rows: Sequence[Row]) -> PastState:
    folded, last = fold(_record(row) for row in rows), rows[-1]
    spec, visits = spec_of(tx, header["revision"]), _latest(folded)
    executions = run_reads.task_executions(tx, header["id"], with_items=False, until=last["created"])
    ended = {name for name, visit in visits.items() if visit.state in TASK_ENDED}
    results = run_reads.results(tx, latest_executions([row for row in executions if row["task_name"] in ended]))
    tasks = task_states(all_tasks(spec, visits), visits, Ran(executions, results, {}))
    facts = Facts(
        now=last["created"], before=still_before(spec, tasks), arrived=arrived_at(visits), paused=bool(folded.header.get("paused"))
    )
    return PastState(
        seq=last["seq"],
        event=last,
        at=last["created"],
        status=str(folded.header.get("status") or "running"),
        tasks=[{**task, "reason": reason(task, facts)} for task in tasks],
        variables=folded.variables,
    )


def _record(row: Row) -> Record:
    return Record(row["type"], row["task_name"], row["visit"], row["item"], row["attempt"], row["payload"] or {})


def _latest(folded: Folded) -> dict[str, Visit]:
    """The latest visit of each task; one whose first change is told by a later event of its step isn't there yet."""
    found: dict[str, Visit] = {}
    for (task, number), document in folded.visits.items():
        if "state" in document and (task not in found or found[task].number < number):
            found[task] = decode_visit(document)
    return found
