"""The items of a run: one task's, filtered by status, a page at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request, url_for

from app.engine.access import Caller
from app.queries import executions
from app.queries.executions import ExecutionFilters
from app.queries.items import values_of
from app.web.pages import number
from app.web.run_graph import tasks_of
from app.web.run_items import item_lines
from app.web.vocabulary import RUN_FILTERS

ITEMS_SHOWN = 100


def items_tab(execution: Mapping[str, Any], run: Any, by: Caller) -> dict[str, Any]:
    names = [task["name"] for task in tasks_of(run, by) if task["items"]]
    selected = request.args.get("task") if request.args.get("task") in names else (names[0] if names else None)
    status = request.args.get("status") or None
    filters = ExecutionFilters(workflow_execution=run["id"], task_name=selected, status=status)
    rows, _, more = ([], None, False) if not names else executions.list_executions(
        by=by, filters=filters, limit=ITEMS_SHOWN, before=number("before")
    )
    here = {"execution_id": execution["id"], "tab": "items", "task": selected, "status": status}
    return {
        "item_tasks": names,
        "selected": selected,
        "status": status,
        "run_filters": RUN_FILTERS,
        "items": item_lines(rows, values_of([row["id"] for row in rows])),
        "items_words": "Newest first.",
        "newer": url_for("runs.detail", **here) if number("before") else None,
        "older": url_for("runs.detail", **here, before=rows[-1]["id"]) if more else None,
    }
