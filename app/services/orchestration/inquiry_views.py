"""`inquiry.<task>` in templates: the latest question of a task, read when an expression asks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from app.persistence.repositories import inquiry_rows
from app.persistence.session import Transaction


class InquiryViews(Mapping[str, Any]):
    """Task name -> {id, status, response, responded_by, responded_at}, or a list of them for items."""

    def __init__(self, tx: Transaction, workflow_execution_id: int) -> None:
        self._tx = tx
        self._run = workflow_execution_id

    def __getitem__(self, task: str) -> Any:
        found = inquiry_rows.latest_of_task(self._tx, self._run, task)
        if not found:
            raise KeyError(task)
        views = [_view(row) for row in found]
        return views if found[0]["task_index"] is not None else views[-1]

    def __iter__(self) -> Iterator[str]:
        return iter(inquiry_rows.tasks_that_asked(self._tx, self._run))

    def __len__(self) -> int:
        return len(inquiry_rows.tasks_that_asked(self._tx, self._run))


def _view(row: Any) -> dict[str, Any]:
    return {
        "id": row["id"],
        "status": row["status"],
        "response": row["response"],
        "responded_by": row["responded_by_login"],
        "responded_at": row["responded_at"].isoformat().replace("+00:00", "Z") if row["responded_at"] else None,
    }
