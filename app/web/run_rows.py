"""Rows of the list of runs. Pure, but for the clock of the ports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.engine.statuses import TERMINAL
from app.services import ports
from app.web import wording
from app.web.vocabulary import Look, run_look


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run in a list; `second` is the reason, whenever there is one."""

    id: int
    look: Look
    title: str
    second: str
    created: Any
    started_at: Any
    took: str
    who: str


def run_rows(
    rows: Sequence[Mapping[str, Any]], *, logins: Mapping[int, str] | None = None, labels: Mapping[str, str] | None = None
) -> list[RunRow]:
    """Rows from ExecutionSummary objects; `logins` says who an executor is, `labels` what a ref is called."""
    return [_row(row, logins or {}, labels or {}) for row in rows]


def _row(row: Mapping[str, Any], logins: Mapping[int, str], labels: Mapping[str, str]) -> RunRow:
    ended = row["status"] in TERMINAL
    end = (row.get("completed_at") or row["updated"]) if ended else None
    task = row.get("workflow_task") or {}
    return RunRow(
        id=row["id"],
        look=run_look(row["status"]),
        title=task.get("task_name") or labels.get(row["action_ref"]) or row["action_ref"],
        second=row.get("error") or (f"part of run {row['parent']}, {row['action_ref']}" if row.get("parent") else row["action_ref"]),
        created=row["created"],
        started_at=row.get("started_at"),
        took=wording.elapsed(row.get("started_at"), end, ports.now()),
        who=logins.get(row.get("executor") or 0, "") or row.get("rule_ref") or "",
    )
