"""Parts of the editor's page that the server draws anew while somebody edits: the inspector of the selected task.

`POST /workflows/inspect` takes JSON `{text, task?, ref?, pack_ref?, run?, line?, column?}` and answers HTML. `run` is
an execution id whose values are shown under the fields; without it the newest completed run of `ref`; 0: none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, render_template, request

from app.engine.access import Caller
from app.engine.errors import BadRequest, NotFound
from app.engine.spec.model import TaskSpec
from app.queries import actions, executions
from app.queries.executions import ExecutionFilters
from app.queries.past_runs import PastTask, past_task
from app.services import inspections
from app.services.inspections import Inspection
from app.web.errors import covered
from app.web.inspector import inspected
from app.web.inspector_ways import KINDS
from app.web.inspector_workflow import inspected_workflow
from app.web.run_rows import run_rows
from app.web.signed_in import caller

bp = covered(Blueprint("editor_parts", __name__))
PAST_RUNS = 8


@dataclass(frozen=True, slots=True)
class Question:
    """What the browser asks about: a text, a task of it, the cursor, a past run."""

    text: str
    task: str | None = None
    ref: str | None = None
    pack_ref: str | None = None
    run: int | None = None
    line: int | None = None
    column: int = 1

    @classmethod
    def of_request(cls) -> Question:
        """Raises BadRequest for anything but the JSON described above."""
        given = request.get_json(silent=True)
        kinds: dict[str, type] = {"text": str, "task": str, "ref": str, "pack_ref": str, "run": int, "line": int, "column": int}
        if not isinstance(given, dict) or not isinstance(given.get("text"), str):
            raise BadRequest("The inspector is asked with JSON: {text, task, ref, pack_ref, run, line, column}.")
        known = {key: given[key] for key, kind in kinds.items() if isinstance(given.get(key), kind)}
        return cls(**known)

    def inspection(self, by: Caller) -> Inspection | None:
        return inspections.inspect(
            self.text, task=self.task, pack_ref=self.pack_ref, line=self.line, column=self.column, by=by
        )


@bp.post("/workflows/inspect")
def inspect() -> str:
    asked, by = Question.of_request(), caller()
    found = asked.inspection(by)
    if found is None:
        return render_template("editor/_nothing_selected.html")
    if found.task is None:
        return render_template("editor/_workflow.html", workflow=inspected_workflow(found))
    runs = past_runs(asked.ref, by)
    past = past_of(found.task, chosen_run(asked.run, runs), by)
    task = inspected(found, action=visible_action(found.task.action, by), past=past)
    return render_template("editor/_inspected.html", task=task, runs=run_rows(runs), past=past, kinds=KINDS)


def past_runs(ref: str | None, by: Caller) -> list[dict[str, Any]]:
    """The newest runs of the workflow that the caller may see."""
    if not ref:
        return []
    rows, _, _ = executions.list_executions(by=by, filters=ExecutionFilters(action_ref=ref), limit=PAST_RUNS)
    return rows


def chosen_run(asked: int | None, runs: list[dict[str, Any]]) -> int | None:
    """The run that was asked for; else the newest that completed, else the newest."""
    if asked is not None:
        return asked or None
    completed = (row["id"] for row in runs if row["status"] == "completed")
    return next(completed, runs[0]["id"] if runs else None)


def past_of(task: TaskSpec, run: int | None, by: Caller) -> PastTask | None:
    if run is None:
        return None
    try:
        return past_task(execution_id=run, task=task, by=by)
    except NotFound:
        return None


def visible_action(ref: str | None, by: Caller) -> dict[str, Any] | None:
    if ref is None:
        return None
    try:
        return actions.get_action(ref=ref, by=by)
    except NotFound:
        return None
