"""When each task of a run waited, was tried and ended: what its timeline is drawn from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from app.engine.access import Caller
from app.persistence import session
from app.persistence.repositories import run_reads
from app.persistence.repositories.rows import Row
from app.persistence.session import Transaction
from app.queries.specs import spec_of
from app.queries.workflow_executions import readable_run

MOST_SPANS = 20_000
ITEMS_LOOKED_AT = 500  # of one task: a lane has no more pixels to tell them apart


@dataclass(frozen=True, slots=True)
class Span:
    """One attempt, or one item's: asked for, begun, ended (aware UTC).

    Attributes:
        kind: action | workflow | inquiry | pure.
        own_run: whether it is a workflow that can be looked into.
        copied: a retried run took its result over, nothing was run.
    """

    execution: int
    visit: int
    attempt: int
    status: str
    kind: str
    asked_for: datetime
    began: datetime | None
    ended: datetime | None
    own_run: bool = False
    copied: bool = False


@dataclass(frozen=True, slots=True)
class VisitTime:
    """One visit of a task: when it was reached, and its state."""

    number: int
    state: str
    reached: datetime
    began: datetime | None
    ended: datetime | None


@dataclass(frozen=True, slots=True)
class TaskTimes:
    """Everything one task did. With items, `spans` are those of every `every`-th of them, `items` counts their executions."""

    name: str
    container: str | None
    visits: Sequence[VisitTime] = ()
    spans: Sequence[Span] = ()
    items: int = 0
    every: int = 1


@dataclass(frozen=True, slots=True)
class Timeline:
    """A run from `began` to `ended` (None: it goes on); tasks in definition order."""

    execution: int
    began: datetime
    ended: datetime | None
    tasks: Sequence[TaskTimes]
    cut: bool = False


@dataclass(frozen=True, slots=True)
class _Found:
    """Rows by task."""

    visits: Mapping[str, list[Row]]
    spans: Mapping[str, list[Row]]
    items: Mapping[str, int]
    every: Mapping[str, int] = field(default_factory=dict)


def timeline_of(*, workflow_execution_id: int, by: Caller) -> Timeline:
    """The times of a run. NotFound: unknown, or not for this caller."""
    with session.reading() as tx:
        header = readable_run(tx, workflow_execution_id, by)
        spec = spec_of(tx, header["revision"])
        plain = run_reads.spans(tx, workflow_execution_id, limit=MOST_SPANS + 1)
        found = _found(tx, workflow_execution_id, plain[:MOST_SPANS])
    places = {task.name: task.container for task in spec.all_tasks()} if spec else dict.fromkeys(found.visits)
    return Timeline(
        execution=header["execution"],
        began=header["started_at"] or header["created"],
        ended=header["completed_at"],
        tasks=[_task(name, container, found) for name, container in places.items()],
        cut=len(plain) > MOST_SPANS,
    )


def _found(tx: Transaction, run_id: int, plain: Sequence[Row]) -> _Found:
    items = run_reads.item_numbers(tx, run_id)
    every = {name: -(-number // ITEMS_LOOKED_AT) for name, number in items.items()}
    spans = _by_task(plain)
    for name, step in every.items():
        spans.setdefault(name, []).extend(run_reads.item_spans(tx, run_id, name, every=step))
    return _Found(_by_task(run_reads.visit_times(tx, run_id)), spans, items, every)


def _by_task(rows: Sequence[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["task_name"], []).append(row)
    return found


def _task(name: str, container: str | None, found: _Found) -> TaskTimes:
    return TaskTimes(
        name=name,
        container=container,
        visits=[VisitTime(v["visit"], v["state"], v["created"], v["started_at"], v["completed_at"]) for v in found.visits.get(name, [])],
        spans=[_span(row) for row in found.spans.get(name, [])],
        items=found.items.get(name, 0),
        every=found.every.get(name, 1),
    )


def _span(row: Row) -> Span:
    return Span(
        execution=row["id"],
        visit=row["visit"] or 1,
        attempt=row["attempt"] or 1,
        status=row["status"],
        kind=row["kind"],
        asked_for=row["created"],
        began=row["started_at"],
        ended=row["completed_at"],
        own_run=row["own_run"] is not None,
        copied=row["copied_from"] is not None,
    )
