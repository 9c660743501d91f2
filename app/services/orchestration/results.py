"""The engine's view of results: rows read when an expression asks, and what this transaction has added."""

from __future__ import annotations

from typing import Any

from immutables import Map

from app.engine.statuses import ExecutionStatus
from app.persistence.repositories import executions
from app.persistence.session import Transaction

Key = tuple[str, int, int | None]
_KEPT = 200


class RowResults:
    """Results of one run. Implements app.engine.conductor.state.Results."""

    __slots__ = ("_added", "_failed", "_read", "_run", "_tx")

    def __init__(
        self,
        tx: Transaction,
        workflow_execution_id: int,
        added: Map[Key, Any] | None = None,
        failed: Map[Key, dict[str, Any]] | None = None,
    ) -> None:
        self._tx = tx
        self._run = workflow_execution_id
        self._added: Map[Key, Any] = added if added is not None else Map()
        self._failed: Map[Key, dict[str, Any]] = failed if failed is not None else Map()
        self._read: dict[tuple[str, int], Any] = {}

    def bound_to(self, tx: Transaction) -> RowResults:
        """The same for another transaction. Single results stay known while they are few; items are rows by now."""
        if len(self._added) > _KEPT:
            return RowResults(tx, self._run)
        single = Map({key: value for key, value in self._added.items() if key[2] is None})
        return RowResults(tx, self._run, single)

    def result(self, task: str, visit: int) -> Any:
        key = (task, visit, None)
        if key in self._added:
            return self._added[key]
        if (task, visit) not in self._read:
            self._read[(task, visit)] = executions.last_result(self._tx, self._run, task, visit)
        return self._read[(task, visit)]

    def item_results(self, task: str, visit: int) -> list[Any]:
        found = {row["task_index"]: _value_of(row) for row in self._rows(task, visit)}
        for (name, number, item), value in self._added.items():
            if item is not None and (name, number) == (task, visit):
                found[item] = None if (name, number, item) in self._failed else value
        return [found.get(index) for index in range(max(found, default=-1) + 1)]

    def failed_items(self, task: str, visit: int) -> list[dict[str, Any]]:
        found = {
            row["task_index"]: {"index": row["task_index"], "item": row["item_value"], "error": _error_of(row)}
            for row in self._rows(task, visit)
            if row["status"] in (ExecutionStatus.FAILED, ExecutionStatus.TIMEOUT, ExecutionStatus.ABANDONED)
        }
        for (name, number, item), entry in self._failed.items():
            if (name, number) == (task, visit) and item is not None:
                found[item] = entry
        for name, number, item in self._added:
            if (name, number) == (task, visit) and item is not None and (name, number, item) not in self._failed:
                found.pop(item, None)
        return [found[index] for index in sorted(found)]

    def with_result(
        self, task: str, visit: int, item: int | None, result: Any, *, failed: dict[str, Any] | None = None
    ) -> RowResults:
        key = (task, visit, item)
        entries = self._failed.set(key, failed) if failed is not None else self._failed.delete(key) if key in self._failed else self._failed
        return RowResults(self._tx, self._run, self._added.set(key, result), entries)

    def _rows(self, task: str, visit: int) -> list[Any]:
        rows = executions.results_of(self._tx, self._run, task, visit)
        return [row for row in rows if row["task_index"] is not None]


def _value_of(row: Any) -> Any:
    return row["result"] if row["status"] == ExecutionStatus.COMPLETED else None


def _error_of(row: Any) -> dict[str, str]:
    return {"type": row["error_type"] or "failed", "message": row["error"] or "failed"}
