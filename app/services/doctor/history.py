"""The thorough check: the events of a run, folded, give the state that is stored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from app.engine.conductor import codec
from app.engine.conductor.commands import Record
from app.engine.conductor.fold import fold
from app.persistence.repositories import broken_runs as broken
from app.persistence.repositories import event_reads
from app.persistence.session import Transaction
from app.services.doctor.findings import Check, Finding, Moment

RUNS = 500  # newest ones
EVENTS = 20_000  # of one run; longer logs are left out


def _unfolded(tx: Transaction, moment: Moment) -> Iterator[Finding]:
    for run in broken.recent(tx, limit=RUNS):
        rows = event_reads.after(tx, run["execution"], seq=0, limit=EVENTS)
        if len(rows) < EVENTS:
            different = _difference(rows, run["state"], broken.visit_documents(tx, run["id"]))
            if different:
                yield Finding("history", "workflow_execution", run["id"], f"its events give another {different} than is stored")


def _difference(rows: list[dict[str, Any]], state: Mapping[str, Any], visits: Mapping[tuple[str, int], Any]) -> str | None:
    """What differs first, or None."""
    folded = fold(_record(row) for row in rows)
    if _header(folded.header) != _header(state):
        return "state of the run"
    for key in {**folded.visits, **visits}:
        if key not in folded.visits or key not in visits:
            return f"visit {key[1]} of task {key[0]}"
        if codec.decode_visit(folded.visits[key]) != codec.decode_visit(visits[key]):
            return f"visit {key[1]} of task {key[0]}"
    return None


def _record(row: Mapping[str, Any]) -> Record:
    return Record(row["type"], row["task_name"], row["visit"], row["item"], row["attempt"], payload=row["payload"])


def _header(document: Mapping[str, Any]) -> dict[str, Any]:
    """Attributes that are not at rest: a document may leave the others out."""
    decoded = codec.decode_header(document)
    return {name: value for name, value in decoded.items() if value not in (None, False, (), 0)}


CHECKS = (Check("history", "The events of a run give its state", _unfolded, thorough=True),)
