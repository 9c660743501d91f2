"""Runs within runs: which executions of a run are workflows, and where in which runs an execution stands."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from itertools import pairwise

from app.engine.access import Caller
from app.persistence import session
from app.persistence.repositories import execution_reads, labels, run_reads
from app.persistence.repositories.rows import Row
from app.persistence.session import Transaction
from app.queries.execution_access import may_read

_DEEPEST = 12


@dataclass(frozen=True, slots=True)
class Step:
    """A run (an execution id and what it is called), and the task of it that the way goes on with."""

    run: int
    title: str
    task: str
    item: int | None


def revisions_of(*, execution_ids: Collection[int]) -> dict[int, int]:
    """Of those that are workflows, the revision they keep. No right is asked for: ids of a run one was shown."""
    if not execution_ids:
        return {}
    with session.reading() as tx:
        return run_reads.revisions_of(tx, execution_ids)


def way_to(*, execution_id: int, by: Caller) -> list[Step]:
    """The runs around an execution, the outermost first; what the caller may not read ends the way."""
    with session.reading() as tx:
        rows = _upwards(tx, execution_id, by)
        names = labels.labels_of(tx, {row["action_ref"] for row in rows})
    steps = [_step(above, below, names.get(above["action_ref"])) for below, above in pairwise(rows)]
    return steps[::-1]


def _upwards(tx: Transaction, execution_id: int, by: Caller) -> list[Row]:
    rows: list[Row] = []
    wanted: int | None = execution_id
    while wanted is not None and len(rows) < _DEEPEST:
        found = execution_reads.by_ids(tx, [wanted])
        if not found or not may_read(tx, found[0], by):
            break
        rows.append(found[0])
        wanted = found[0]["parent"]
    return rows


def _step(above: Row, below: Row, label: str | None) -> Step:
    return Step(above["id"], label or above["action_ref"], below["task_name"] or "", below["task_index"])
