"""Items and attempts of a task, as lines of a table. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.web import wording
from app.web.vocabulary import Look, run_look

LONGEST = 120


@dataclass(frozen=True, slots=True)
class ItemLine:
    """One execution of one item."""

    id: int
    index: int | str
    value: str
    look: Look
    attempt: int
    took: str
    error: str


@dataclass(frozen=True, slots=True)
class AttemptLine:
    """One attempt of a task without items."""

    id: int
    number: int
    look: Look
    took: str
    error: str


def item_lines(rows: Sequence[Mapping[str, Any]], values: Mapping[int, Any]) -> list[ItemLine]:
    """Lines from ExecutionSummary objects that are items; `values` are the items by execution id."""
    return [_item(row, row["workflow_task"] or {}, values.get(row["id"])) for row in rows]


def _item(row: Mapping[str, Any], task: Mapping[str, Any], value: Any) -> ItemLine:
    index = task.get("task_index")
    return ItemLine(
        id=row["id"],
        index="" if index is None else index,
        value=_short(value) if value is not None else f"item {index}",
        look=run_look(row["status"]),
        attempt=task.get("retry_count", 0) + 1,
        took=_took(task),
        error=row.get("error") or "",
    )


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def attempts_of(rows: Sequence[Mapping[str, Any]]) -> list[AttemptLine]:
    """Attempts, the latest first."""
    return [_attempt(row, row["workflow_task"] or {}) for row in rows]


def _attempt(row: Mapping[str, Any], task: Mapping[str, Any]) -> AttemptLine:
    number = task.get("retry_count", 0) + 1
    return AttemptLine(row["id"], number, run_look(row["status"]), _took(task), row.get("error") or "")


def _took(task: Mapping[str, Any]) -> str:
    took_ms = task.get("duration_ms")
    return wording.span(took_ms / 1000) if took_ms is not None else ""
