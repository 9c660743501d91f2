"""Scripts from past runs: what each run of a task came to, as entries that rehearse it again.

Pure core actions are left out: they compute what they give, also after an edit.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from typing import Any

from app.engine.expressions import result_view
from app.engine.pure_actions import PURE_REFS
from app.engine.statuses import TERMINAL, ExecutionStatus

_LEAST_S = 0.001  # what took no time still comes after what started it


def script_of(rows: Iterable[Mapping[str, Any]], *, stopped: Container[tuple[str, int]] = ()) -> list[dict[str, Any]]:
    """Entries in the order of visits and attempts, for each task and item.

    Args:
        rows: executions of one run with `task_name, visit, task_index, action_ref, kind, status, result, error, error_type,
            timed_out, duration_ms`, already in that order; secrets masked.
        stopped: (task, visit) of what the run stopped by itself, as it will again: it never ends otherwise.

    Returns:
        Mappings with the keys of `conductor.script.Answer`, without those that say nothing.
    """
    return [_entry(row, stopped) for row in rows if row["action_ref"] not in PURE_REFS]


def _entry(row: Mapping[str, Any], stopped: Container[tuple[str, int]]) -> dict[str, Any]:
    entry = {"task": row["task_name"]}
    if row["task_index"] is not None:
        entry["item"] = row["task_index"]
    was_stopped = row["status"] == ExecutionStatus.CANCELLED and (row["task_name"], row["visit"]) in stopped
    return {**entry, **({"silent": True} if was_stopped else _outcome(row))}


def _outcome(row: Mapping[str, Any]) -> dict[str, Any]:
    if row["status"] not in TERMINAL:
        return {"silent": True}
    took = {"took_s": max(_LEAST_S, round((row["duration_ms"] or 0) / 1000, 3))}
    result = row["result"] if isinstance(row["result"], Mapping) else {}
    if row["timed_out"] or row["status"] == ExecutionStatus.TIMEOUT or result.get("defaulted"):
        return {"timed_out": True, **took}
    if row["status"] == ExecutionStatus.COMPLETED:
        return {**_success(row["kind"], result), **took}
    return {"error": _error(row), **_data_beside(result), **took}


def _success(kind: str, result: Mapping[str, Any]) -> dict[str, Any]:
    if kind == "inquiry":
        return {"answer": result.get("response")}
    if kind == "workflow":
        return {"result": {key: value for key, value in result.items() if key != "succeeded"}}
    return {"result": _data(result)}


def _data(result: Mapping[str, Any]) -> Any:
    """The data of a result; of one without, what it printed."""
    if result.get("data") is not None:
        return result["data"]
    printed = {key: result[key] for key in ("stdout", "stderr") if result.get(key)}
    view = result_view(result)
    return {**printed, **{key: value for key, value in view.items() if key not in result}}


def _data_beside(result: Mapping[str, Any]) -> dict[str, Any]:
    return {} if result.get("data") is None else {"result": result["data"]}


def _error(row: Mapping[str, Any]) -> dict[str, str]:
    kind = "cancelled" if row["status"] == ExecutionStatus.CANCELLED else row["error_type"] or "failed"
    return {"type": kind, "message": row["error"] or kind}
