"""The logs of a run: the last lines of what its executions wrote."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request

from app.engine.access import Caller
from app.queries import executions, logs
from app.queries.executions import ExecutionFilters

LOG_TAIL = 64 * 1024


def log_tab(execution: Mapping[str, Any], run: Any, by: Caller) -> dict[str, Any]:
    if run is None:
        titles = {"stdout": "Output", "stderr": "Errors"}
        return {"logs": [_log(execution["id"], stream, title, by) for stream, title in titles.items()]}
    filters = ExecutionFilters(workflow_execution=run["id"], task_name=request.args.get("task"))
    rows, _, _ = executions.list_executions(by=by, filters=filters, limit=30)
    found = [_log(row["id"], "stdout", _log_title(row), by) for row in reversed(rows) if not row["workflow_execution"]]
    return {"logs": [log for log in found if log["text"]]}


def _log_title(row: Mapping[str, Any]) -> str:
    task = row["workflow_task"]
    item = f", item {task['task_index']}" if task["task_index"] is not None else ""
    again = f", attempt {task['retry_count'] + 1}" if task["retry_count"] else ""
    return f"{task['task_name']}{item}{again}"


def _log(execution_id: int, stream: str, title: str, by: Caller) -> dict[str, Any]:
    text, size = tail(execution_id, stream, by, LOG_TAIL)
    return {"title": title, "text": text, "size": size, "cut": size > LOG_TAIL}


def tail(execution_id: int | None, stream: str, by: Caller, most: int) -> tuple[str, int]:
    """The last bytes of a stream as text, and its whole size."""
    if execution_id is None:
        return "", 0
    size = logs.log_sizes(execution_id=execution_id, by=by)[stream]["size"]
    part = logs.log_part(execution_id=execution_id, stream=stream, by=by, offset=max(0, size - most), limit=most)
    return part.content.decode("utf-8", "replace"), size
