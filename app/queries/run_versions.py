"""In which state an execution is, as one small row: for pages that ask each second whether anything has changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.persistence import session
from app.persistence.repositories import run_reads


@dataclass(frozen=True, slots=True)
class RunVersion:
    """Of a run, or of a single action.

    Attributes:
        version: counts the changes of a run; None for a single action.
        changed: when it changed last.
        is_still: none of its tasks runs now; it waits.
        written: bytes of output of what runs now.
    """

    status: str
    version: int | None
    changed: datetime
    is_still: bool
    written: int


def of_execution(*, execution_id: int) -> RunVersion | None:
    """None when there is no such execution. No right is asked for: show this to nobody, compare with it."""
    with session.reading() as tx:
        row = run_reads.version_of_execution(tx, execution_id)
    if row is None:
        return None
    changed = row["run_updated"] or row["updated"]
    return RunVersion(row["status"], row["version"], changed, is_still=row["running_tasks"] == 0, written=row["written"] or 0)
