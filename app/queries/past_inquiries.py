"""`inquiry.<task>` of a past run: the latest question of each task, read when an expression asks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from app.persistence.repositories import inquiry_rows
from app.persistence.session import Transaction


class PastInquiries(Mapping[str, Any]):
    """Task name -> {id, status, response, responded_by, responded_at}, or a list of them for items."""

    def __init__(self, tx: Transaction, run_id: int) -> None:
        self._tx, self._run = tx, run_id

    def __getitem__(self, task: str) -> Any:
        rows = inquiry_rows.latest_of_task(self._tx, self._run, task)
        if not rows:
            raise KeyError(task)
        views = [_inquiry(row) for row in rows]
        return views if rows[0]["task_index"] is not None else views[-1]

    def __iter__(self) -> Iterator[str]:
        return iter(inquiry_rows.tasks_that_asked(self._tx, self._run))

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _inquiry(row: Any) -> dict[str, Any]:
    answered = row["responded_at"]
    return {
        "id": row["id"],
        "status": row["status"],
        "response": row["response"],
        "responded_by": row["responded_by_login"],
        "responded_at": answered.isoformat().replace("+00:00", "Z") if answered else None,
    }
